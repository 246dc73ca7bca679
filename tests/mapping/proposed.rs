//! Proposals hold whatever was seen: they are read without a remark, their tests pass, and they name what both systems have.

use chrono::NaiveDate;
use vicisync::config;
use vicisync::diag::render::render;
use vicisync::mapping::parse;
use vicisync::model::{CampaignId, Contact, ContactId, CrmField, CrmFieldKind, ListId, Value};
use vicisync::setup::propose::{Answers, Fields, Proposal, Seen, propose};
use vicisync::vicidial::offered_lists::OfferedList;

fn answers(region: &str, lists: &[u64]) -> Answers {
    Answers {
        vicidial_url: "https://dialer.example.com".to_owned(),
        vicidial_user: "api".to_owned(),
        vicidial_pass: "env:PASS".to_owned(),
        crm: "espocrm".to_owned(),
        crm_site: "https://crm.example.com".to_owned(),
        crm_key: "file:secrets/crm.key".to_owned(),
        crm_user: None,
        zone: chrono_tz::America::New_York,
        region: region.to_owned(),
        job: "calls".to_owned(),
        mapping: "mappings/calls.toml".to_owned(),
        object: "Contact".to_owned(),
        lists: lists.to_vec(),
        day: NaiveDate::from_ymd_opt(2026, 11, 26).unwrap(),
        schemas: Some(("schema/config.schema.json".to_owned(), "../schema/mapping.schema.json".to_owned())),
    }
}

fn field(name: &str, kind: CrmFieldKind) -> CrmField {
    let is_custom = name.strip_prefix('c').is_some_and(|rest| rest.starts_with(char::is_uppercase));
    CrmField { name: name.to_owned(), label: None, kind, is_custom, is_writable: true }
}

fn list(id: u64, labels: &[&str]) -> OfferedList {
    let labels = labels.iter().map(|label| (*label).to_owned()).collect();
    OfferedList {
        id: ListId(id),
        campaign: CampaignId("SALES".to_owned()),
        is_active: true,
        is_campaign_active: Some(true),
        labels,
        leads: Some(12),
    }
}

/// The proposal, read and tested.
fn proposed(answers: &Answers, seen: &Seen) -> Proposal {
    let proposal = propose(answers, seen);
    let config =
        config::parse("vicisync.toml", &proposal.config).unwrap_or_else(|found| panic!("{}", render(&found, &proposal.config, false)));
    assert_eq!(config.warnings, []);
    let (program, warnings) =
        parse("m.toml", &proposal.mapping).unwrap_or_else(|found| panic!("{}", render(&found, &proposal.mapping, false)));
    assert_eq!(warnings, []);
    let outcomes = program.tests();
    assert!(outcomes.len() >= 2);
    for outcome in outcomes {
        assert_eq!(outcome.problems, Vec::<String>::new(), "{}\n{}", outcome.name, proposal.mapping);
    }
    proposal
}

fn has(text: &str, lines: &[&str]) {
    for line in lines {
        assert!(text.lines().any(|found| found.starts_with(line)), "{line} is not in\n{text}");
    }
}

#[test]
fn from_nothing_but_answers() {
    for region in ["US", "GB", "DE", "FR", "AU", "CA", "PR", "JP"] {
        let proposal = proposed(&answers(region, &[1001]), &Seen::default());
        has(&proposal.mapping, &["#:schema ../schema/mapping.schema.json", "list = 1001", "# [custom]"]);
        has(&proposal.config, &["#:schema schema/config.schema.json", "[job.calls]", "pass = \"env:PASS\""]);
    }
}

#[test]
fn what_the_crm_describes_is_named_by_its_kind() {
    let text = || CrmFieldKind::Text(Some(100));
    let fields = vec![
        field("firstName", text()),
        field("surname", text()),
        field("addressCounty", text()),
        field("state", text()),
        field("dateOfBirth", CrmFieldKind::Date),
        field("phoneNumber", CrmFieldKind::Phone),
        field("cMobile", CrmFieldKind::Phone),
        field("cRegion", CrmFieldKind::Choice(["", "east", "west"].map(str::to_owned).to_vec())),
        field("cLongChoice", CrmFieldKind::Choice((0..20).map(|word| word.to_string()).collect())),
        field("cDialerStatus", CrmFieldKind::Choice(vec!["new".to_owned()])),
        field("cCallCount", CrmFieldKind::Number),
        field("cLastCalledAt", CrmFieldKind::Moment),
        field("cPlanType", text()),
    ];
    let sample = |id: &str, state: &str, phone: &str| Contact {
        id: ContactId(id.to_owned()),
        updated: None,
        opted_out: false,
        fields: [("firstName", "Bartholomew"), ("surname", "Quackenbush"), ("state", state), ("phoneNumber", phone), ("cRegion", "east")]
            .map(|(name, value)| (name.to_owned(), Value::Text(value.to_owned())))
            .into(),
    };
    let seen = Seen {
        release: Some("2.14-194 build 241004-1518".to_owned()),
        lists: vec![list(1001, &["plan_type", "renewal", "status", "phone_number"]), list(1002, &["plan_type", "renewal"])],
        fields: Fields::Told(fields),
        samples: vec![sample("a", "Bavaria", "(212) 867-5309"), sample("b", "Kent", "nonsense")],
        activity_key_field: None,
    };
    let proposal = proposed(&answers("US", &[1001, 1002, 7777]), &seen);
    has(
        &proposal.mapping,
        &[
            "first_name = { from = \"firstName\"",
            "last_name = { from = \"surname\"",
            "province = { from = \"state\"",
            "date_of_birth = { from = \"dateOfBirth\", transform = \"date\" }",
            "alt_phone = { from = \"cMobile\", transform = \"phone_digits:US\" }",
            "# [[slot]]",
            "# from = \"cMobile\"",
            "# cRegion has few values: east, west.",
            "# when = { cRegion = \"west\" }",
            "set = { cLastCalledAt = \"${call_end}\", cCallCount = \"${call_count}\" }",
            "#   cDialerStatus = \"${status}\"",
            "# activity = true",
            "rejected = \"phone_invalid\"",
        ],
    );
    assert!(!proposal.mapping.contains("Quackenbush") && !proposal.mapping.contains("8675309"), "{}", proposal.mapping);
    assert!(proposal.notes.iter().any(|note| note.contains("make the list 7777")), "{:?}", proposal.notes);
    assert!(proposal.notes.iter().any(|note| note.contains("cDialerStatus")), "{:?}", proposal.notes);

    let proposal = proposed(&answers("US", &[1001, 1002]), &seen);
    has(&proposal.mapping, &["[custom]", "plan_type = \"cPlanType\"", "# renewal = \"...\""]);
    assert!(!proposal.mapping.contains("phone_number ="), "a label that only one list has, and that is a standard field");
}

#[test]
fn odd_names_and_values_of_the_crm_do_no_harm() {
    let odd = "with \"quotes\" and \\ and\nbreaks";
    let fields = vec![
        field(odd, CrmFieldKind::Choice(vec![odd.to_owned(), "b".to_owned()])),
        field("phone", CrmFieldKind::Phone),
        field("email", CrmFieldKind::Email),
    ];
    let seen = Seen { fields: Fields::Told(fields), lists: vec![list(1001, &["user", "a b", "lead_id"])], ..Seen::default() };
    proposed(&answers("US", &[1001]), &seen);
    let own = CrmField { is_custom: true, ..field(odd, CrmFieldKind::Choice(vec![odd.to_owned(), "b".to_owned()])) };
    proposed(&answers("US", &[1001]), &Seen { fields: Fields::Told(vec![own]), ..Seen::default() });
}

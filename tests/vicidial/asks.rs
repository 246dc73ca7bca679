//! What we ask: no request that our code can build does more than it says, whatever the values are, and every one ends harmlessly.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use vicisync::model::{FieldName, Hopper, Intake, Lead, LeadChange, LeadField, LeadId, ListId, Phone, TzMethod, VendorLeadCode};
use vicisync::ports::Dialer;
use vicisync::vicidial::call::{self, Ask, Page};
use vicisync::vicidial::dialing::{self, Callback, DncList, DncNumber, KnownCampaign, Recipient};
use vicisync::vicidial::label::is_label;
use vicisync::vicidial::{Forms, NonLatin, sendable};

use crate::peer::{Act, Peer};
use crate::sought;

fn campaign() -> KnownCampaign {
    dialing::campaign("TESTCAMP|Test|Y\n", "TESTCAMP").unwrap()
}

fn code() -> VendorLeadCode {
    VendorLeadCode::parse("V0000000000000000001").unwrap()
}

/// All that an add can be told beside the fields.
fn at_once() -> Intake {
    Intake { tz_method: TzMethod::PostalCode, hopper: Some(Hopper { priority: -99, checks_local_time: true }) }
}

/// Every write that our code builds, of these values.
fn writes(forms: Forms, texts: &BTreeMap<FieldName, String>, status: Option<String>, phone: Phone) -> Vec<Ask> {
    let mut fields = texts.clone();
    fields.insert(FieldName::Standard(LeadField::PhoneCode), phone.code.clone());
    fields.insert(FieldName::Standard(LeadField::PhoneNumber), phone.number.clone());
    let change = LeadChange { fields, list_id: Some(ListId(1002)), status: status.clone(), ..LeadChange::default() };
    let lead = Lead { list_id: ListId(1001), phone, fields: texts.clone().into() };
    let custom: BTreeMap<String, String> =
        texts.iter().map(|(name, text)| (format!("my_{name}").replace('.', "_"), text.clone())).collect();
    let text = texts.values().next().cloned().unwrap_or_default();
    let agent = dialing::agent("agent1|A|G|1|Y\n").unwrap().0;
    let at = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap().and_hms_opt(9, 0, 0).unwrap();
    let callback = Callback { campaign: campaign(), at, recipient: Recipient::Agent(agent), comments: text };
    let number = DncNumber::parse("7275550101").unwrap();
    vec![
        call::add_lead(forms, &code(), &lead, Some(campaign().id()), Intake::default()),
        call::add_lead(forms, &code(), &lead, Some(campaign().id()), at_once()),
        call::add_lead(forms, &code(), &lead, None, at_once()),
        call::update_lead(forms, LeadId(1), &change, Some("-5")),
        call::update_leads(forms, &[LeadId(2), LeadId(1)], &change),
        call::set_custom(forms, LeadId(1), &custom),
        call::leave_hopper(LeadId(1)),
        call::leave_dialing(LeadId(1)),
        call::delete_lead(LeadId(1)),
        dialing::add_dnc(&DncList::System, &number),
        dialing::delete_dnc(&DncList::Campaign(campaign()), &number),
        dialing::put_callback(forms, LeadId(1), &callback, false),
        dialing::remove_callback(LeadId(1), status.as_deref()),
        dialing::enter_hopper(LeadId(1), 5),
        dialing::dearchive(LeadId(1)),
    ]
}

fn reads() -> Vec<Ask> {
    let phone = Phone { code: "1".into(), number: "7275550101".into() };
    vec![
        call::lead_search(&[code()]),
        call::lead_field(LeadId(1), "status", false),
        call::lead_field(LeadId(1), "plan", true),
        call::check_phone(&phone),
        call::check_zone(&phone, TzMethod::PostalCode, "33601"),
        call::check_zone(&phone, TzMethod::TzCode, "EST"),
        dialing::check_dnc(&phone, campaign().id()),
        dialing::callbacks_of(LeadId(1)),
        call::list_download(ListId(1001)),
        call::call_report(NaiveDate::from_ymd_opt(2026, 12, 1).unwrap(), 0, 23, &[], &[]),
    ]
}

fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "[a-z\\\\\n\r\t+;#\"'&=%|!N -]{0,40}",
        Just("x\\".to_owned()),
        Just("&delete_lead=Y".to_owned()),
        Just("--BLANK--".to_owned())
    ]
}

fn config() -> ProptestConfig {
    ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 200, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_value_makes_a_request_do_more(
        texts in proptest::collection::vec(nasty(), LeadField::ALL.len()),
        custom in nasty(),
        status in proptest::option::of(nasty()),
        digits in "[0-9]{0,20}",
        number in nasty(),
    ) {
        for non_latin in [NonLatin::On, NonLatin::Off, NonLatin::Unknown] {
            let mut values: BTreeMap<FieldName, String> =
                LeadField::ALL.iter().map(|&field| FieldName::Standard(field)).zip(texts.iter().cloned()).collect();
            values.insert(FieldName::Custom("note".to_owned()), custom.clone());
            for number in [&digits, &number] {
                let phone = Phone { code: "1".to_owned(), number: number.clone() };
                for ask in writes(Forms { non_latin }, &values, status.clone(), phone) {
                    prop_assert!(ask.is_write(), "{}", ask.function());
                    // Only what stands in a mapping or a CRM may be turned back.
                    if let Err(fault) = sendable::check(&ask) {
                        prop_assert!(matches!(fault.code, "phone_refused" | "status_refused"), "{} {:?}", fault, ask);
                    } else {
                        looks_harmless(&ask);
                    }
                }
            }
        }
    }
}

/// The rules once more, as a reader would put them.
fn looks_harmless(ask: &Ask) {
    let names: Vec<&str> = ask.params.iter().map(|(name, _)| name.as_str()).collect();
    assert!(!matches!(ask.function(), "add_list" | "update_list" | "update_campaign" | "add_user" | "update_user"), "{ask:?}");
    for name in &names {
        let is_deletion = *name == "delete_lead" && ask.params.len() == 5 && ask.get("lead_id") == "1";
        let does_more = !is_deletion && name.starts_with("delete_")
            || name.starts_with("reset_")
            || *name == "insert_if_not_found"
            || name.contains(['[', ']']);
        assert!(!does_more && !["user", "pass", "source", "zz"].contains(name), "{ask:?}");
    }
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{ask:?}");
    for (name, value) in &ask.params {
        assert!(!value.contains(['\\', '\n', '\r']), "{name}={value:?}");
    }
    let enters = names.contains(&"add_to_hopper");
    assert!(!enters || ask.function() == "update_lead" || ask.get("campaign_dnc_check") == "Y", "{ask:?}");
    if ask.function() == "update_lead" {
        assert_eq!(ask.get("search_method"), "LEAD_ID");
        assert!(
            !names.contains(&"vendor_lead_code") && names.contains(&"phone_number") == names.contains(&"update_phone_number"),
            "{ask:?}"
        );
    }
    assert!(!ask.get("lead_ids").ends_with(','));
}

#[test]
fn reads_are_sent() {
    for ask in reads() {
        assert!(!ask.is_write());
        assert_eq!(sendable::check(&ask), Ok(()), "{ask:?}");
    }
}

#[test]
fn whatever_does_more_is_turned_back() {
    let update = || Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", "1");
    let add = || Ask::api("add_lead").with("phone_number", "7275550101").with("list_exists_check", "Y").with("dnc_check", "Y");
    assert_eq!(sendable::check(&update().with("city", "Tampa")), Ok(()));
    assert_eq!(sendable::check(&add()), Ok(()));
    let both = || add().with("campaign_dnc_check", "Y").with("campaign_id", "TESTCAMP");
    for priority in ["-99", "0", "99"] {
        let entered = both().with("tz_method", "NANPA").with("add_to_hopper", "Y").with("hopper_priority", priority);
        assert_eq!(sendable::check(&entered), Ok(()));
        assert_eq!(sendable::check(&entered.with("hopper_local_call_time_check", "Y")), Ok(()));
    }
    let asks = [
        both().with("hopper_priority", "5"),
        both().with("hopper_local_call_time_check", "Y"),
        both().with("add_to_hopper", "Y"),
        both().with("add_to_hopper", "Y").with("hopper_priority", "100"),
        both().with("add_to_hopper", "Y").with("hopper_priority", "high"),
        both().with("add_to_hopper", "yes").with("hopper_priority", "5"),
        both().with("add_to_hopper", "Y").with("hopper_priority", "5").with("hopper_local_call_time_check", "N"),
        both().with("add_to_hopper", "Y").with("hopper_priority", "5").with("remove_from_hopper", "Y"),
        add().with("add_to_hopper", "Y").with("hopper_priority", "5"),
        both().with("tz_method", ""),
        both().with("tz_method", "POSTAL_CODE"),
        update().with("tz_method", "POSTAL"),
        Ask::api("update_list").with("list_id", "1001").with("tz_method", "POSTAL_CODE"),
        Ask::api("add_list").with("list_id", "1"),
        Ask::api("update_list").with("reset_list", "Y"),
        Ask::api("update_campaign"),
        Ask::api("copy_user"),
        Ask::api("server_refresh"),
        Ask::api(""),
        update().with("delete_lead", "Y"),
        update().with("delete_lead", "Y").with("custom_fields", "Y").with("city", "Tampa"),
        update().with("delete_lead", "Y").with("custom_fields", "Y").with("records", "100"),
        update().with("delete_lead", "1").with("custom_fields", "Y"),
        Ask::api("update_lead")
            .with("search_method", "PHONE_NUMBER")
            .with("lead_id", "1")
            .with("delete_lead", "Y")
            .with("custom_fields", "Y"),
        Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", "1,2").with("delete_lead", "Y").with("custom_fields", "Y"),
        Ask::api("batch_update_lead")
            .with("search_method", "LEAD_ID")
            .with("lead_id", "1")
            .with("delete_lead", "Y")
            .with("custom_fields", "Y"),
        update().with("reset_lead", "Y"),
        update().with("insert_if_not_found", "Y"),
        update().with("delete_cf_data", "Y"),
        update().with("archived_lead", "Y"),
        update().with("records", "100"),
        update().with("city", "a\\"),
        update().with("comments", "a\nb"),
        update().with("city[]", "a"),
        update().with("delete.lead", "Y"),
        update().with("city", "a").with("city", "b"),
        update().with("pass", "x"),
        update().with("vendor_lead_code", "OLD-1"),
        update().with("vendor_lead_code", "--BLANK--"),
        update().with("custom_fields", "Y").with("vendor_lead_code", "V0000000000000000001"),
        update().with("phone_number", "7275550101"),
        update().with("phone_number", "12345").with("update_phone_number", "Y"),
        update().with("list_id_field", "1002"),
        update().with("list_id", "1002"),
        update().with("status", "TOOLONG"),
        Ask::api("update_lead").with("lead_id", "1"),
        Ask::api("update_lead").with("search_method", "LEAD_ID").with("lead_id", ""),
        Ask::api("update_lead").with("search_method", "LEAD_IDPHONE_NUMBER").with("lead_id", "1"),
        Ask::api("update_lead").with("search_method", "VENDOR_LEAD_CODE").with("vendor_lead_code", "x"),
        Ask::api("batch_update_lead").with("lead_ids", "1,2,").with("status", "NI"),
        Ask::api("batch_update_lead").with("lead_ids", "").with("status", "NI"),
        Ask::api("batch_update_lead").with("lead_ids", "1").with("phone_number", "7275550101"),
        add().with("custom_fields", "Y"),
        add().with("duplicate_check", "DUPLIST"),
        Ask::api("add_lead").with("phone_number", "7275550101").with("dnc_check", "Y"),
        Ask::api("add_lead").with("phone_number", "7275550101").with("list_exists_check", "Y"),
        Ask::api("add_lead").with("phone_number", "7275550101").with("list_exists_check", "Y").with("dnc_check", "y"),
        Ask::api("lead_search").with("vendor_lead_code[]", "x"),
    ];
    for ask in asks {
        let fault = sendable::check(&ask).expect_err(&format!("{ask:?}"));
        assert_eq!(fault.effect, vicisync::ports::Effect::None);
        assert!(!fault.message.contains("7275550101"), "nobody's data: {fault}");
    }
}

/// What VICIdial keeps of its own dialing is written by nobody else; the status goes its own way, the offset follows the phone.
#[test]
fn vicidials_own_fields_are_never_written() {
    let texts = LeadField::ALL.iter().map(|field| (FieldName::Standard(*field), "1".to_owned())).collect();
    let phone = Phone { code: "1".into(), number: "7275550101".into() };
    let own = [
        "called_count",
        "called_since_last_reset",
        "last_local_call_time",
        "modify_date",
        "entry_date",
        "entry_list_id",
        "user",
        "lead_user",
    ];
    for ask in writes(Forms::default(), &texts, None, phone) {
        let names: Vec<&str> = ask.params.iter().map(|(name, _)| name.as_str()).collect();
        assert!(!own.iter().any(|own| names.contains(own)), "{ask:?}");
        let is_callback = names.contains(&"callback_datetime");
        assert!(!names.contains(&"status") || is_callback, "{ask:?}");
    }
    let change =
        LeadChange { fields: BTreeMap::from([(FieldName::Standard(LeadField::City), "Tampa".to_owned())]), ..LeadChange::default() };
    assert!(!change.moves_zone(), "then no offset is looked up");
}

#[test]
fn no_label_of_a_custom_field_is_a_parameter_that_we_send_or_refuse() {
    let values = BTreeMap::from([(FieldName::Standard(LeadField::City), "Tampa".to_owned())]);
    let phone = Phone { code: "1".into(), number: "7275550101".into() };
    let asks = writes(Forms::default(), &values, Some("NI".into()), phone);
    for (name, _) in
        asks.iter().filter(|ask| ask.function() != "set_custom").flat_map(|ask| &ask.params).filter(|(name, _)| !name.starts_with("my_"))
    {
        assert!(!is_label(name), "`{name}` as a custom field would be taken for VICIdial's own");
    }
}

/// Answers that let every method come to its end.
fn answer(request: &str) -> Act {
    let body = request.rsplit("\r\n\r\n").next().unwrap_or_default();
    let params: BTreeMap<String, String> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let field = params.get("field_name").map(String::as_str);
    let text = match (params.get("function").map_or("", String::as_str), field) {
        ("lead_field_info", Some("list_id")) => "1001",
        ("lead_field_info", Some("called_count" | "entry_list_id")) => "0",
        ("lead_field_info", Some("phone_number")) => "7275550101",
        ("lead_field_info", Some("phone_code")) => "1",
        ("lead_field_info", _) => "NEW",
        ("list_info", _) => "1001|Test|TESTCAMP|Y|||\n",
        ("campaigns_list", _) => "TESTCAMP|Test|Y\n",
        ("user_details", _) => "agent1|A|G|1|Y\n",
        ("check_phone_number", _) => "AREACODE: 1|-5#PHONE: 7275550101|1||||\n",
        ("add_lead", _) => "SUCCESS: add_lead LEAD HAS BEEN ADDED - 7275550101|1001|1|-5|apiuser\n",
        ("add_dnc_phone", _) => "SUCCESS: add_dnc_phone DNC NUMBER HAS BEEN ADDED - apiuser|7275550101|TESTCAMP\n",
        ("delete_dnc_phone", _) => "ERROR: delete_dnc_phone DNC NUMBER DOES NOT EXIST: |apiuser|7275550101|TESTCAMP\n",
        ("lead_callback_info", _) => "ERROR: lead_callback_info CALLBACK NOT FOUND: apiuser|1|pipe|CURRENT\n",
        ("hopper_list", _) => "0|0|1|1001|7275550101|1||NEW|0|-5.00|0|NONE|P|V0000000000000000001||0|0 HOURS \n",
        ("lead_search", _) => "V0000000000000000001|1|1\n",
        ("lead_dearchive", _) => "SUCCESS: lead_dearchive LEAD DE-ARCHIVED: apiuser|1|1|1\n",
        ("batch_update_lead", _) => "SUCCESS: batch_update_lead LEADS HAVE BEEN UPDATED - apiuser|1|1|1\n",
        ("update_lead", _) => {
            "SUCCESS: update_lead LEAD HAS BEEN UPDATED - apiuser|1|1|||\nNOTICE: update_lead CUSTOM FIELDS VALUES UPDATED - |1|1001|0|1001|1\n\
             NOTICE: update_lead SCHEDULED CALLBACK ADDED - 1|TESTCAMP|2026-12-01 09:00:00|ANYONE||CALLBK\n\
             NOTICE: update_lead SCHEDULED CALLBACK DELETED - apiuser|1|1|1\nNOTICE: update_lead REMOVED FROM HOPPER - |1|READY|apiuser\n\
             NOTICE: update_lead ADDED TO HOPPER - |1|1|apiuser\n"
        }
        _ => "",
    };
    Act::text(text)
}

#[tokio::test]
async fn every_request_on_the_wire_ends_harmlessly() {
    let peer = Peer::start(answer).await;
    let dialer = peer.client();
    let lead = LeadId(1);
    let text = || "O'Brien's \\ \"x\"\r\nend\\'".to_owned();
    let fields: BTreeMap<FieldName, String> = LeadField::ALL
        .iter()
        .filter(|field| !field.name().starts_with("phone_"))
        .map(|&field| (FieldName::Standard(field), text()))
        .collect();
    let change = LeadChange { fields: fields.clone(), list_id: Some(ListId(1002)), status: Some("NI".into()), ..LeadChange::default() };
    let phone = Phone { code: "1".into(), number: "7275550101".into() };
    dialer.add_lead(&code(), &Lead { list_id: ListId(1001), phone, fields: fields.into() }, Intake::default()).await.unwrap();
    dialer.update_lead(lead, &change).await.unwrap();
    dialer.update_leads(&[lead], &change).await.unwrap();
    dialer.set_custom(lead, &BTreeMap::from([("note".to_owned(), text())])).await.unwrap();
    dialer.leave_hopper(lead).await.unwrap();
    dialer.leave_dialing(lead).await.unwrap();
    dialer.find_by_code(&sought(&[code()])).await.unwrap();
    let known = dialer.known_campaign(campaign().id()).await.unwrap();
    let agent = dialer.known_agent("agent1").await.unwrap();
    let number = DncNumber::parse("7275550101").unwrap();
    dialer.add_dnc(&DncList::Campaign(known.clone()), &number).await.unwrap();
    dialer.delete_dnc(&DncList::System, &number).await.unwrap();
    let at = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap().and_hms_opt(9, 0, 0).unwrap();
    dialer.put_callback(lead, &Callback { campaign: known, at, recipient: Recipient::Agent(agent), comments: text() }).await.unwrap();
    dialer.remove_callback(lead, Some("NEW")).await.unwrap();
    dialer.enter_hopper(lead, 0).await.unwrap();
    dialer.take_from_hopper(lead).await.unwrap();
    dialer.dearchive(lead).await.unwrap();
    let seen = peer.seen();
    assert!(seen.len() >= 24, "{}", seen.len());
    for request in seen {
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with(&format!("POST /vicidial/{} ", Page::Api.file())), "no query, no GET: {head}");
        assert!(body.ends_with("&zz=1"), "{body}");
        for (name, value) in url::form_urlencoded::parse(body.as_bytes()) {
            assert!(!name.contains(['[', '.']) && !value.contains(['\\', '\n', '\r']), "{name}={value}");
        }
    }
}

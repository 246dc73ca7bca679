//! Which rule takes a call: by status, flag, campaign and direction; and what it counts and logs.

use proptest::prelude::*;
use vicisync::diag::Code;
use vicisync::mapping::{Flag, Program, StatusFlags, parse};
use vicisync::model::{Call, CampaignId, FactName, FactSource, ServerFacts, Value};

use crate::mapping::{BASE, call, program};
use crate::mistakes::only;

const CALLS: &str = "[calls]\ngo_live = 2026-11-01T00:00:00Z\n";

fn with(rules: &[&str]) -> String {
    format!("{BASE}{CALLS}{}", rules.iter().map(|rule| format!("[[disposition]]\n{rule}\n")).collect::<String>())
}

/// A program whose rules set their number, with a server whose statuses are SALE (a sale by a human), NI, and DNC of campaign OWN.
fn ruled(rules: &[&str]) -> Program {
    let rules: Vec<String> = rules.iter().enumerate().map(|(number, rule)| format!("{rule}\nset = {{ rule = {number} }}")).collect();
    let mut facts = ServerFacts::default();
    let mut put = |campaign: Option<&str>, status: &str, flags: &[&str]| {
        let flags: Vec<String> = flags.iter().map(|flag| (*flag).to_owned()).collect();
        facts.put(
            FactName::Status(campaign.map(CampaignId::from), status.to_owned()),
            flags,
            FactSource::Database,
            chrono::DateTime::UNIX_EPOCH,
        );
    };
    put(None, "SALE", &["selectable", "human_answered", "sale"]);
    put(None, "NI", &["human_answered", "not_interested"]);
    put(Some("OWN"), "SALE", &["dnc"]);
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    program(&with(&rules)).with_statuses(StatusFlags::of(&facts))
}

fn taken(program: &Program, call: &Call) -> Option<i64> {
    match program.dispose(call, 1).set.get("rule") {
        Some(Value::Int(number)) => Some(*number),
        _ => None,
    }
}

fn of(status: &str, campaign: &str, is_inbound: bool) -> Call {
    Call { campaign: CampaignId::from(campaign), is_inbound, ..call(status, "agent1") }
}

#[test]
fn rules_go_by_the_flags_of_the_calls_status() {
    let program = ruled(&["flag = \"sale\"", "flag = [\"dnc\", \"not_interested\"]", "status = \"NEWONE\"", "flag = \"human_answered\""]);
    assert_eq!(taken(&program, &of("sale", "SALES", false)), Some(0));
    assert_eq!(taken(&program, &of("NI", "SALES", false)), Some(1));
    assert_eq!(taken(&program, &of("SALE", "own", false)), Some(1), "the campaign's own status shadows the system's");
    assert_eq!(taken(&program, &of("NEWONE", "SALES", false)), Some(2));
    assert_eq!(taken(&program, &of("OTHER", "SALES", false)), None, "a status that is not known has no flags");
    let flags: Vec<&str> = program.call_flags().into_iter().map(Flag::name).collect();
    assert_eq!(flags, ["human_answered", "sale", "dnc", "not_interested"]);
    let unknowing = program.with_statuses(StatusFlags::default());
    assert_eq!(taken(&unknowing, &of("SALE", "SALES", false)), None);
}

/// P57: a result came in other capitals than were expected, and no rule took it.
#[test]
fn rules_go_by_campaign_and_direction() {
    let program = ruled(&[
        "status = \"SALE\"\ncampaign = \"north\"\ninbound = true",
        "status = \"SALE\"\ncampaign = [\"NORTH\", \"South\"]",
        "any = true\ninbound = true",
        "any = true\ncampaign = \"closers\"",
    ]);
    assert_eq!(taken(&program, &of("SALE", "NORTH", true)), Some(0));
    assert_eq!(taken(&program, &of("Sale", "North", true)), Some(0));
    assert_eq!(taken(&program, &of("SALE", "NORTH", false)), Some(1));
    assert_eq!(taken(&program, &of("SALE", "SOUTH", false)), Some(1));
    assert_eq!(taken(&program, &of("SALE", "WEST", true)), Some(2));
    assert_eq!(taken(&program, &of("SALE", "WEST", false)), None);
    assert_eq!(taken(&program, &of("NI", "Closers", false)), Some(3));
}

#[test]
fn a_rule_may_count_and_have_words_of_its_own() {
    let program = program(&with(&[
        "status = \"SALE\"\ncounter = \"cSales\"\nactivity = true\ntitle = \"Won by ${agent}\"\nnote = \"${talk_seconds}\"",
        "status = \"NI\"\ncounter = \"cReached\"\nactivity = true",
        "status = \"CALLBK\"\ncounter = \"cReached\"",
    ]));
    let sale = program.dispose(&call("SALE", "agent1"), 9);
    assert_eq!((sale.counter.as_deref(), sale.set.len()), (Some("cSales"), 0));
    let activity = sale.activity.unwrap();
    assert_eq!((activity.title.as_str(), activity.note.as_str()), ("Won by agent1", "65"));
    let no = program.dispose(&call("NI", "agent1"), 9);
    assert_eq!(no.activity.unwrap().title, "Dialer call: NI");
    assert_eq!(program.dispose(&call("CALLBK", "agent1"), 9).counter.as_deref(), Some("cReached"));
    assert_eq!(program.counters().into_iter().collect::<Vec<_>>(), ["cReached", "cSales"]);
    assert_eq!(program.patch_names().into_iter().collect::<Vec<_>>(), ["cReached", "cSales"]);
}

#[test]
fn mistakes_in_rules() {
    for (rules, code, at) in [
        (vec!["flag = \"sales\""], Code::BadValue, "\"sales\""),
        (vec!["flag = []"], Code::BadValue, "[]"),
        (vec!["status = \"A\"\nflag = \"sale\""], Code::MissingKey, "[[disposition]]"),
        (vec!["campaign = \"A\""], Code::MissingKey, "[[disposition]]"),
        (vec!["any = true\ncampaign = \"\""], Code::BadValue, "\"\""),
        (vec!["any = true\ninbound = \"yes\""], Code::WrongType, "\"yes\""),
        (vec!["any = true\ncounter = \"c\"\nset = { c = 1 }"], Code::Doubled, "\"c\""),
        (vec!["status = \"A\"\ncounter = \"c\"", "any = true\nset = { c = 1 }"], Code::Doubled, "\"c\""),
        (vec!["any = true\nnote = \"x\""], Code::SaysNothing, "note"),
        (vec!["any = true\nanswered = true\nnote = \"${call_count}\""], Code::UnknownVariable, "call_count"),
        (vec!["flag = \"sale\"", "flag = [\"dnc\", \"sale\"]"], Code::NeverMatches, "\"sale\""),
        (vec!["flag = [\"dnc\", \"dnc\"]"], Code::NeverMatches, "\"dnc\""),
        (vec!["any = true", "flag = \"sale\"\ncampaign = \"A\""], Code::NeverMatches, "[[disposition]]"),
        (vec!["any = true\ncampaign = [\"A\", \"b\"]", "status = \"X\"\ncampaign = \"B\""], Code::NeverMatches, "[[disposition]]"),
        (vec!["any = true\ninbound = true", "any = true\ninbound = false", "status = \"X\""], Code::NeverMatches, "[[disposition]]"),
        (vec!["status = \"X\"\ninbound = true", "status = \"X\"\ncampaign = \"A\"\ninbound = true"], Code::NeverMatches, "\"X\""),
    ] {
        let (found, place, diagnostic) = only(&with(&rules));
        assert_eq!((found, place.as_str()), (code, at), "{rules:?}: {}", diagnostic.message);
    }
    for rules in [
        ["status = \"X\"\ncampaign = \"A\"", "status = \"X\""],
        ["status = \"X\"\ncampaign = \"A\"", "status = \"X\"\ncampaign = [\"A\", \"B\"]"],
        ["any = true\ninbound = true", "status = \"X\""],
        ["flag = \"sale\"", "status = \"SALE\""],
        ["status = \"SALE\"", "flag = \"sale\""],
    ] {
        program(&with(&rules));
    }
}

#[test]
fn a_test_says_the_flags_and_what_was_counted_before() {
    let rules = with(&["flag = \"sale\"\ncounter = \"cSales\"", "any = true\nset = { cOther = true }"]);
    let outcome = |call: &str, set: &str| {
        let text = format!("{rules}[[test]]\nname = \"t\"\ncall = {{ status = \"S\"{call} }}\nset = {set}\n");
        program(&text).tests().remove(0).problems
    };
    assert_eq!(outcome(", flags = [\"sale\"]", "{ cSales = 1 }"), Vec::<String>::new());
    assert_eq!(outcome(", flags = [\"sale\"], earlier = 2", "{ cSales = 3 }"), Vec::<String>::new());
    assert_eq!(outcome(", flags = [\"dnc\"]", "{ cOther = true }"), Vec::<String>::new());
    assert_eq!(outcome("", "{ cSales = 1 }"), ["`cSales`: expected 1, and the call does not set it"]);
    let text = format!("{rules}[[test]]\nname = \"t\"\ncall = {{ status = \"S\", count = 2, earlier = 2 }}\nset = {{}}\n");
    assert_eq!(only(&text).0, Code::BadValue);
    let text = format!("{rules}[[test]]\nname = \"t\"\ncall = {{ status = \"S\", flags = [\"won\"] }}\nset = {{}}\n");
    assert_eq!(only(&text).0, Code::BadValue);
}

const STATUSES: [&str; 3] = ["A", "B", "C"];
const FLAGS: [&str; 2] = ["sale", "dnc"];
const CAMPAIGNS: [&str; 2] = ["N", "S"];

/// A rule by numbers: of statuses (0..3), flags (3..5), or none for any; campaigns, none for all; a direction.
type Rule = (Vec<usize>, Vec<usize>, Option<bool>);

fn rule() -> impl Strategy<Value = Rule> {
    let what =
        prop_oneof![proptest::sample::subsequence(vec![0, 1, 2], 1..3), proptest::sample::subsequence(vec![3, 4], 1..3), Just(Vec::new()),];
    (what, proptest::sample::subsequence(vec![0, 1], 0..3), proptest::option::of(any::<bool>()))
}

fn written((what, campaigns, is_inbound): &Rule) -> String {
    let list =
        |numbers: &[usize], names: &[&str]| numbers.iter().map(|number| format!("\"{}\"", names[*number])).collect::<Vec<_>>().join(", ");
    let all = [STATUSES.as_slice(), FLAGS.as_slice()].concat();
    let mut text = match what.first() {
        None => "any = true\n".to_owned(),
        Some(0..3) => format!("status = [{}]\n", list(what, &all)),
        Some(_) => format!("flag = [{}]\n", list(what, &all)),
    };
    if !campaigns.is_empty() {
        text += &format!("campaign = [{}]\n", list(campaigns, &CAMPAIGNS));
    }
    if let Some(is_inbound) = is_inbound {
        text += &format!("inbound = {is_inbound}\n");
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(1), failure_persistence: None, cases: 2000, ..Default::default()
    })]

    /// Whatever flags the statuses have, no call takes a rule, or a status or flag in one, that is called dead.
    #[test]
    fn what_is_called_dead_takes_no_call(rules in proptest::collection::vec(rule(), 2..5)) {
        let lines: Vec<String> = rules.iter().map(written).collect();
        let text = with(&lines.iter().map(String::as_str).collect::<Vec<_>>());
        let starts: Vec<usize> = text.match_indices("[[disposition]]").map(|(at, _)| at).collect();
        // Of each call (status, campaign beyond the named ones too, direction) with each set of flags: what it is taken by.
        let takes = |(what, campaigns, is_inbound): &Rule, only: Option<usize>, status: usize, flags: usize, campaign: usize, way: bool| {
            let fits = |number: usize| if number < 3 { number == status } else { flags >> (number - 3) & 1 == 1 };
            let result = only.map_or_else(|| what.is_empty() || what.iter().any(|number| fits(*number)), fits);
            result && (campaigns.is_empty() || campaigns.contains(&campaign)) && is_inbound.is_none_or(|own| own == way)
        };
        for one in parse("sales.toml", &text).err().unwrap_or_default() {
            prop_assert_eq!(one.code, Code::NeverMatches);
            let place = one.labels[0].0.clone();
            let number = starts.iter().filter(|start| **start <= place.start).count() - 1;
            let all = [STATUSES.as_slice(), FLAGS.as_slice()].concat();
            let only = all.iter().position(|name| text[place.clone()] == format!("\"{name}\""));
            prop_assert!(only.is_some() || place.start == starts[number]);
            for (status, flags) in (0..3).flat_map(|status| (0..4).map(move |flags| (status, flags))) {
                for (campaign, way) in (0..3).flat_map(|campaign| [(campaign, false), (campaign, true)]) {
                    let is_taken = rules[..number].iter().any(|rule| takes(rule, None, status, flags, campaign, way));
                    let is_reached = !is_taken && takes(&rules[number], only, status, flags, campaign, way);
                    prop_assert!(!is_reached, "{}\n{} is not dead", &text, &one.message);
                }
            }
        }
    }
}

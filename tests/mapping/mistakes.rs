//! Each mistake in a mapping has its code, its place and its advice; many mistakes come out at once.

use vicisync::diag::{Code, Diagnostic, Severity};
use vicisync::mapping::parse;

use crate::mapping::BASE;

/// All that is wrong with a text.
pub(crate) fn mistakes(text: &str) -> Vec<Diagnostic> {
    match parse("sales.toml", text) {
        Ok(_) => panic!("nothing was found wrong in:\n{text}"),
        Err(found) => found,
    }
}

/// The only mistake of a text: its code, the characters it points at, and the message.
#[track_caller]
pub(crate) fn only(text: &str) -> (Code, String, Diagnostic) {
    let found = mistakes(text);
    assert_eq!(found.len(), 1, "{}", vicisync::diag::render::render(&found, text, false));
    let diagnostic = found[0].clone();
    let place = diagnostic.labels[0].0.clone();
    (diagnostic.code, text[place].to_owned(), diagnostic)
}

/// The only mistake of the base with something more.
#[track_caller]
pub(crate) fn check(more: &str, code: Code, at: &str) -> Diagnostic {
    let (found, place, diagnostic) = only(&format!("{BASE}{more}"));
    assert_eq!((found, place.as_str()), (code, at), "{}", diagnostic.message);
    diagnostic
}

#[test]
fn ten_mistakes_give_ten_diagnostics() {
    let text = r#"
object = 5
[filter]
cSegment = { equals = "north" }
[[list]]
when = { cSegment = "north" }
list = "1001"
[list_default]
list = 7
[phone]
from = "phoneNumber"
default_region = "USA"
[lead]
frist_name = "firstName"
title = { value = "Doctor" }
city = { from = "addressCity", transform = ["uppercase"] }
[[disposition]]
status = "SALE"
set = { cStatus = "${disposition}" }
[calls]
go_live = 2026-11-01
"#;
    let found = mistakes(text);
    let codes: Vec<&str> = found.iter().map(|diagnostic| diagnostic.code.name()).collect();
    let drawn = vicisync::diag::render::render(&found, text, false);
    let expected = ["E0104", "E0102", "E0104", "E0106", "E0309", "E0301", "E0303", "E0305", "E0306", "E0312"];
    assert_eq!(codes, expected, "{drawn}");
    assert!(found.iter().all(|diagnostic| diagnostic.severity == Severity::Error && diagnostic.file == "sales.toml"));
}

#[test]
fn text_that_is_no_toml() {
    let found = mistakes("object = Contact\n[phone\nfrom = \"x\"\n");
    assert!(found.len() >= 2, "{found:?}");
    assert!(found.iter().all(|diagnostic| diagnostic.code == Code::Syntax));
    assert!(mistakes("").iter().any(|diagnostic| diagnostic.code == Code::MissingKey));
}

#[test]
fn a_doubled_key_does_not_hide_the_other_mistakes() {
    let found = mistakes(&format!("{BASE}[lead]\ncity = \"a\"\ncity = \"b\"\ncityy = \"c\"\n"));
    let codes: Vec<Code> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert_eq!(codes, [Code::Syntax, Code::UnknownLeadField]);
}

#[test]
fn unknown_and_later_keys() {
    let diagnostic = check("[leeving]\nstatus = \"X\"\n", Code::UnknownKey, "leeving");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `leaving`?"));
    check("[callbacks]\n", Code::NotYet, "callbacks");
    check("[filter]\na = { matches = \"^b\" }\n", Code::NotYet, "matches");
    check("[lead]\ncity = { from = \"a\", direction = \"up\" }\n", Code::BadValue, "\"up\"");
    check("[lead]\ncity = { from = \"a\", blank = \"erase\" }\n", Code::BadValue, "\"erase\"");
    let text = BASE.replace("[list_default]", "list_change = \"remain\"\n[list_default]");
    assert_eq!(only(&text).0, Code::BadValue);
    assert_eq!(only(&BASE.replace("object", "format = 2\nobject")).0, Code::BadFormat);
}

#[test]
fn fields_that_cannot_be_filled() {
    for name in ["vendor_lead_code", "phone_number", "phone_code", "list_id", "status", "lead_id", "called_count", "gmt_offset_now", "user"]
    {
        check(&format!("[lead]\n{name} = \"a\"\n"), Code::ReservedField, name);
    }
    let diagnostic = check("[lead]\nfrist_name = \"a\"\n", Code::UnknownLeadField, "frist_name");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `first_name`?"));
    check("[custom]\nEmail = \"a\"\n", Code::ReservedField, "Email");
    check("[custom]\nuser = \"a\"\n", Code::ReservedField, "user");
    check("[custom]\n\"my plan\" = \"a\"\n", Code::ReservedField, "\"my plan\"");
    check("[custom]\nplan = \"a\"\nPlan = \"b\"\n", Code::Doubled, "Plan");
    check("[lead]\ncity = 5\n", Code::WrongType, "5");
    check("[lead]\ncity = []\n", Code::BadValue, "[]");
    check("[lead]\ncity = { from = \"a\", value = \"b\" }\n", Code::Doubled, "{ from = \"a\", value = \"b\" }");
    check("[lead]\ncity = { blank = \"keep\" }\n", Code::MissingKey, "{ blank = \"keep\" }");
}

#[test]
fn what_the_file_itself_puts_in_must_fit() {
    check("[lead]\ntitle = { value = \"Doctor\" }\n", Code::TooWide, "{ value = \"Doctor\" }");
    for (name, rule) in [
        ("state", r#"{ from = "s", transform = { map = { ny = "NYC" } } }"#),
        ("state", r#"{ from = "s", transform = { map = { ny = "NY" }, default = "none" } }"#),
        ("country_code", r#"{ from = "s", transform = ["trim", "default:none"] }"#),
    ] {
        check(&format!("[lead]\n{name} = {rule}\n"), Code::TooWide, rule);
    }
    crate::mapping::program(&format!("{BASE}[lead]\ntitle = {{ value = \"Doctor\", transform = \"truncate:4\" }}\n"));
    crate::mapping::program(&format!("{BASE}[lead]\nstate = {{ from = \"s\", transform = [\"default:none\", \"truncate:2\"] }}\n"));
}

#[test]
fn transforms_are_read_strictly() {
    for (transform, code) in [
        ("uper", Code::UnknownTransform),
        ("truncate", Code::UnknownTransform),
        ("phone_digits", Code::UnknownTransform),
        ("default:", Code::UnknownTransform),
        ("map:a", Code::UnknownTransform),
        ("", Code::BadValue),
    ] {
        check(&format!("[lead]\ncity = {{ from = \"a\", transform = [\"{transform}\"] }}\n"), code, &format!("\"{transform}\""));
    }
    check("[lead]\ncity = { from = \"a\", transform = [{ map = { a = \"1\", A = \"2\" } }] }\n", Code::Doubled, "\"1\"");
    check("[lead]\ncity = { from = \"a\", transform = 5 }\n", Code::WrongType, "5");
    let diagnostic = check("[lead]\ncity = { from = \"a\", transform = \"titlecase\" }\n", Code::UnknownTransform, "\"titlecase\"");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `title_case`?"));
}

fn with_rules(rules: &str) -> String {
    BASE.replace("[list_default]", &format!("{rules}\n[list_default]"))
}

#[test]
fn rules_that_can_never_match() {
    let rule = |when: &str, list: u32| format!("[[list]]\nwhen = {when}\nlist = {list}\n");
    for (earlier, later) in [
        (r#"{ s = "a" }"#, r#"{ s = "a" }"#),
        (r#"{ s = "a" }"#, r#"{ s = "a", t = "b" }"#),
        (r#"{ s = { in = ["a", "b"] } }"#, r#"{ s = "b" }"#),
        (r#"{ s = { is_set = true } }"#, r#"{ s = "b" }"#),
        (r#"{ s = { is_not = "a" } }"#, r#"{ s = { not_in = ["a", "b"] } }"#),
        (r#"{ s = { starts_with = "a" } }"#, r#"{ s = { starts_with = "ab" } }"#),
    ] {
        let text = with_rules(&format!("{}{}", rule(earlier, 1001), rule(later, 1002)));
        let (code, _, diagnostic) = only(&text);
        assert_eq!((code, diagnostic.labels.len()), (Code::NeverMatches, 2), "{earlier} then {later}");
        let first_rule = text.find("[[list]]").unwrap();
        assert!(diagnostic.labels[0].0.start > first_rule + 8, "points at the later rule");
        // The other way round the narrower rule comes first, which is how it should be.
        if earlier != later {
            crate::mapping::program(&with_rules(&format!("{}{}", rule(later, 1002), rule(earlier, 1001))));
        }
    }
    for when in
        [r#"{ s = { is_blank = true, is = "a" } }"#, r#"{ s = { is = "a", is_not = "a" } }"#, "{ s = { is_set = true, is_blank = true } }"]
    {
        assert_eq!(only(&with_rules(&rule(when, 1001))).0, Code::NeverMatches, "{when}");
        assert_eq!(only(&with_rules(&format!("[filter]\ns = {}\n", &when[6..when.len() - 2]))).0, Code::NeverMatches, "filter {when}");
    }
    // Against the filter.
    let text = with_rules(&format!("[filter]\ns = {{ is_set = true }}\n{}", rule("{ s = { is_blank = true } }", 1001)));
    assert_eq!(only(&text).0, Code::NeverMatches);
    // A field may have several values, so two values do not exclude each other.
    crate::mapping::program(&with_rules(&format!("[filter]\ns = \"a\"\n{}", rule(r#"{ s = "b" }"#, 1001))));
}

#[test]
fn list_rules_and_their_default() {
    let unconditional = with_rules("[[list]]\nlist = 1001\n");
    let (code, place, _) = only(&unconditional);
    assert_eq!((code, place.as_str()), (Code::NeverMatches, "list_default"));
    let missing = BASE.replace("[list_default]\nlist = 1000\n", "");
    assert_eq!(only(&missing).0, Code::NoDefaultList);
    crate::mapping::program(&missing.replace("[phone]", "[[list]]\nlist = 1001\n[phone]"));
    for (line, code) in [
        ("list = 99", Code::BadValue),
        ("list = 1001\nreject = true", Code::Doubled),
        ("reject = false", Code::BadValue),
        ("", Code::MissingKey),
        ("list = \"1001\"", Code::WrongType),
    ] {
        assert_eq!(only(&BASE.replace("list = 1000", line)).0, code, "{line}");
    }
    assert_eq!(only(&with_rules("[list]\nlist = 1001\n")).0, Code::WrongType);
}

#[test]
fn conditions_that_cannot_be_understood() {
    for (condition, code) in [
        ("{ equals = \"a\" }", Code::UnknownKey),
        ("{ matches = \"a\" }", Code::NotYet),
        ("{}", Code::BadCondition),
        ("{ in = [] }", Code::BadCondition),
        ("{ in = \"a\" }", Code::WrongType),
        ("{ is_set = \"yes\" }", Code::WrongType),
        ("1.5", Code::WrongType),
        ("\"\"", Code::BadValue),
    ] {
        assert_eq!(only(&with_rules(&format!("[filter]\ns = {condition}\n"))).0, code, "{condition}");
    }
}

#[test]
fn phones() {
    for (before, after, code) in [
        ("default_region = \"US\"", "default_region = \"us\"", Code::BadRegion),
        ("default_region = \"US\"", "", Code::MissingKey),
        ("default_region = \"US\"", "default_region = \"US\"\nregions = \"most\"", Code::BadValue),
        ("default_region = \"US\"", "default_region = \"US\"\nregions = [\"US\", \"XX\"]", Code::BadRegion),
        ("default_region = \"US\"", "default_region = \"US\"\nregions = []", Code::BadValue),
        ("[\"phoneNumber\", \"phones\"]", "[1]", Code::WrongType),
    ] {
        assert_eq!(only(&BASE.replace(before, after)).0, code, "{after}");
    }
}

#[test]
fn statuses() {
    for status in ["", "TOOLONG", "A B", "Ä"] {
        check(&format!("[leaving]\nstatus = \"{status}\"\n"), Code::BadStatus, &format!("\"{status}\""));
    }
    check("[opt_out]\nstatus = \"NEW\"\n", Code::BadStatus, "\"NEW\"");
    check("[leaving]\nkeep = [\"SALE\", \"MUCH_TOO_LONG\"]\n", Code::BadStatus, "\"MUCH_TOO_LONG\"");
}

const CALLS: &str = "[calls]\ngo_live = 2026-11-01T00:00:00Z\n";

#[test]
fn dispositions() {
    let rule = |lines: &str| format!("[[disposition]]\n{lines}\n");
    let sale = rule("status = \"SALE\"\nset = { a = \"1\" }");
    check(&format!("{CALLS}{sale}{}", rule("status = [\"NI\", \"sale\"]")), Code::NeverMatches, "\"sale\"");
    let any = rule("any = true\nset = { a = \"1\" }");
    let (code, _, diagnostic) = only(&format!("{BASE}{CALLS}{any}{sale}"));
    assert_eq!((code, diagnostic.labels.len()), (Code::NeverMatches, 2));
    assert_eq!(only(&format!("{BASE}{CALLS}{}", rule("activity = true"))).0, Code::MissingKey);
    assert_eq!(only(&format!("{BASE}{CALLS}{}", rule("any = true\nstatus = \"A\""))).0, Code::MissingKey);
    check(&format!("{CALLS}{}", rule("status = \"XFER\"")), Code::NeverMatches, "\"XFER\"");
    assert_eq!(only(&format!("{BASE}{sale}")).0, Code::NoGoLive);
    assert_eq!(only(&format!("{BASE}[calls]\nalways = {{ set = {{ a = 1 }} }}\n")).0, Code::NoGoLive);
    check(&format!("{CALLS}{}", rule("status = \"A\"\nset = { a = \"${stat}\" }")), Code::UnknownVariable, "stat");
    check(&format!("{CALLS}{}", rule("status = \"A\"\nset = { a = \"${status\" }")), Code::BadTemplate, "${status");
    check(&format!("{CALLS}{}", rule("status = \"A\"\nset = { a = \"\" }")), Code::BadValue, "\"\"");
    check(&format!("{CALLS}{}", rule("status = \"A\"\nset = { a = 1.5 }")), Code::WrongType, "1.5");
    check(&format!("{CALLS}always = {{ set = {{ a = 1 }} }}\n{}", rule("status = \"A\"\nset = { a = 2 }")), Code::Doubled, "a");
    check(&format!("{CALLS}note = \"call ${{call_count}}\"\n"), Code::UnknownVariable, "call_count");
    check("[users]\nagent1 = \"u1\"\nAgent1 = \"u2\"\n", Code::Doubled, "Agent1");
}

#[test]
fn dates_that_are_no_moments() {
    check("[calls]\ngo_live = 2026-11-01\n", Code::BadMoment, "2026-11-01");
    check("[calls]\ngo_live = 2026-03-08T02:30:00\nzone = \"America/New_York\"\n", Code::BadMoment, "2026-03-08T02:30:00");
    check("[calls]\ngo_live = \"2026-11-01\"\n", Code::WrongType, "\"2026-11-01\"");
    let diagnostic = check("[calls]\ngo_live = 2026-11-01\nzone = \"America/NewYork\"\n", Code::BadZone, "\"America/NewYork\"");
    assert_eq!(diagnostic.help.as_deref(), Some("did you mean `America/New_York`?"));
}

#[test]
fn tests_that_test_nothing() {
    for (test, code) in [
        ("contact = {}", Code::EmptyTest),
        ("contact = {}\nfiltered = true\nrejected = \"no_list\"", Code::EmptyTest),
        ("rejected = \"no_list\"", Code::EmptyTest),
        ("call = { status = \"A\" }", Code::EmptyTest),
        ("set = { a = 1 }", Code::EmptyTest),
        ("", Code::EmptyTest),
        ("contact = {}\nrejected = \"no_phone\"", Code::BadValue),
        ("contact = {}\nlead = { fone = \"1\" }", Code::UnknownLeadField),
        ("call = {}\nset = {}", Code::MissingKey),
        ("call = { status = \"A\", colour = 1 }\nset = {}", Code::UnknownKey),
    ] {
        assert_eq!(only(&format!("{BASE}[[test]]\nname = \"t\"\n{test}\n")).0, code, "{test}");
    }
    assert_eq!(only(&format!("{BASE}[[test]]\ncontact = {{}}\nfiltered = true\n")).0, Code::MissingKey);
}

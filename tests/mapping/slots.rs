//! `[[slot]]`: several leads for one contact, each for one of its phones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use vicisync::diag::Code;
use vicisync::mapping::{self, Mapped, Program};
use vicisync::model::{Contact, ContactId, FieldName, Lead, LeadField, ListId, Phone, Slot, Value};

use crate::mapping::any_value;

const BASE: &str = "object = \"Contact\"\nfilter = { off = { is_blank = true } }\n[[list]]\nwhen = { vip = true }\nlist = 1009\n[[list]]\nwhen = { no = true }\n\
                    reject = true\n[list_default]\nlist = 1001\n[phone]\nfrom = [\"phone\", \"mobile\"]\ndefault_region = \"US\"\nregions = [\"US\", \"GB\"]\n\
                    others = [\"alt_phone\"]\n[lead]\nlast_name = \"lastName\"\nrank = { template = \"${score | float | int}\" }\n";

const SLOTS: &str =
    "[[slot]]\nname = \"work\"\nfrom = [\"workPhone\", \"desk\"]\nlist = 1002\n[[slot]]\nname = \"home\"\nfrom = \"homePhone\"\n";

fn program(more: &str) -> Program {
    let text = format!("{BASE}{more}");
    mapping::parse("mapping.toml", &text).unwrap_or_else(|found| panic!("{found:#?}")).0
}

/// What is wrong with the mapping: code, the text at its place, message.
fn wrong(more: &str) -> Vec<(Code, String, String)> {
    let text = format!("{BASE}{more}");
    let found = mapping::parse("mapping.toml", &text).err().unwrap_or_default();
    found.into_iter().map(|one| (one.code, text[one.labels[0].0.clone()].to_owned(), one.message)).collect()
}

fn contact(fields: &[(&str, &str)]) -> Contact {
    let fields = fields.iter().map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned()))).collect();
    Contact { id: ContactId::from("c-1"), updated: None, opted_out: false, fields }
}

/// Each lead as a person would write it: slot, list and number, or why there is none.
fn told(program: &Program, contact: &Contact) -> Vec<String> {
    let leads = program.leads(contact).into_iter();
    let told = leads.map(|(slot, mapped)| {
        let name = if slot.is_main() { "-" } else { slot.as_str() };
        match mapped {
            Mapped::Lead(lead) => format!("{name} {} {}", lead.list_id, lead.phone.e164()),
            Mapped::Rejected(rejection) => {
                assert_eq!(rejection.slot, slot, "whose it is");
                format!("{name} {}", rejection.reason)
            }
            Mapped::Filtered { why } => format!("{name} none: {why}"),
        }
    });
    told.collect()
}

fn lead(program: &Program, contact: &Contact, slot: &Slot) -> Lead {
    program.map_as(contact, slot).lead().expect("a lead")
}

fn slot(name: &str) -> Slot {
    Slot::named(name)
}

#[test]
fn each_phone_has_a_lead_of_its_own() {
    let program = program(SLOTS);
    assert_eq!(program.slots(), [slot("work"), slot("home")]);
    let full = contact(&[
        ("phone", "(727) 555-0101"),
        ("mobile", "727-555-0104"),
        ("workPhone", "n/a"),
        ("desk", "727.555.0102"),
        ("homePhone", "+44 20 7946 0123"),
        ("lastName", "Lee"),
        ("score", "7"),
    ]);
    assert_eq!(told(&program, &full), ["- 1001 +17275550101", "work 1002 +17275550102", "home 1001 +442079460123"]);
    // They say the same of the contact, but that the number beside the first stands in the main lead only.
    let mut main = lead(&program, &full, &Slot::main());
    let alt = FieldName::Standard(LeadField::AltPhone);
    assert_eq!(main.fields.insert(alt, String::new()).as_deref(), Some("7275550104"));
    assert_eq!(main.fields.get(&FieldName::Standard(LeadField::LastName)), Some("Lee"));
    for name in ["work", "home"] {
        assert_eq!(lead(&program, &full, &slot(name)).fields, main.fields, "{name}");
    }
    // The list of the contact is that of a slot which names none.
    let mut vip = full.clone();
    vip.fields.insert("vip".to_owned(), Value::Bool(true));
    assert_eq!(told(&program, &vip), ["- 1009 +17275550101", "work 1002 +17275550102", "home 1009 +442079460123"]);
    assert_eq!(program.lists(), [1001, 1002, 1009].map(ListId).into());
    let asked = program.contact_fields();
    assert!(["phone", "mobile", "workPhone", "desk", "homePhone"].iter().all(|name| asked.contains(*name)), "{asked:?}");
    assert!(matches!(program.map_as(&full, &slot("fax")), Mapped::Filtered { why } if why.contains("no slot `fax`")));
}

#[test]
fn several_numbers_of_one_field_are_dialed_by_one_lead_each() {
    let program = program("[[slot]]\nname = \"second\"\nfrom = \"phone\"\n[[slot]]\nname = \"third\"\nfrom = [\"phone\", \"mobile\"]\n");
    let numbers = |numbers: &[&str]| {
        let list = Value::List(numbers.iter().map(|number| Value::Text((*number).to_owned())).collect());
        let mut contact = contact(&[("score", "1"), ("mobile", "7275550109")]);
        contact.fields.insert("phone".to_owned(), list);
        told(&program, &contact)
    };
    let three = numbers(&["7275550101", "n/a", "727-555-0101", "7275550102", "7275550103"]);
    assert_eq!(three, ["- 1001 +17275550101", "second 1001 +17275550102", "third 1001 +17275550103"]);
    let two = numbers(&["7275550101", "7275550102"]);
    assert_eq!(two, ["- 1001 +17275550101", "second 1001 +17275550102", "third 1001 +17275550109"]);
    let one = numbers(&["7275550101"]);
    assert_eq!(one, ["- 1001 +17275550101", "second none: its number is that of the main lead", "third 1001 +17275550109"]);
}

/// The number that is shown to be tried last is the one that is dialed, from where it stands.
#[test]
fn a_trace_goes_on_to_the_number_that_the_slot_dials() {
    let program = program("[[slot]]\nname = \"second\"\nfrom = \"phone\"\n[[slot]]\nname = \"third\"\nfrom = [\"phone\", \"mobile\"]\n");
    let mut contact = contact(&[("score", "1"), ("mobile", "7275550109")]);
    contact
        .fields
        .insert("phone".to_owned(), Value::List(vec![Value::Text("7275550101".to_owned()), Value::Text("7275550102".to_owned())]));
    let trace = program.trace(&contact);
    let told: Vec<Vec<String>> = trace
        .slots
        .iter()
        .map(|slot| {
            let number = |outcome: &Result<Phone, (String, String)>| outcome.as_ref().map_or_else(|why| why.0.clone(), Phone::e164);
            slot.phones.iter().map(|tried| format!("{} {}", tried.text, number(&tried.outcome))).collect()
        })
        .collect();
    assert_eq!(
        told,
        [
            vec!["7275550101 dialed_already", "7275550102 +17275550102"],
            vec!["7275550101 dialed_already", "7275550102 dialed_already", "7275550109 +17275550109"],
        ]
    );
}

#[test]
fn a_slot_without_a_number_of_its_own_has_no_lead() {
    let program = program(SLOTS);
    assert_eq!(
        told(&program, &contact(&[("phone", "7275550101"), ("score", "1")])),
        ["- 1001 +17275550101", "work none: it has no number for the slot `work`", "home none: it has no number for the slot `home`"]
    );
    // However it is written.
    let same = [("phone", "7275550101"), ("desk", "+1 (727) 555-0101"), ("homePhone", "7275550101"), ("score", "1")];
    assert_eq!(
        told(&program, &contact(&same)),
        ["- 1001 +17275550101", "work none: its number is that of the main lead", "home none: its number is that of the main lead"]
    );
    let two = [("phone", "7275550101"), ("workPhone", "7275550102"), ("homePhone", "1-727-555-0102"), ("score", "1")];
    assert_eq!(
        told(&program, &contact(&two)),
        ["- 1001 +17275550101", "work 1002 +17275550102", "home none: its number is that of the slot `work`"]
    );
    let bad = [("phone", "7275550101"), ("workPhone", "555"), ("homePhone", "+49 30 23125123"), ("score", "1")];
    assert_eq!(told(&program, &contact(&bad)), ["- 1001 +17275550101", "work phone_invalid", "home phone_foreign"]);
    // The main lead's number is not needed.
    let no_main = [("phone", "555"), ("workPhone", "7275550102"), ("score", "1")];
    assert_eq!(
        told(&program, &contact(&no_main)),
        ["- phone_invalid", "work 1002 +17275550102", "home none: it has no number for the slot `home`"]
    );
}

#[test]
fn what_is_wrong_with_the_contact_is_wrong_with_each_lead() {
    let program = program(SLOTS);
    let with = |name: &str, value: Value, opted_out: bool| {
        let mut contact = contact(&[("phone", "7275550101"), ("workPhone", "7275550102"), ("homePhone", "7275550103"), ("score", "1")]);
        contact.fields.insert(name.to_owned(), value);
        told(&program, &Contact { opted_out, ..contact })
    };
    assert_eq!(with("x", Value::Null, true), ["- opted_out", "work opted_out", "home opted_out"]);
    // That the slot names a list changes nothing about the contact.
    assert_eq!(with("no", Value::Bool(true), false), ["- no_list", "work no_list", "home no_list"]);
    assert_eq!(with("score", Value::Text("many".to_owned()), false), ["- template_failed", "work template_failed", "home template_failed"]);
    let out = "none: the filter wants that `off` is blank";
    assert_eq!(with("off", Value::Bool(true), false), [format!("- {out}"), format!("work {out}"), format!("home {out}")]);
}

/// VICIdial dials the further numbers of a lead by itself: one that is dialed by a lead of its own would be dialed twice.
#[test]
fn a_number_that_a_slot_dials_is_no_further_one_of_the_main_lead() {
    let program = program("[[slot]]\nname = \"cell\"\nfrom = \"mobile\"\n");
    let alt = |fields: &[(&str, &str)]| {
        let contact = contact(&[&[("score", "1")], fields].concat());
        lead(&program, &contact, &Slot::main()).fields.get(&FieldName::Standard(LeadField::AltPhone)).map(str::to_owned)
    };
    assert_eq!(alt(&[("phone", "7275550101"), ("mobile", "7275550102")]).as_deref(), Some(""));
    assert_eq!(alt(&[("phone", "7275550101 / 7275550103"), ("mobile", "7275550102")]).as_deref(), Some("7275550103"));
    // The second number of the slot's field is dialed by nobody else.
    assert_eq!(alt(&[("phone", "7275550101"), ("mobile", "7275550102 / 7275550104")]).as_deref(), Some("7275550104"));
}

#[test]
fn leads_that_exist_are_compared_with_the_numbers_of_each() {
    let program = program(SLOTS.replace("homePhone", "mobile").as_str());
    let numbers = |fields: &[(&str, &str)], name: &str| {
        let slot = if name.is_empty() { Slot::main() } else { slot(name) };
        let contact = contact(fields);
        let found: Vec<String> = program.phones(&contact, &slot).iter().map(Phone::e164).collect();
        assert_eq!(program.phone(&contact, &slot).map(|phone| phone.e164()).as_ref(), found.first(), "the first is the one to dial");
        found
    };
    let full = [("phone", "7275550101 / 7275550105"), ("mobile", "7275550103"), ("workPhone", "7275550102 / 7275550106")];
    assert_eq!(numbers(&full, ""), ["+17275550101", "+17275550105"]);
    assert_eq!(numbers(&full, "work"), ["+17275550102"]);
    assert_eq!(numbers(&full, "home"), ["+17275550103"]);
    // The main lead dials it, so it is not the slot's.
    let one = [("phone", "n/a"), ("mobile", "7275550103")];
    assert_eq!((numbers(&one, ""), numbers(&one, "home")), (vec!["+17275550103".to_owned()], vec![]));
    assert_eq!(numbers(&[("workPhone", "7275550102")], "fax"), Vec::<String>::new());
}

#[test]
fn callers_are_found_by_each_of_a_contacts_phones() {
    let program = program(SLOTS);
    assert_eq!(program.phone_names(), ["phone", "mobile", "workPhone", "desk", "homePhone"].map(str::to_owned).into());
    let caller = Phone { code: "1".to_owned(), number: "7275550103".to_owned() };
    assert!(program.has_phone(&contact(&[("homePhone", "(727) 555-0103")]), &caller));
    assert!(!program.has_phone(&contact(&[("homePhone", "(727) 555-0104")]), &caller));
}

#[test]
fn mistakes_in_slots_stand_at_their_characters() {
    let of = |slots: &str| wrong(slots).into_iter().map(|(code, at, _)| (code, at)).collect::<Vec<_>>();
    let one = |name: &str| format!("[[slot]]\nname = \"{name}\"\nfrom = \"workPhone\"\n");
    assert_eq!(of(&one("the_longest-name-200")), []);
    for name in ["at work", "ärger", " ", "the_longest-name-2000", "a/b", "w."] {
        assert_eq!(of(&one(name)), [(Code::BadValue, format!("\"{name}\""))], "{name}");
    }
    // Capitals tell people nothing.
    let twice = format!("{SLOTS}[[slot]]\nname = \"WORK\"\nfrom = \"fax\"\n");
    assert_eq!(of(&twice), [(Code::Doubled, "\"WORK\"".to_owned())]);
    assert_eq!(of("[[slot]]\nname = \"work\"\n")[0].0, Code::MissingKey);
    assert_eq!(of("[[slot]]\nfrom = \"fax\"\n")[0].0, Code::MissingKey);
    assert_eq!(of("[[slot]]\nname = \"a\"\nfrom = []\n"), [(Code::BadValue, "[]".to_owned())]);
    assert_eq!(of(&format!("{}list = 99\n", one("a")))[0].0, Code::BadValue);
    assert_eq!(of(&format!("{}campaign = \"A\"\n", one("a")))[0].0, Code::UnknownKey);
    // The field of the main lead may have further numbers.
    assert_eq!(of("[[slot]]\nname = \"a\"\nfrom = \"phone\"\n"), []);
    // An agent's edit would change whom we dial.
    let pulled = format!("city = {{ from = \"desk\", direction = \"both\" }}\n{SLOTS}");
    assert_eq!(of(&pulled), [(Code::PulledPhone, "\"desk\"".to_owned())]);
    // Leads that left would be dialed on in a list to which a slot's leads go.
    let moved = format!("{SLOTS}[leaving]\ngone = \"move\"\nmove_to = 1002\n");
    assert_eq!(of(&moved), [(Code::BadValue, "1002".to_owned())]);
}

#[test]
fn tests_of_further_leads() {
    let run = |test: &str| {
        let outcomes = program(&format!("{SLOTS}[[test]]\nname = \"t\"\n{test}\n")).tests();
        (outcomes[0].problems.clone(), outcomes[0].made.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>())
    };
    let contact = "contact = { phone = \"7275550101\", workPhone = \"7275550102\", homePhone = \"555\", score = \"1\" }";
    let good = |test: &str| assert_eq!(run(&format!("{contact}\n{test}")).0, Vec::<String>::new(), "{test}");
    good("lead = { list = 1001, phone = \"+17275550101\" }");
    good("slot = \"work\"\nlead = { list = 1002, phone = \"+17275550102\", rank = \"1\" }");
    good("slot = \"home\"\nrejected = \"phone_invalid\"");
    assert_eq!(run("slot = \"home\"\ncontact = {}\nfiltered = true").0, Vec::<String>::new());
    let (problems, made) = run(&format!("{contact}\nslot = \"work\"\nlead = {{ list = 1001 }}"));
    assert_eq!(problems, ["`list`: expected 1001, and it is 1002"]);
    assert!(made.contains(&"phone +17275550102".to_owned()), "{made:?}");
    let typed = |contact: &str| run(&format!("slot = \"home\"\ncontact = {contact}\ntyped = {{ last_name = \"X\" }}\nset = {{}}")).0;
    assert!(typed("{ homePhone = \"7275550103\", score = \"1\" }").is_empty());
    assert!(typed("{ phone = \"7275550103\", score = \"1\" }")[0].contains("no number for the slot `home`"));

    let of = |test: &str| wrong(&format!("{SLOTS}[[test]]\nname = \"t\"\n{test}\n"));
    let found = of(&format!("{contact}\nslot = \"wrok\"\nfiltered = true"));
    assert_eq!((found.len(), found[0].0, found[0].1.as_str()), (1, Code::BadValue, "\"wrok\""));
    assert_eq!(of("slot = \"work\"\ncall = { status = \"SALE\" }\nset = {}")[0].0, Code::SaysNothing);
    // Of slots that could not be read nothing more is concluded.
    let broken = wrong(&format!("[[slot]]\nname = \"work\"\n[[test]]\nname = \"t\"\n{contact}\nslot = \"work\"\nfiltered = true\n"));
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn a_trace_tells_of_each_lead() {
    let program = program(SLOTS);
    let trace = program.trace(&contact(&[("phone", "555"), ("workPhone", "n/a"), ("desk", "7275550102"), ("score", "1")]));
    assert!(matches!(&trace.mapped, Mapped::Rejected(rejection) if rejection.reason == "phone_invalid"));
    let slots: Vec<_> =
        trace.slots.iter().map(|slot| (slot.slot.as_str(), slot.mapped.clone().lead().is_some(), slot.phones.len())).collect();
    assert_eq!(slots, [("work", true, 2), ("home", false, 0)]);
    assert!(trace.fields.iter().any(|field| field.field == FieldName::Standard(LeadField::Rank)), "the slot's lead has them");
    let text = format!("{BASE}{SLOTS}");
    assert!(trace.slots.iter().all(|slot| text[slot.place.clone()].starts_with("[[slot]]")));
}

/// A few numbers in several spellings, so that they often are the same, and what is none.
fn any_number() -> impl Strategy<Value = Value> {
    let known = ["", "555", "7275550101", "+1 727 555 0101", "(727) 555-0102", "7275550103", "7275550102 / 7275550104", "+44 20 7946 0123"];
    let known = prop::sample::select(known.to_vec()).prop_map(|text| Value::Text(text.to_owned()));
    prop_oneof![8 => known.clone(), 1 => prop::collection::vec(known, 0..3).prop_map(Value::List), 1 => any_value()]
}

const WORK: &str = "[[slot]]\nname = \"work\"\nfrom = [\"workPhone\", \"desk\"]\nlist = 1002\n";
const HOME: &str = "[[slot]]\nname = \"home\"\nfrom = [\"homePhone\", \"mobile\"]\n";

static PLAIN: LazyLock<Program> = LazyLock::new(|| program(""));
static SLOTTED: LazyLock<Program> = LazyLock::new(|| program(&format!("{WORK}{HOME}")));
static WORK_ALONE: LazyLock<Program> = LazyLock::new(|| program(WORK));
static HOME_ALONE: LazyLock<Program> = LazyLock::new(|| program(HOME));
static TURNED: LazyLock<Program> = LazyLock::new(|| program(&format!("{HOME}{WORK}")));

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, cases: 2000, ..Default::default() })]

    #[test]
    fn no_number_is_in_two_leads(
        numbers in prop::collection::vec(any_number(), 5),
        flags in prop::collection::vec(prop::bool::weighted(0.1), 4),
        score in prop::sample::select(vec!["1", "1", "1", "many"]),
    ) {
        let names = ["phone", "mobile", "workPhone", "desk", "homePhone"];
        let mut fields: BTreeMap<String, Value> = names.map(str::to_owned).into_iter().zip(numbers).collect();
        for (name, flag) in ["off", "no", "vip"].into_iter().zip(&flags).filter(|(_, flag)| **flag) {
            fields.insert(name.to_owned(), Value::Bool(*flag));
        }
        fields.insert("score".to_owned(), Value::Text(score.to_owned()));
        let contact = Contact { id: ContactId::from("c1"), updated: None, opted_out: flags[3], fields };
        let (plain, program, turned) = (&*PLAIN, &*SLOTTED, &*TURNED);
        let leads = program.leads(&contact);

        // The main lead first, then each slot once; no number twice, and further numbers are those of no other lead.
        let slots: Vec<&Slot> = leads.iter().map(|(slot, _)| slot).collect();
        prop_assert_eq!(slots, [&Slot::main(), &slot("work"), &slot("home")]);
        let made: Vec<(&Slot, &Lead)> = leads.iter().filter_map(|(slot, mapped)| match mapped {
            Mapped::Lead(lead) => Some((slot, lead)),
            Mapped::Rejected(_) | Mapped::Filtered { .. } => None,
        }).collect();
        let dialed: Vec<String> = made.iter().map(|(_, lead)| lead.phone.e164()).collect();
        prop_assert_eq!(dialed.iter().collect::<BTreeSet<_>>().len(), dialed.len(), "{:?}", dialed);
        for (slot, lead) in &made {
            let alt = lead.fields.get(&FieldName::Standard(LeadField::AltPhone));
            prop_assert!(alt.is_some_and(|alt| slot.is_main() || alt.is_empty()), "{:?} {:?}", slot, alt);
            let others = alt.into_iter().filter(|digits| !digits.is_empty());
            prop_assert!(others.into_iter().all(|digits| !made.iter().any(|(_, lead)| lead.phone.number == digits)));
            prop_assert!(program.lists().contains(&lead.list_id));
        }

        // The main lead is as without slots, but for its further numbers.
        let without = |mapped: Mapped| match mapped {
            Mapped::Lead(mut lead) => {
                lead.fields.insert(FieldName::Standard(LeadField::AltPhone), String::new());
                Mapped::Lead(lead)
            }
            Mapped::Rejected(_) | Mapped::Filtered { .. } => mapped,
        };
        prop_assert_eq!(&leads[0].1, &program.map(&contact));
        prop_assert_eq!(without(plain.map(&contact)), without(program.map(&contact)));
        prop_assert_eq!(plain.leads(&contact), vec![(Slot::main(), plain.map(&contact))]);

        // The order of the slots says nothing, unless two would dial one number.
        let mut other = turned.leads(&contact);
        other.sort_by(|one, two| one.0.cmp(&two.0));
        let mut own = leads.clone();
        own.sort_by(|one, two| one.0.cmp(&two.0));
        let alone = [(&*WORK_ALONE, "work"), (&*HOME_ALONE, "home")].map(|(program, name)| program.phone(&contact, &slot(name)));
        if alone[0].is_none() || alone[0] != alone[1] {
            prop_assert_eq!(own, other);
        }

        // Nobody is left out who has a number that no other lead dials.
        for (program, name) in [(&*WORK_ALONE, "work"), (&*HOME_ALONE, "home")] {
            let own = program.phone(&contact, &slot(name));
            let is_dialed = own.as_ref().is_none_or(|own| made.is_empty() || dialed.contains(&own.e164()));
            prop_assert!(is_dialed, "{:?} of {} is dialed by nobody: {:?}", own, name, dialed);
        }

        // A trace ends at the number that is dialed.
        for traced in program.trace(&contact).slots {
            if let Mapped::Lead(lead) = &traced.mapped {
                prop_assert_eq!(traced.phones.last().map(|last| last.outcome.clone()), Some(Ok(lead.phone.clone())));
            }
        }

        // Each way of asking says the same, and no number that leads are looked for by is that of two.
        let mut sought: Vec<Phone> = Vec::new();
        for (slot, mapped) in &leads {
            prop_assert_eq!(&program.map_as(&contact, slot), mapped);
            let phones = program.phones(&contact, slot);
            prop_assert_eq!(phones.first().cloned(), program.phone(&contact, slot));
            if let Mapped::Lead(lead) = mapped {
                prop_assert_eq!(phones.first(), Some(&lead.phone));
            }
            sought.extend(phones);
        }
        prop_assert_eq!(sought.iter().collect::<BTreeSet<_>>().len(), sought.len(), "{:?}", sought);
    }
}

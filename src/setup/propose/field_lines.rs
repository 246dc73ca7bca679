//! The lines of `[lead]` and `[custom]`: each field of VICIdial's whose counterpart the CRM has.

use super::likeness::{self, named, resembling};
use super::{Answers, Seen};
use crate::mapping::{self, Mapped};
use crate::model::{Contact, ContactId, CrmField, CrmFieldKind, LeadField, Value};
use crate::setup::mask::quoted;

/// Lead fields with the names that their counterparts go by, and the steps that fit them.
const COUNTERPARTS: [(&str, &[&str], &str); 12] = [
    ("title", &["salutationname", "salutation"], r#"["trim", "truncate:4"]"#),
    ("first_name", &["firstname", "givenname", "forename"], r#""collapse""#),
    ("middle_initial", &["middleinitial", "middlename"], r#"["trim", "truncate:1", "upper"]"#),
    ("last_name", &["lastname", "surname", "familyname"], r#""collapse""#),
    ("address1", &["addressstreet", "street", "address1", "addressline1", "address", "mailingstreet"], r#""collapse""#),
    ("address2", &["addressstreet2", "street2", "address2", "addressline2"], r#""collapse""#),
    ("city", &["addresscity", "city", "town", "mailingcity"], r#""collapse""#),
    ("postal_code", &["addresspostalcode", "postalcode", "zipcode", "zip", "postcode"], r#""trim""#),
    ("date_of_birth", &["dateofbirth", "birthdate", "birthday", "dob"], r#""date""#),
    ("email", &["emailaddress", "email", "mail"], r#"["trim", "lower"]"#),
    ("gender", &["gender", "sex"], r#"{ map = { male = "M", m = "M", female = "F", f = "F" }, default = "U" }"#),
    ("comments", &["description", "comments", "notes", "remarks"], r#"["collapse", "truncate:255"]"#),
];

const STATES: [&str; 3] = ["addressstate", "state", "mailingstate"];
const COUNTRIES: [&str; 3] = ["addresscountry", "country", "mailingcountry"];
const PHONES: [&str; 6] = ["phonenumber", "phone", "mobilephone", "mobile", "phonemobile", "homephone"];

/// The column at which remarks begin.
const COLUMN: usize = 64;

/// The fields with phone numbers, the likeliest first.
pub(super) fn phones(fields: &[CrmField]) -> Vec<&CrmField> {
    let first = named(fields, &PHONES).or_else(|| fields.iter().find(|field| field.kind == CrmFieldKind::Phone));
    let others = fields.iter().filter(|field| field.kind == CrmFieldKind::Phone && Some(*field) != first);
    first.into_iter().chain(others).collect()
}

/// `[lead]`, and the fields of the CRM that it uses.
pub(super) fn lead(answers: &Answers, seen: &Seen, alt_phone: Option<&CrmField>) -> (Vec<String>, Vec<String>) {
    let fields = seen.fields.all();
    let mut lines: Vec<(usize, String)> = Vec::new();
    let mut used = Vec::new();
    let mut put = |field: &str, source: &CrmField, step: &str, remark: String| {
        let rank = LeadField::ALL.iter().position(|known| known.name() == field).unwrap_or(LeadField::ALL.len());
        lines.push((rank, line(&format!("{field} = {{ from = {}, transform = {step} }}", quoted(&source.name)), &remark)));
        used.push(source.name.clone());
    };
    for (field, names, step) in COUNTERPARTS {
        if let Some(source) = named(fields, names) {
            put(field, source, step, label(source));
        }
    }
    if let Some(source) = named(fields, &STATES) {
        match share(&seen.samples, &source.name, "state_us") {
            Some(share) if share < 0.5 => {
                put("province", source, "\"collapse\"", "the sampled ones are no states of the US, which alone `state` takes".to_owned());
            }
            Some(_) => put("state", source, "\"state_us\"", "two letters: the call-time rules of states go by them".to_owned()),
            None if ["US", ""].contains(&answers.region.as_str()) => put("state", source, "\"state_us\"", label(source)),
            None => put("province", source, "\"collapse\"", label(source)),
        }
    }
    if let Some(source) = named(fields, &COUNTRIES) {
        let remark = match share(&seen.samples, &source.name, "country_iso3") {
            Some(share) if share < 0.999 => "three letters; some of the sampled ones are unknown and come out blank".to_owned(),
            Some(_) | None => "three letters".to_owned(),
        };
        put("country_code", source, "\"country_iso3\"", remark);
    }
    if let Some(source) = alt_phone {
        put(
            "alt_phone",
            source,
            &quoted(&format!("phone_digits:{}", answers.region)),
            "a second number; dialed where the campaign says so".to_owned(),
        );
    }
    lines.sort();
    (lines.into_iter().map(|(_, line)| line).collect(), used)
}

/// `[custom]`: labels that resemble a field; the others as remarks.
pub(super) fn custom(seen: &Seen, lists: &[u64]) -> Vec<String> {
    let labels = likeness::labels(&seen.lists, lists);
    let usable = labels.iter().filter(|label| is_usable(label));
    let lines = usable.map(|label| match resembling(seen.fields.all(), label) {
        Some(field) => line(&format!("{label} = {}", quoted(&field.name)), &self::label(field)),
        None => format!("# {label} = \"...\"{}# nothing in the CRM has a name like it", " ".repeat(3)),
    });
    lines.collect()
}

/// Whether a mapping may name that label: not a standard field, nor a word of VICIdial's.
fn is_usable(label: &str) -> bool {
    mapping::parse("label", &format!("{BASE}[custom]\n{} = \"a\"\n", quoted(label))).is_ok()
}

/// What every mapping needs.
const BASE: &str = "object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = \"phone\"\ndefault_region = \"US\"\n";

/// How many of the sampled values a step knows; `None` where there are none. The step itself is asked.
fn share(samples: &[Contact], name: &str, step: &str) -> Option<f64> {
    let texts: Vec<String> = samples.iter().filter_map(|contact| contact.get(name).text()).collect();
    let text = format!("{BASE}[lead]\ncomments = {{ from = \"value\", transform = \"{step}\" }}\n");
    let (program, _) = mapping::parse("step", &text).ok()?;
    let is_known = |text: &&String| {
        let fields = [("phone", "+12125550100"), ("value", text.as_str())];
        let fields = fields.map(|(name, text)| (name.to_owned(), Value::Text(text.to_owned()))).into();
        match program.map(&Contact { id: ContactId("a".to_owned()), updated: None, opted_out: false, fields }) {
            Mapped::Lead(lead) => lead.fields.iter().any(|(field, value)| field.to_string() == "comments" && !value.is_empty()),
            Mapped::Rejected(_) | Mapped::Filtered { .. } => false,
        }
    };
    #[allow(clippy::cast_precision_loss, reason = "a few samples")]
    (!texts.is_empty()).then(|| texts.iter().filter(is_known).count() as f64 / texts.len() as f64)
}

fn label(field: &CrmField) -> String {
    field.label.clone().filter(|label| *label != field.name).unwrap_or_default()
}

/// A line with its remark behind it.
pub(super) fn line(text: &str, remark: &str) -> String {
    let remark = remark.split_whitespace().collect::<Vec<_>>().join(" ");
    if remark.is_empty() { text.to_owned() } else { format!("{text:<COLUMN$} # {remark}") }
}

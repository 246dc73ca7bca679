//! How people write numbers, in a dozen countries and more: the country that is taken where none is written, the text, and the number to dial.
//!
//! The numbers are those that the plans keep for fiction where they keep any, else made-up ones.

use vicisync::mapping::{Mapped, Program, parse};
use vicisync::model::{Contact, ContactId, FieldName, LeadField, Value};

use crate::mapping::program;

/// Default country, text, and code and number, or the reason of a refusal.
const SPELLINGS: &[(&str, &str, &str)] = &[
    // North America.
    ("US", "2125550100", "1 2125550100"),
    ("US", "(212) 555-0100", "1 2125550100"),
    ("US", "212-555-0100", "1 2125550100"),
    ("US", "212.555.0100", "1 2125550100"),
    ("US", "212/555-0100", "1 2125550100"),
    ("US", "212,555,0100", "1 2125550100"),
    ("US", "1 212 555 0100", "1 2125550100"),
    ("US", "1-212-555-0100", "1 2125550100"),
    ("US", "+1 212 555 0100", "1 2125550100"),
    ("US", "+1 (212) 555-0100", "1 2125550100"),
    ("US", "001 212 555 0100", "1 2125550100"),
    ("US", "011 1 212 555 0100", "1 2125550100"),
    ("US", "+12125550100", "1 2125550100"),
    ("US", "tel:+1-212-555-0100", "1 2125550100"),
    ("US", "tel:+1-212-555-0100;ext=5", "1 2125550100"),
    ("US", "Tel.: 212 555 0100", "1 2125550100"),
    ("US", "Mobile 212 555 0100", "1 2125550100"),
    ("US", "212 555 0100 (home)", "1 2125550100"),
    ("US", "212 555 0100 after six", "1 2125550100"),
    ("US", "212 555 0100 x5", "1 2125550100"),
    ("US", "212.555.0100 ext. 55", "1 2125550100"),
    ("US", "2125550100x5", "1 2125550100"),
    ("US", "2125550100 extension 5", "1 2125550100"),
    ("US", "2125550100#5", "1 2125550100"),
    ("US", "２１２-５５５-０１００", "1 2125550100"),
    ("US", "\u{ff0b}1 212 555 0100", "1 2125550100"),
    ("US", "212\u{a0}555\u{a0}0100", "1 2125550100"),
    ("US", "212\u{2011}555\u{2013}0100", "1 2125550100"),
    ("US", "\u{202d}+1 212-555-0100\u{202c}", "1 2125550100"),
    ("US", "  2125550100\r\n", "1 2125550100"),
    ("US", "٢١٢٥٥٥٠١٠٠", "1 2125550100"),
    ("US", "212-555-0100 / 212-555-0101", "1 2125550100"),
    ("US", "212-555-0100 or 212-555-0101", "1 2125550100"),
    ("US", "212-555-0100; 212-555-0101", "1 2125550100"),
    ("US", "n/a\n212-555-0101", "1 2125550101"),
    ("US", "555-0100 & 212-555-0101", "1 2125550101"),
    ("US", "983-555-0101", "1 9835550101"),
    ("CA", "416-555-0123", "1 4165550123"),
    ("CA", "+1 (604) 555-0123", "1 6045550123"),
    ("US", "416 555 0123", "1 4165550123"),
    ("PR", "787-555-0123", "1 7875550123"),
    // The United Kingdom and Ireland.
    ("GB", "020 7946 0123", "44 2079460123"),
    ("GB", "(020) 7946 0123", "44 2079460123"),
    ("GB", "+44 20 7946 0123", "44 2079460123"),
    ("GB", "+44 (0)20 7946 0123", "44 2079460123"),
    ("GB", "+44 020 7946 0123", "44 2079460123"),
    ("GB", "0044 20 7946 0123", "44 2079460123"),
    ("GB", "44 20 7946 0123", "44 2079460123"),
    ("US", "011 44 20 7946 0123", "44 2079460123"),
    ("US", "0044 20 7946 0123", "44 2079460123"),
    // Ofcom's mobile numbers for drama: nobody has them, and the library knows that.
    ("GB", "07700 900123", "phone_invalid"),
    ("GB", "0161 496 0123", "44 1614960123"),
    ("IE", "020 910 1234", "phone_invalid"),
    ("IE", "01 555 0123", "353 15550123"),
    ("US", "+353 1 555 0123", "353 15550123"),
    // Germany, Austria, Switzerland.
    ("DE", "030 23125123", "49 3023125123"),
    ("DE", "030/23125123", "49 3023125123"),
    ("DE", "(030) 23125-123", "49 3023125123"),
    ("DE", "+49 30 23125123", "49 3023125123"),
    ("DE", "+49 (0)30 23125123", "49 3023125123"),
    ("DE", "+49(0)30/23125123", "49 3023125123"),
    ("DE", "0049 30 23125123", "49 3023125123"),
    ("DE", "0049 (0) 30 23125123", "49 3023125123"),
    ("DE", "Tel. 030 23125123 Durchwahl 5", "49 3023125123"),
    ("DE", "030 23125123 oder 030 23125124", "49 3023125123"),
    ("US", "+49 30 23125123", "49 3023125123"),
    ("DE", "0171 3920012", "49 1713920012"),
    ("US", "+49 171 3920012", "49 1713920012"),
    ("US", "011 49 171 3920012", "49 1713920012"),
    ("DE", "001 212 555 0100", "1 2125550100"),
    ("AT", "01 5121234", "43 15121234"),
    ("CH", "044 668 18 00", "41 446681800"),
    ("US", "+41 44 668 18 00", "41 446681800"),
    // France, Spain, Italy, the Netherlands, Belgium.
    ("FR", "01 99 00 12 34", "33 199001234"),
    ("FR", "01.99.00.12.34", "33 199001234"),
    ("FR", "+33 1 99 00 12 34", "33 199001234"),
    ("FR", "+33 (0)1 99 00 12 34", "33 199001234"),
    ("FR", "0033 1 99 00 12 34", "33 199001234"),
    ("ES", "912 345 678", "34 912345678"),
    ("ES", "+34 912 34 56 78", "34 912345678"),
    ("IT", "06 5550 0123", "39 0655500123"),
    ("IT", "+39 06 5550 0123", "39 0655500123"),
    ("IT", "+39 (0)6 5550 0123", "39 0655500123"),
    ("US", "+39 06 5550 0123", "39 0655500123"),
    ("IT", "312 345 6789", "39 3123456789"),
    ("NL", "020 555 0123", "31 205550123"),
    ("BE", "02 555 01 23", "32 25550123"),
    // The north.
    ("SE", "070-174 06 05", "46 701740605"),
    ("SE", "+46 (0)70 174 06 05", "46 701740605"),
    ("NO", "21 23 45 67", "47 21234567"),
    ("DK", "32 12 34 56 mobil", "45 32123456"),
    ("PL", "22 123 45 67", "48 221234567"),
    // Australia, New Zealand, Asia.
    ("AU", "(02) 5550 1234", "61 255501234"),
    ("AU", "+61 2 5550 1234", "61 255501234"),
    ("AU", "0491 570 156", "61 491570156"),
    ("AU", "+61 (0)491 570 156", "61 491570156"),
    ("AU", "0011 1 212 555 0100", "1 2125550100"),
    ("NZ", "09 555 0123", "64 95550123"),
    ("NZ", "+64 (0)9 555 0123", "64 95550123"),
    ("IN", "098765 43210", "91 9876543210"),
    ("IN", "+91-98765-43210", "91 9876543210"),
    ("JP", "03-1234-5678", "81 312345678"),
    ("JP", "010 1 212 555 0100", "1 2125550100"),
    ("PH", "0917 123 4567", "63 9171234567"),
    // Latin America.
    ("MX", "55 5555 0100", "52 5555550100"),
    ("MX", "+52 55 5555 0100", "52 5555550100"),
    ("BR", "(11) 91234-5678", "55 11912345678"),
    ("BR", "011 91234-5678", "55 11912345678"),
    // None.
    ("US", "", "phone_missing"),
    ("US", "  ", "phone_missing"),
    ("US", "n/a", "phone_invalid"),
    ("US", "call me", "phone_invalid"),
    ("US", "555-0100", "phone_invalid"),
    ("US", "212 555 010", "phone_invalid"),
    ("US", "212 555 01000", "phone_invalid"),
    ("US", "999-555-0100", "phone_invalid"),
    ("US", "112 555 0100", "phone_invalid"),
    ("US", "212 155 0100", "phone_invalid"),
    ("US", "0000000000", "phone_invalid"),
    ("US", "+1 212 555 0100 0100", "phone_invalid"),
    ("US", "1-800-FLOWERS", "phone_invalid"),
    ("US", "1 800 555 CALL", "phone_invalid"),
    ("US", "AB2125550100", "phone_invalid"),
    ("US", "2125550100@example.com", "phone_invalid"),
    ("US", "212*555*0100", "phone_invalid"),
    ("US", "+", "phone_invalid"),
    ("US", ";", "phone_invalid"),
    ("US", "44 20 7946 0123", "phone_invalid"),
    ("US", "+999 123 456 789", "phone_invalid"),
    ("DE", "4915112345678", "49 15112345678"),
    ("DE", "492211234567", "49 2211234567"),
    ("DE", "0491 5112345", "49 4915112345"),
    ("DE", "491 5112345", "49 4915112345"),
    ("IN", "9118001234", "91 9118001234"),
    ("DE", "030 23125123²", "49 3023125123"),
    ("DE", "030 23125123 (2)", "49 3023125123"),
    ("US", "212-555-0100 [1]", "1 2125550100"),
    ("DE", "① 030 23125123", "49 3023125123"),
    ("DE", "+049 30 23125123", "phone_invalid"),
    ("AT", "+043 1 5880 1234", "phone_invalid"),
    ("DE", "000493023125123", "phone_invalid"),
    ("GB", "020 7946 012", "phone_invalid"),
    ("DE", "110", "phone_invalid"),
    ("IT", "06", "phone_invalid"),
];

fn mapping(region: &str, more: &str) -> Program {
    program(&format!(
        "object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = [\"a\", \"b\", \"c\"]\ndefault_region = \"{region}\"\n{more}\n"
    ))
}

fn contact(fields: &[(&str, &str)]) -> Contact {
    let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), Value::Text((*text).to_owned()))).collect();
    Contact { id: ContactId::from("c1"), updated: None, opted_out: false, fields }
}

/// Code and number, or the reason.
fn dialed(program: &Program, fields: &[(&str, &str)]) -> String {
    match program.map(&contact(fields)) {
        Mapped::Lead(lead) => format!("{} {}", lead.phone.code, lead.phone.number),
        Mapped::Rejected(rejection) => rejection.reason,
        Mapped::Filtered { why } => why,
    }
}

#[test]
fn spellings() {
    assert!(SPELLINGS.len() >= 80);
    let wrong: Vec<String> = SPELLINGS
        .iter()
        .filter_map(|(region, text, expected)| {
            let program = mapping(region, "regions = \"all\"");
            let first = dialed(&program, &[("a", text)]);
            assert_eq!(dialed(&program, &[("a", text)]), first, "what was seen before is read alike");
            (first != *expected).then(|| format!("{region} {text:?}: {first}, not {expected}"))
        })
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn regions_that_may_be_dialed() {
    let program = mapping("US", "regions = [\"US\", \"IT\", \"DE\"]");
    for (text, expected) in [
        ("212-555-0100", "1 2125550100"),
        ("416-555-0123", "phone_foreign"),
        ("787-555-0123", "phone_foreign"),
        ("242-555-0123", "phone_foreign"),
        ("983-555-0101", "1 9835550101"),
        ("+39 06 5550 0123", "39 0655500123"),
        ("+44 20 7946 0123", "phone_foreign"),
        ("416-555-0123 / 212-555-0100", "1 2125550100"),
    ] {
        assert_eq!(dialed(&program, &[("a", text)]), expected, "{text}");
    }
}

#[test]
fn a_contacts_country_is_the_region_of_its_numbers() {
    let program = mapping("US", "region_from = \"land\"\nregions = \"all\"");
    for (land, text, expected) in [
        ("Germany", "030 23125123", "49 3023125123"),
        ("DEU", "030 23125123", "49 3023125123"),
        ("united kingdom", "020 7946 0123", "44 2079460123"),
        ("Narnia", "212-555-0100", "1 2125550100"),
        ("", "212-555-0100", "1 2125550100"),
        ("de", "+1 212 555 0100", "1 2125550100"),
        ("Germany", "212-555-0100", "49 2125550100"),
    ] {
        assert_eq!(dialed(&program, &[("land", land), ("a", text)]), expected, "{land} {text}");
    }
    assert!(program.contact_fields().contains("land"), "the CRM is asked for it");
}

#[test]
fn further_numbers_go_to_the_fields_that_are_named() {
    let program = mapping("US", "others = [\"alt_phone\", \"address3\"]\nregions = \"all\"");
    let (alt, third) = (FieldName::Standard(LeadField::AltPhone), FieldName::Standard(LeadField::Address3));
    assert!(program.lead_fields().contains(&alt) && program.lead_fields().contains(&third));
    let others = |fields: &[(&str, &str)]| match program.map(&contact(fields)) {
        Mapped::Lead(lead) => (lead.fields[&alt].to_owned(), lead.fields[&third].to_owned()),
        other => panic!("no lead: {other:?}"),
    };
    let pair = |alt: &str, third: &str| (alt.to_owned(), third.to_owned());
    assert_eq!(others(&[("a", "212-555-0100")]), pair("", ""));
    assert_eq!(others(&[("a", "212-555-0100"), ("b", "+1 212 555 0100"), ("c", "212-555-0102")]), pair("2125550102", ""));
    assert_eq!(others(&[("a", "212-555-0100 or 212-555-0101"), ("b", "416-555-0102")]), pair("2125550101", "4165550102"));
    // VICIdial dials them with the lead's phone code.
    assert_eq!(others(&[("a", "212-555-0100"), ("b", "+44 20 7946 0123")]), pair("", ""));
    let bare = mapping("US", "");
    assert!(!bare.lead_fields().contains(&alt));
}

#[test]
fn phones_are_read_strictly() {
    use vicisync::diag::Code;
    let base = |more: &str, lead: &str| {
        format!("object = \"Contact\"\n[list_default]\nlist = 1000\n[phone]\nfrom = \"a\"\ndefault_region = \"US\"\n{more}\n{lead}")
    };
    for (more, lead, code, at) in [
        ("others = [\"address1\"]", "", Code::BadValue, "\"address1\""),
        ("others = [\"alt_phone\", \"alt_phone\"]", "", Code::Doubled, "\"alt_phone\""),
        ("others = \"alt_phone\"", "[lead]\nalt_phone = \"b\"\n", Code::Doubled, "\"alt_phone\""),
        ("others = 5", "", Code::WrongType, "5"),
        ("region_from = 5", "", Code::WrongType, "5"),
        ("region_from = \"\"", "", Code::BadValue, "\"\""),
    ] {
        let text = base(more, lead);
        let found = parse("m.toml", &text).expect_err(more);
        assert_eq!(found.len(), 1, "{}", vicisync::diag::render::render(&found, &text, false));
        assert_eq!((found[0].code, &text[found[0].labels[0].0.clone()]), (code, at), "{more}");
    }
    program(&base("others = \"alt_phone\"", "[lead]\naddress3 = \"b\"\n"));
}

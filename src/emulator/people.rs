//! Made-up contacts with the dirt of real ones, for rehearsals and tests.
//!
//! The same seed gives the same people. All numbers are from ranges kept for fiction (NPA-555-01xx, Ofcom's and the
//! Bundesnetzagentur's drama numbers), all addresses at example domains. About one in eight cannot be dialed: no number,
//! a bad one, opted out. Knows no server; the records are in EspoCRM's form.

mod words;

use serde_json::{Map, Value, json};

use words::{CITIES, FIRST_NAMES, LAST_NAMES, STREETS};

/// How many different numbers there are: each city's area code with 0100 to 0199.
const NUMBERS: u64 = CITIES.len() as u64 * 100;

/// A small generator of the numbers that only look random (splitmix64).
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit.max(1)
    }

    /// True in so many of a thousand cases.
    fn is(&mut self, of_a_thousand: u64) -> bool {
        self.below(1000) < of_a_thousand
    }

    fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        let n = self.below(items.len() as u64);
        items.get(n as usize).copied().unwrap_or_default()
    }
}

/// Makes `count` contacts as EspoCRM takes and keeps them. Up to some 5,000 all names differ.
///
/// A few numbers are no numbers, so the records are to be put into the world directly, past the server's checks.
pub fn people(seed: u64, count: usize) -> Vec<Value> {
    let mut dice = Dice(seed);
    let (name_start, number_start) = (dice.next(), dice.next());
    let mut made: Vec<Value> = Vec::with_capacity(count);
    for n in 0..count as u64 {
        let person = person(&mut dice, n, name_start, number_start, count as u64, &made);
        made.push(person);
    }
    made
}

/// The k-th of `total` things in a shuffled order: the step shares no divisor with any total used here.
fn shuffled(k: u64, start: u64, total: u64) -> u64 {
    (k % total * 1777 + start % total) % total
}

fn person(dice: &mut Dice, n: u64, name_start: u64, number_start: u64, count: u64, made: &[Value]) -> Value {
    let names = (FIRST_NAMES.len() * LAST_NAMES.len()) as u64;
    let name = shuffled(n, name_start, names) as usize;
    let first = FIRST_NAMES[name % FIRST_NAMES.len()];
    let last = LAST_NAMES[name / FIRST_NAMES.len()];
    let slot = shuffled(n, number_start, NUMBERS);
    let city = &CITIES[(slot / 100) as usize];
    let mut person = Map::new();
    let mut put = |name: &str, value: Value| {
        person.insert(name.to_owned(), value);
    };
    put("firstName", first_name(dice, first));
    put("lastName", json!(last));
    put("emailAddress", address(dice, first, last, n));
    let is_abroad = dice.below(1000);
    let mut number = format!("+1{}555{:04}", city.area, 100 + slot % 100);
    let mut country = "USA";
    if is_abroad < 20 {
        (number, country) = (format!("+447700900{:03}", dice.below(1000)), "United Kingdom");
    } else if is_abroad < 40 {
        (number, country) = (format!("+493023125{:03}", dice.below(1000)), "Germany");
    } else if is_abroad < 65 {
        (number, country) = (format!("+52555555{:04}", 100 + dice.below(100)), "Mexico");
    }
    let spare = shuffled(n + count, number_start, NUMBERS);
    let spare_city = &CITIES[(spare / 100) as usize];
    let spare = format!("+1{}555{:04}", spare_city.area, 100 + spare % 100);
    for (name, value) in phones(dice, &number, &spare, made) {
        put(&name, value);
    }
    put("doNotCall", json!(dice.is(25)));
    put("addressStreet", street(dice));
    let is_home = country == "USA";
    put("addressCity", json!(if is_home { city.name } else { words::city_abroad(country) }));
    let state = if dice.is(300) { city.state_name } else { city.state };
    put("addressState", if is_home { json!(state) } else { Value::Null });
    put("addressPostalCode", json!(format!("{:05}", 10_000 + slot * 13 % 89_000)));
    put("addressCountry", if dice.is(100) { Value::Null } else { json!(country) });
    put("description", description(dice));
    put("cSegment", json!(dice.one_of(&["north", "south", "west"])));
    put("cNote", note(dice));
    Value::Object(person)
}

/// Now and then a first name is missing, blank, over-long, or written with separate accents.
fn first_name(dice: &mut Dice, first: &str) -> Value {
    match dice.below(100) {
        0 => Value::Null,
        1 => json!(""),
        2 => json!(format!("{first} Maximiliana Bartholomea Wilhelmine")),
        3..=6 => {
            use unicode_normalization::UnicodeNormalization;
            json!(first.nfd().collect::<String>())
        }
        _ => json!(first),
    }
}

fn address(dice: &mut Dice, first: &str, last: &str, n: u64) -> Value {
    let plain = |text: &str| -> String {
        let letters = text.chars().filter(char::is_ascii_alphabetic);
        letters.map(|c| c.to_ascii_lowercase()).collect()
    };
    let domain = dice.one_of(&["example.com", "example.org", "example.net"]);
    let local = format!("{}.{}{n}", plain(first), plain(last));
    match dice.below(100) {
        0..5 => Value::Null,
        5..11 => json!(format!("{local}+crm@{domain}")),
        11..13 => json!(format!("{local}.who.likes.a.very.long.address.and.has.one.for.everything@{domain}")),
        _ => json!(format!("{local}@{domain}")),
    }
}

/// The numbers of a contact: mostly one good one.
fn phones(dice: &mut Dice, number: &str, spare: &str, made: &[Value]) -> Vec<(String, Value)> {
    let kind = dice.one_of(&["Mobile", "Mobile", "Home", "Office"]);
    let single =
        |number: &str, opt_out: bool| json!([{"phoneNumber": number, "type": kind, "primary": true, "optOut": opt_out, "invalid": false}]);
    let of = |data: Value| vec![("phoneNumberData".to_owned(), data)];
    match dice.below(1000) {
        0..20 => Vec::new(),
        20..25 => vec![("phoneNumber".to_owned(), json!(""))],
        25..40 => {
            let bad = ["call after six", "555-0142", "2065550142", "+1206555", "n/a", "+1 (206) 555-01"];
            of(single(dice.one_of(&bad), false))
        }
        40..50 => of(single(&format!("{number}x{}", 1 + dice.below(900)), false)),
        50..65 => {
            // As people type it: international, with blanks and hyphens.
            let (head, tail) = number.split_at(number.len() - 4);
            of(single(&format!("{head}-{tail}"), false))
        }
        65..80 => of(single(number, true)),
        80..115 => match shared(dice, made) {
            // Opt-out belongs to the number, so whoever shares it shares that too.
            Some((number, opt_out)) => of(single(&number, opt_out)),
            None => of(single(number, false)),
        },
        115..195 => of(json!([
            {"phoneNumber": number, "type": kind, "primary": true, "optOut": false, "invalid": false},
            {"phoneNumber": spare, "type": "Home", "primary": false, "optOut": false, "invalid": false}])),
        _ => of(single(number, false)),
    }
}

/// The first number of somebody made before.
fn shared(dice: &mut Dice, made: &[Value]) -> Option<(String, bool)> {
    let other = made.get(dice.below(made.len() as u64) as usize)?;
    let entry = other.get("phoneNumberData")?.get(0)?;
    let number = entry.get("phoneNumber")?.as_str()?;
    let is_plain = number.len() > 9 && number[1..].bytes().all(|byte| byte.is_ascii_digit());
    let opt_out = entry.get("optOut")?.as_bool()?;
    is_plain.then(|| (number.to_owned(), opt_out))
}

fn street(dice: &mut Dice) -> Value {
    let street = dice.one_of(&STREETS);
    let house = 1 + dice.below(9800);
    match dice.below(100) {
        0..4 => Value::Null,
        4..7 => json!(format!("{house} {street}\nApt {}", 1 + dice.below(90))),
        7..9 => json!(format!("{house} {street}\\")),
        9..12 => {
            let long = format!("{house} {street}, behind the old mill, past the second gate on the left, ")
                + "blue door beside the bakery, ring twice and wait, the bell is slow, third floor on the right";
            json!(long.chars().take(140).collect::<String>())
        }
        _ => json!(format!("{house} {street}")),
    }
}

fn description(dice: &mut Dice) -> Value {
    let texts = [
        "asked for a quote; wants it \"in writing\" #2",
        "line one\nline two\r\nline three",
        "Sales | West | call back",
        "path C:\\quotes\\new\\",
        "50% off & more <b>today</b>",
        "tab\there, comma, 'quote'",
        "Zoë said: déjà vu — naïve façade ☎",
        "",
    ];
    match dice.below(100) {
        0..40 => Value::Null,
        40..65 => json!(dice.one_of(&texts)),
        _ => json!(format!("Synthetic contact, batch {}.", dice.below(20))),
    }
}

fn note(dice: &mut Dice) -> Value {
    let texts = ["prefers mornings", "1 + 1 = 2", "VIP; ask for \"the boss\"", "two\nlines", "ends in \\"];
    match dice.below(100) {
        0..60 => Value::Null,
        60..75 => json!(dice.one_of(&texts)),
        _ => json!(format!("customer since {}", 1990 + dice.below(35))),
    }
}

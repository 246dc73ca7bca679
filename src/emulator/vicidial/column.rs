//! What a column of a table makes of a value that is put into it, on a server that is not strict: cut, clamp or blank.
//!
//! Decides one cell at a time. Knows no rows.

/// The type of a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// Text of at most so many characters.
    Text(usize),
    /// A whole number between two bounds.
    Whole(i64, i64),
    /// A decimal number: all digits, and those after the point.
    Decimal(u32, usize),
    /// A calendar date.
    Date,
    /// A date and a time of day, without a zone.
    Moment,
    /// A moment that moves to now whenever the row changes.
    Touched,
    /// One of these words.
    Word(Vec<String>),
}

/// One column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    /// Its name.
    pub(super) name: String,
    /// Its type.
    pub(super) kind: Kind,
    /// What it holds when a new row does not say.
    pub(super) default: Option<String>,
    /// Whether the database counts it up.
    pub(super) is_automatic: bool,
}

impl Column {
    /// A column of free text.
    pub(super) fn text(name: &str, width: usize) -> Self {
        Column { name: name.to_owned(), kind: Kind::Text(width), default: None, is_automatic: false }
    }

    /// A column from the words of a table definition.
    pub(super) fn parse(name: &str, definition: &str, default: Option<&str>, is_nullable: bool, extra: &str) -> Self {
        let kind = Kind::parse(definition);
        let default = match default {
            Some("NULL") => None,
            Some(default) => Some(default.trim_matches('\'').to_owned()),
            None if is_nullable => None,
            None => Some(kind.store("")),
        };
        Column { name: name.to_owned(), kind, default, is_automatic: extra == "auto_increment" }
    }
}

impl Kind {
    fn parse(definition: &str) -> Self {
        let (word, rest) = definition.split_once('(').unwrap_or((definition, ""));
        let inside = rest.split(')').next().unwrap_or_default();
        let mut numbers = inside.split(',').map(|number| number.parse::<u32>().unwrap_or(0));
        let (first, second) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        let bits = match word {
            "tinyint" => 8,
            "smallint" => 16,
            "mediumint" => 24,
            "int" => 32,
            "bigint" => 63,
            _ => 0,
        };
        match word {
            "varchar" | "char" => Kind::Text(first as usize),
            "decimal" | "double" => Kind::Decimal(first, second as usize),
            "date" => Kind::Date,
            "datetime" => Kind::Moment,
            "timestamp" => Kind::Touched,
            "enum" => {
                let words = inside.split(',').map(|word| word.trim_matches('\'').to_owned());
                Kind::Word(words.collect())
            }
            _ if bits == 63 => Kind::Whole(0, i64::MAX),
            _ if bits > 0 && definition.contains("unsigned") => Kind::Whole(0, (1 << bits) - 1),
            _ if bits > 0 => Kind::Whole(-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
            _ => Kind::Text(65_535),
        }
    }

    /// Whether a strict database takes the value as it is.
    pub(super) fn takes(&self, value: &str) -> bool {
        match self {
            Kind::Text(width) => value.chars().count() <= *width,
            Kind::Whole(low, high) => value.trim().parse::<i64>().is_ok_and(|number| (*low..=*high).contains(&number)),
            Kind::Decimal(..) => !value.is_empty() && self.store(value).parse::<f64>().ok() == value.trim().parse::<f64>().ok(),
            Kind::Date => date(value).is_some(),
            Kind::Moment | Kind::Touched => moment(value).is_some(),
            Kind::Word(words) => words.iter().any(|word| super::text::same(word, value)),
        }
    }

    /// The value as it is stored.
    pub(super) fn store(&self, value: &str) -> String {
        match self {
            Kind::Text(width) => match value.char_indices().nth(*width) {
                Some((end, _)) => value[..end].to_owned(),
                None => value.to_owned(),
            },
            Kind::Whole(low, high) => {
                let number = leading_number(value).round();
                // A float too large for the type saturates, which is what the database does as well.
                (number as i64).clamp(*low, *high).to_string()
            }
            Kind::Decimal(digits, scale) => {
                let whole = digits.saturating_sub(*scale as u32);
                let limit = 10f64.powi(whole as i32) - 10f64.powi(-(*scale as i32));
                format!("{:.*}", scale, leading_number(value).clamp(-limit, limit))
            }
            Kind::Date => date(value).unwrap_or_else(|| "0000-00-00".to_owned()),
            Kind::Moment | Kind::Touched => moment(value).unwrap_or_else(|| "0000-00-00 00:00:00".to_owned()),
            Kind::Word(words) => {
                let known = words.iter().find(|word| super::text::same(word, value));
                known.cloned().unwrap_or_default()
            }
        }
    }
}

/// The number at the start of a text; 0 if there is none.
pub(super) fn leading_number(value: &str) -> f64 {
    let value = value.trim_start();
    let mut end = 0;
    for (place, char) in value.char_indices() {
        let is_sign = matches!(char, '-' | '+') && place == 0;
        let is_point = char == '.' && !value[..place].contains('.');
        if !(char.is_ascii_digit() || is_sign || is_point) {
            break;
        }
        end = place + 1;
    }
    value[..end].parse().unwrap_or(0.0)
}

fn date(value: &str) -> Option<String> {
    let value = value.trim();
    let parts: Vec<&str> = if value.chars().all(|char| char.is_ascii_digit()) {
        match value.len() {
            8 => vec![&value[..4], &value[4..6], &value[6..]],
            6 => {
                return date(&format!("{}{value}", if &value[..2] < "70" { "20" } else { "19" }));
            }
            _ => return None,
        }
    } else {
        value.split(['-', '/', '.', ':']).collect()
    };
    let [year, month, day] = parts[..] else {
        return None;
    };
    let day = day.split([' ', 'T']).next().unwrap_or_default();
    if year.len() != 4 {
        return None;
    }
    let date = chrono::NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)?;
    Some(date.format("%Y-%m-%d").to_string())
}

fn moment(value: &str) -> Option<String> {
    let value = value.trim();
    let is_packed = value.len() == 14 && value.chars().all(|char| char.is_ascii_digit());
    let (day, time) = if is_packed {
        let time = format!("{}:{}:{}", &value[8..10], &value[10..12], &value[12..]);
        (date(&value[..8])?, time)
    } else {
        let (day, time) = value.split_once([' ', 'T']).unwrap_or((value, "00:00:00"));
        (date(day)?, time.trim().to_owned())
    };
    let mut parts = time.split(':').map(|part| part.parse::<u32>().ok());
    let hour = parts.next()??;
    let minute = parts.next().unwrap_or(Some(0))?;
    let second = parts.next().unwrap_or(Some(0))?;
    chrono::NaiveTime::from_hms_opt(hour, minute, second)?;
    Some(format!("{day} {hour:02}:{minute:02}:{second:02}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(definition: &str, value: &str, stored: &str) {
        assert_eq!(Kind::parse(definition).store(value), stored, "{value:?} in {definition}");
    }

    #[test]
    fn values_are_cut_clamped_or_blanked() {
        check("varchar(2)", "Florida", "Fl");
        check("varchar(2)", "Łukasz", "Łu");
        check("smallint(5)", "99999", "32767");
        check("int(9) unsigned", "-5", "0");
        check("decimal(4,2)", "-5", "-5.00");
        check("decimal(4,2)", "", "0.00");
        check("date", "1999-02-30", "0000-00-00");
        check("date", "1980-12-10", "1980-12-10");
        check("datetime", "20261124101000", "2026-11-24 10:10:00");
        check("datetime", "next tuesday", "0000-00-00 00:00:00");
        check("datetime", "2027-03-14 02:30:00", "2027-03-14 02:30:00");
        check("enum('M','F','U')", "OB", "");
    }
}

//! Names of states and countries, as people type them, and their codes.
//!
//! Small on purpose: the states whose call-time rules VICIdial knows by two letters, and the countries that callers meet most. What is
//! not here becomes blank, and `map` or `default` can say more.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Codes of a country.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Country {
    pub(super) two: &'static str,
    pub(super) three: &'static str,
    names: &'static [&'static str],
}

/// Small letters without accents, dots and doubled spaces.
fn plain(text: &str) -> String {
    let bare: String = text.nfd().filter(|letter| !is_combining_mark(*letter) && *letter != '.').flat_map(char::to_lowercase).collect();
    bare.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The two letters of a state or territory of the US, by name or code.
pub(super) fn state_us(text: &str) -> Option<&'static str> {
    let wanted = plain(text);
    STATES.iter().find(|(code, name)| code.eq_ignore_ascii_case(&wanted) || *name == wanted).map(|(code, _)| *code)
}

/// A country by name, two letters or three.
pub(super) fn country(text: &str) -> Option<&'static Country> {
    let wanted = plain(text);
    COUNTRIES.iter().find(|country| {
        country.two.eq_ignore_ascii_case(&wanted) || country.three.eq_ignore_ascii_case(&wanted) || country.names.contains(&wanted.as_str())
    })
}

const STATES: [(&str, &str); 59] = [
    ("AL", "alabama"),
    ("AK", "alaska"),
    ("AZ", "arizona"),
    ("AR", "arkansas"),
    ("CA", "california"),
    ("CO", "colorado"),
    ("CT", "connecticut"),
    ("DE", "delaware"),
    ("DC", "district of columbia"),
    ("FL", "florida"),
    ("GA", "georgia"),
    ("HI", "hawaii"),
    ("ID", "idaho"),
    ("IL", "illinois"),
    ("IN", "indiana"),
    ("IA", "iowa"),
    ("KS", "kansas"),
    ("KY", "kentucky"),
    ("LA", "louisiana"),
    ("ME", "maine"),
    ("MD", "maryland"),
    ("MA", "massachusetts"),
    ("MI", "michigan"),
    ("MN", "minnesota"),
    ("MS", "mississippi"),
    ("MO", "missouri"),
    ("MT", "montana"),
    ("NE", "nebraska"),
    ("NV", "nevada"),
    ("NH", "new hampshire"),
    ("NJ", "new jersey"),
    ("NM", "new mexico"),
    ("NY", "new york"),
    ("NC", "north carolina"),
    ("ND", "north dakota"),
    ("OH", "ohio"),
    ("OK", "oklahoma"),
    ("OR", "oregon"),
    ("PA", "pennsylvania"),
    ("RI", "rhode island"),
    ("SC", "south carolina"),
    ("SD", "south dakota"),
    ("TN", "tennessee"),
    ("TX", "texas"),
    ("UT", "utah"),
    ("VT", "vermont"),
    ("VA", "virginia"),
    ("WA", "washington"),
    ("WV", "west virginia"),
    ("WI", "wisconsin"),
    ("WY", "wyoming"),
    ("PR", "puerto rico"),
    ("VI", "virgin islands"),
    ("GU", "guam"),
    ("AS", "american samoa"),
    ("MP", "northern mariana islands"),
    ("AA", "armed forces americas"),
    ("AE", "armed forces europe"),
    ("AP", "armed forces pacific"),
];

macro_rules! countries {
    ($($two:literal $three:literal $($name:literal)*;)*) => {
        const COUNTRIES: &[Country] = &[$(Country { two: $two, three: $three, names: &[$($name),*] },)*];
    };
}

countries! {
    "US" "USA" "united states" "united states of america" "america" "estados unidos";
    "CA" "CAN" "canada";
    "MX" "MEX" "mexico";
    "GB" "GBR" "united kingdom" "great britain" "uk" "england" "scotland" "wales" "northern ireland";
    "IE" "IRL" "ireland";
    "DE" "DEU" "germany" "deutschland";
    "AT" "AUT" "austria" "osterreich";
    "CH" "CHE" "switzerland" "schweiz" "suisse";
    "FR" "FRA" "france";
    "BE" "BEL" "belgium" "belgique" "belgie";
    "NL" "NLD" "netherlands" "the netherlands" "holland" "nederland";
    "LU" "LUX" "luxembourg";
    "ES" "ESP" "spain" "espana";
    "PT" "PRT" "portugal";
    "IT" "ITA" "italy" "italia";
    "PL" "POL" "poland" "polska";
    "CZ" "CZE" "czech republic" "czechia";
    "SK" "SVK" "slovakia";
    "HU" "HUN" "hungary";
    "RO" "ROU" "romania";
    "BG" "BGR" "bulgaria";
    "GR" "GRC" "greece";
    "HR" "HRV" "croatia";
    "SI" "SVN" "slovenia";
    "DK" "DNK" "denmark" "danmark";
    "SE" "SWE" "sweden" "sverige";
    "NO" "NOR" "norway" "norge";
    "FI" "FIN" "finland" "suomi";
    "IS" "ISL" "iceland";
    "EE" "EST" "estonia";
    "LV" "LVA" "latvia";
    "LT" "LTU" "lithuania";
    "UA" "UKR" "ukraine";
    "TR" "TUR" "turkey" "turkiye";
    "IL" "ISR" "israel";
    "AE" "ARE" "united arab emirates" "uae";
    "SA" "SAU" "saudi arabia";
    "EG" "EGY" "egypt";
    "ZA" "ZAF" "south africa";
    "NG" "NGA" "nigeria";
    "KE" "KEN" "kenya";
    "IN" "IND" "india";
    "PK" "PAK" "pakistan";
    "PH" "PHL" "philippines" "the philippines";
    "SG" "SGP" "singapore";
    "MY" "MYS" "malaysia";
    "ID" "IDN" "indonesia";
    "TH" "THA" "thailand";
    "VN" "VNM" "vietnam" "viet nam";
    "CN" "CHN" "china";
    "HK" "HKG" "hong kong";
    "TW" "TWN" "taiwan";
    "JP" "JPN" "japan";
    "KR" "KOR" "south korea" "korea";
    "AU" "AUS" "australia";
    "NZ" "NZL" "new zealand";
    "BR" "BRA" "brazil" "brasil";
    "AR" "ARG" "argentina";
    "CL" "CHL" "chile";
    "CO" "COL" "colombia";
    "PE" "PER" "peru";
    "VE" "VEN" "venezuela";
    "CR" "CRI" "costa rica";
    "PA" "PAN" "panama";
    "GT" "GTM" "guatemala";
    "SV" "SLV" "el salvador";
    "DO" "DOM" "dominican republic";
    "JM" "JAM" "jamaica";
    "PR" "PRI" "puerto rico";
}

//! States and provinces of five countries: their codes, and the names that people type.
//!
//! VICIdial's `state` holds two letters, so the three of Mexico and some of Australia belong into `province` or a custom field. Names are
//! kept as [`super::plain`] makes them.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

/// Codes by themselves, in capitals, and by names.
type Known = HashMap<&'static str, &'static str, RandomState>;

/// The code, and names.
type State = (&'static str, &'static [&'static str]);

/// The states of one country.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::mapping) struct States {
    /// The country's two letters.
    pub(in crate::mapping) country: &'static str,
    all: &'static [State],
}

/// The countries whose states are known.
pub(in crate::mapping) const COUNTRIES: [&States; 5] = [
    &States { country: "US", all: US },
    &States { country: "CA", all: CA },
    &States { country: "MX", all: MX },
    &States { country: "AU", all: AU },
    &States { country: "BR", all: BR },
];

/// The states of that country.
pub(in crate::mapping) fn of(country: &str) -> Option<&'static States> {
    COUNTRIES.into_iter().find(|states| states.country == country)
}

impl States {
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    #[cfg(test)]
    pub(super) fn each(&self) -> impl Iterator<Item = (&'static str, &'static [&'static str])> {
        self.all.iter().copied()
    }

    /// A state's code, by name or code.
    pub(in crate::mapping) fn code(&self, text: &str) -> Option<&'static str> {
        static KNOWN: LazyLock<HashMap<&'static str, Known, RandomState>> = LazyLock::new(|| {
            let of_one = |states: &&'static States| {
                let all = states.all.iter().flat_map(|(code, names)| names.iter().chain([code]).map(move |name| (*name, *code)));
                (states.country, all.collect())
            };
            COUNTRIES.iter().map(of_one).collect()
        });
        let known = KNOWN.get(self.country)?;
        let text = text.trim();
        if let Some(code) = super::code(text, |code| known.get(code).copied()) {
            return Some(code);
        }
        let wanted = super::plain(text);
        // `N.Y.` is `ny` without its dots.
        known.get(wanted.as_str()).copied().or_else(|| super::code(&wanted, |code| known.get(code).copied()))
    }
}

/// States of the US, its district and territories, and the codes of its forces' post. Source: the postal service's two letters.
const US: &[State] = &[
    ("AL", &["alabama"]),
    ("AK", &["alaska"]),
    ("AZ", &["arizona"]),
    ("AR", &["arkansas"]),
    ("CA", &["california"]),
    ("CO", &["colorado"]),
    ("CT", &["connecticut"]),
    ("DE", &["delaware"]),
    ("DC", &["district of columbia", "washington dc", "washington d c"]),
    ("FL", &["florida"]),
    ("GA", &["georgia"]),
    ("HI", &["hawaii"]),
    ("ID", &["idaho"]),
    ("IL", &["illinois"]),
    ("IN", &["indiana"]),
    ("IA", &["iowa"]),
    ("KS", &["kansas"]),
    ("KY", &["kentucky"]),
    ("LA", &["louisiana"]),
    ("ME", &["maine"]),
    ("MD", &["maryland"]),
    ("MA", &["massachusetts", "mass"]),
    ("MI", &["michigan"]),
    ("MN", &["minnesota"]),
    ("MS", &["mississippi"]),
    ("MO", &["missouri"]),
    ("MT", &["montana"]),
    ("NE", &["nebraska"]),
    ("NV", &["nevada"]),
    ("NH", &["new hampshire"]),
    ("NJ", &["new jersey"]),
    ("NM", &["new mexico"]),
    ("NY", &["new york"]),
    ("NC", &["north carolina"]),
    ("ND", &["north dakota"]),
    ("OH", &["ohio"]),
    ("OK", &["oklahoma"]),
    ("OR", &["oregon"]),
    ("PA", &["pennsylvania", "penna"]),
    ("RI", &["rhode island"]),
    ("SC", &["south carolina"]),
    ("SD", &["south dakota"]),
    ("TN", &["tennessee"]),
    ("TX", &["texas"]),
    ("UT", &["utah"]),
    ("VT", &["vermont"]),
    ("VA", &["virginia"]),
    ("WA", &["washington"]),
    ("WV", &["west virginia"]),
    ("WI", &["wisconsin"]),
    ("WY", &["wyoming"]),
    ("PR", &["puerto rico"]),
    ("VI", &["virgin islands", "us virgin islands", "virgin islands us", "united states virgin islands"]),
    ("GU", &["guam"]),
    ("AS", &["american samoa"]),
    ("MP", &["northern mariana islands", "northern marianas"]),
    ("AA", &["armed forces americas"]),
    ("AE", &["armed forces europe"]),
    ("AP", &["armed forces pacific"]),
];

/// Provinces and territories of Canada. Source of these and of the following: ISO 3166-2.
const CA: &[State] = &[
    ("AB", &["alberta", "alta"]),
    ("BC", &["british columbia", "colombie britannique"]),
    ("MB", &["manitoba", "man"]),
    ("NB", &["new brunswick"]),
    ("NL", &["newfoundland and labrador", "newfoundland", "labrador", "nf"]),
    ("NS", &["nova scotia"]),
    ("NT", &["northwest territories", "nwt", "north west territories"]),
    ("NU", &["nunavut"]),
    ("ON", &["ontario", "ont"]),
    ("PE", &["prince edward island", "pei", "prince edward is"]),
    ("QC", &["quebec", "pq", "que"]),
    ("SK", &["saskatchewan", "sask"]),
    ("YT", &["yukon", "yukon territory", "yk"]),
];

/// States of Mexico, by three letters.
const MX: &[State] = &[
    ("AGU", &["aguascalientes", "ags"]),
    ("BCN", &["baja california", "baja california norte", "bc"]),
    ("BCS", &["baja california sur"]),
    ("CAM", &["campeche", "camp"]),
    ("CHH", &["chihuahua", "chih"]),
    ("CHP", &["chiapas", "chis"]),
    ("CMX", &["ciudad de mexico", "cdmx", "df", "distrito federal", "mexico city", "mexico df"]),
    ("COA", &["coahuila de zaragoza", "coahuila"]),
    ("COL", &["colima"]),
    ("DUR", &["durango", "dgo"]),
    ("GRO", &["guerrero"]),
    ("GUA", &["guanajuato", "gto"]),
    ("HID", &["hidalgo", "hgo"]),
    ("JAL", &["jalisco"]),
    ("MEX", &["mexico", "estado de mexico", "edo de mexico", "edomex", "edo mex", "state of mexico"]),
    ("MIC", &["michoacan de ocampo", "michoacan"]),
    ("MOR", &["morelos"]),
    ("NAY", &["nayarit"]),
    ("NLE", &["nuevo leon", "nl"]),
    ("OAX", &["oaxaca"]),
    ("PUE", &["puebla"]),
    ("QUE", &["queretaro", "queretaro de arteaga", "qro"]),
    ("ROO", &["quintana roo", "q roo", "qroo"]),
    ("SIN", &["sinaloa"]),
    ("SLP", &["san luis potosi"]),
    ("SON", &["sonora"]),
    ("TAB", &["tabasco"]),
    ("TAM", &["tamaulipas", "tamps"]),
    ("TLA", &["tlaxcala", "tlax"]),
    ("VER", &["veracruz de ignacio de la llave", "veracruz"]),
    ("YUC", &["yucatan"]),
    ("ZAC", &["zacatecas"]),
];

/// States and territories of Australia, by two or three letters.
const AU: &[State] = &[
    ("ACT", &["australian capital territory"]),
    ("NSW", &["new south wales"]),
    ("NT", &["northern territory"]),
    ("QLD", &["queensland"]),
    ("SA", &["south australia"]),
    ("TAS", &["tasmania", "tassie"]),
    ("VIC", &["victoria"]),
    ("WA", &["western australia"]),
];

/// States of Brazil.
const BR: &[State] = &[
    ("AC", &["acre"]),
    ("AL", &["alagoas"]),
    ("AM", &["amazonas"]),
    ("AP", &["amapa"]),
    ("BA", &["bahia"]),
    ("CE", &["ceara"]),
    ("DF", &["distrito federal", "brasilia"]),
    ("ES", &["espirito santo"]),
    ("GO", &["goias"]),
    ("MA", &["maranhao"]),
    ("MG", &["minas gerais"]),
    ("MS", &["mato grosso do sul"]),
    ("MT", &["mato grosso"]),
    ("PA", &["para"]),
    ("PB", &["paraiba"]),
    ("PE", &["pernambuco"]),
    ("PI", &["piaui"]),
    ("PR", &["parana"]),
    ("RJ", &["rio de janeiro"]),
    ("RN", &["rio grande do norte"]),
    ("RO", &["rondonia"]),
    ("RR", &["roraima"]),
    ("RS", &["rio grande do sul"]),
    ("SC", &["santa catarina"]),
    ("SE", &["sergipe"]),
    ("SP", &["sao paulo"]),
    ("TO", &["tocantins"]),
];

//! Pipelines turned round: what must go into the CRM's field so that the same pipeline makes of it what the dialer shows.
//!
//! The law: for each value `y` that a pipeline can give, `apply(undo(y)) == y`. A single step keeps it by itself; of several steps the
//! later must be able to stand what the earlier give, so [`undo_all`] follows what can come out of each. It refuses where it is not sure.

#[cfg(test)]
use super::apply_all;
use super::{Transform, dates};

/// What turns one step round.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::mapping) enum Undo {
    /// What comes back goes in as it is.
    Same,
    /// This step.
    Steps(Box<Transform>),
    /// Nothing, and why, in the admin's words.
    Lossy(&'static str),
}

impl Transform {
    /// What turns this step round.
    pub(in crate::mapping) fn undo(&self) -> Undo {
        let step = |step| Undo::Steps(Box::new(step));
        Undo::Lossy(match self {
            Self::Trim | Self::Collapse => return Undo::Same,
            Self::Map(table) => match table.turned() {
                Ok(turned) => return step(Self::Map(turned)),
                Err(why) => why,
            },
            Self::YesNo { yes, no } => {
                let mut table = super::Table::new(None);
                table.add(yes, "true");
                if table.add(no, "false") {
                    return step(Self::Map(table));
                }
                "`yes_no` with the same word twice does not say which it was"
            }
            Self::DateFrom(pattern) => return step(Self::DateTo(pattern.clone())),
            Self::DateTo(pattern) if pattern.is_whole() => return step(Self::DateFrom(pattern.clone())),
            Self::DateTo(_) => "`date_to` with this form does not say the whole date: it needs day, month, and a year of four digits",
            Self::Moment { from, to } if dates::is_steady(*from) => return step(Self::Moment { from: *to, to: *from }),
            Self::Moment { .. } => "`moment_from` reads times that its zone shows twice when clocks go back, and nothing says which it was",
            Self::Prefix(start) => return step(Self::After(start.clone())),
            Self::Suffix(end) => return step(Self::CutEnd(end.clone())),
            Self::Upper => "`upper` forgets which letters were small",
            Self::Lower => "`lower` forgets which letters were capitals",
            Self::TitleCase => "`title_case` forgets which letters were capitals",
            Self::NameCase => "`name_case` forgets which letters were capitals",
            Self::FirstWord | Self::LastWord => "only one word is left of the text",
            Self::FirstLetter => "only one letter is left of the text",
            Self::Digits => "`digits` drops what stood between the digits",
            Self::Truncate(_) => "`truncate` cuts the end off",
            Self::Pad(_) => "`pad` forgets how many zeros there were before",
            Self::Number(_) => "`number` forgets how the number was written",
            Self::Before(_) | Self::After(_) | Self::CutEnd(_) => "a part of the text is cut off",
            Self::Replace(_) => "`replace` forgets where pieces were replaced",
            Self::StripHtml => "`strip_html` drops the formatting",
            Self::Gender => "`gender` has one letter for many words",
            Self::State(_) => "a state's code stands for several spellings of its name",
            Self::CountryIso2 | Self::CountryIso3 => "a country's code stands for several spellings of its name",
            Self::Date => "`date` cuts the time of day off; a field that holds dates alone needs no `date`",
            Self::PhoneDigits(_) | Self::AltPhone(_) => "the country code is dropped",
            Self::Default(_) => "with `default`, nothing says whether the field was blank",
            Self::Join(_) => "nothing says how many values there were",
        })
    }
}

/// What can come out of the steps so far.
enum Image {
    /// Any text: there were none, or only such as cut white space.
    Any,
    /// These texts.
    Few(Vec<String>),
    /// ISO dates and the blank.
    Days,
    /// Dates in a form, or moments, and the blank; with single spaces or not.
    Written { is_tidy: bool },
    /// Any filled text with something around it, and the blank.
    Around,
}

/// The steps that turn a pipeline round, in the order in which they are applied; or the number of the step that cannot be, and why.
pub(in crate::mapping) fn undo_all(transforms: &[Transform]) -> Result<Vec<Transform>, (usize, &'static str)> {
    let mut image = Image::Any;
    let mut back = Vec::new();
    for (place, step) in transforms.iter().enumerate() {
        image = match step.undo() {
            Undo::Lossy(why) => return Err((place, why)),
            Undo::Same => image.kept_by(step).ok_or((place, "it may change what the steps before it give; put it in front of them"))?,
            Undo::Steps(undo) => {
                let after = image.through(step, &undo).ok_or((place, "nothing says what the steps before it made this of"))?;
                back.insert(0, *undo);
                after
            }
        };
    }
    Ok(back)
}

impl Image {
    /// The same, where a step that cuts white space finds none to cut.
    fn kept_by(self, step: &Transform) -> Option<Self> {
        let is_kept = match &self {
            Self::Any | Self::Days => true,
            Self::Few(texts) => texts.iter().all(|text| step.apply(text.into()) == *text),
            Self::Written { is_tidy } => *is_tidy,
            Self::Around => false,
        };
        is_kept.then_some(self)
    }

    /// What comes out of a further step, where `undo` gives back for each of them what went in.
    fn through(self, step: &Transform, undo: &Transform) -> Option<Self> {
        if let Self::Few(texts) = &self {
            let after: Vec<String> = texts.iter().map(|text| step.apply(text.into()).into_owned()).collect();
            let is_undone = texts.iter().zip(&after).all(|(text, after)| undo.apply(after.into()) == *text);
            return is_undone.then_some(Self::Few(after));
        }
        match (self, step) {
            (Self::Any | Self::Days | Self::Written { .. } | Self::Around, Transform::Prefix(_) | Transform::Suffix(_)) => {
                Some(Self::Around)
            }
            (Self::Any | Self::Days, Transform::DateTo(pattern)) => Some(Self::Written { is_tidy: pattern.is_tidy() }),
            (Self::Any, Transform::DateFrom(_)) => Some(Self::Days),
            (Self::Any, Transform::Moment { .. }) => Some(Self::Written { is_tidy: true }),
            (Self::Any, step) => {
                let texts = step.constants().into_iter().chain([""]).map(str::to_owned);
                // Only tables of texts are left of what can be turned round.
                matches!(step, Transform::Map(_) | Transform::YesNo { .. }).then(|| Self::Few(texts.collect()))
            }
            (Self::Few(_) | Self::Days | Self::Written { .. } | Self::Around, _) => None,
        }
    }
}

/// Whether a pipeline gives back what it gave.
#[cfg(test)]
fn holds(transforms: &[Transform], back: &[Transform], input: &str) -> Result<(), String> {
    let given = apply_all(transforms, input);
    let returned = apply_all(back, &given);
    let again = apply_all(transforms, &returned);
    if again == given { Ok(()) } else { Err(format!("{transforms:?} of {input:?} gives {given:?}, and of {returned:?} gives {again:?}")) }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::super::registry;
    use super::*;

    fn map(pairs: &[(&str, &str)]) -> Transform {
        let mut table = super::super::Table::new(None);
        for (from, to) in pairs {
            table.add(from, to);
        }
        Transform::Map(table)
    }

    /// Every step that the documents show, and some that lie in wait for a careless inverse.
    pub(in crate::mapping) fn steps() -> Vec<Transform> {
        let mut steps: Vec<Transform> = registry::documented().iter().flat_map(registry::of_examples).collect();
        steps.extend([
            map(&[("gold", "G"), ("silver", "g")]),
            map(&[("Gold ", " G"), ("b", "")]),
            map(&[("a", "2026-01-02 03:04:05"), ("b", "2026-01-02")]),
            map(&[("a", "x  y"), ("b", "x"), ("true", "no")]),
            map(&[("a", " ")]),
            Transform::Prefix("A  ".to_owned()),
            Transform::Prefix("x".to_owned()),
            Transform::Suffix("x".to_owned()),
            Transform::Suffix(" ".to_owned()),
            Transform::CutEnd("x".to_owned()),
            Transform::YesNo { yes: "Y".to_owned(), no: "y".to_owned() },
        ]);
        for form in ["%d/%m/%Y", "%d.%m.%y", "%e %b  %Y", "%Y-%m-%d", "%d %B %Y"] {
            steps.extend(
                super::super::Pattern::to_read(form)
                    .into_iter()
                    .flat_map(|form| [Transform::DateFrom(form.clone()), Transform::DateTo(form)]),
            );
        }
        steps
    }

    /// Texts that the steps do something with.
    pub(in crate::mapping) fn input() -> impl Strategy<Value = String> {
        let words = [
            "",
            " ",
            "x",
            "xx",
            " x ",
            "a",
            "A",
            "b",
            "gold",
            "Gold",
            "silver",
            "G",
            "true",
            "No",
            "2026-01-02",
            "2026-11-01 05:30:00",
            "2026-11-01T06:30:00Z",
            "2026-11-01 01:30:00",
            "2026-03-08T02:30:00-01:00",
            "31/12/1999",
            "02.01.71",
            " 5 Nov  2023",
            "A  x",
            "CRM-7",
            "a  b",
            "é",
            "ß",
            "1,5",
            "New York",
            "Germany",
            "(212) 555-0100",
        ];
        prop_oneof![4 => prop::sample::select(words.to_vec()).prop_map(str::to_owned), 1 => "[ aAxX0-9:./-]{0,12}", 1 => ".{0,8}"]
    }

    fn config() -> ProptestConfig {
        let rng_seed = proptest::test_runner::RngSeed::Fixed(1);
        ProptestConfig { rng_seed, failure_persistence: None, cases: 20_000, ..Default::default() }
    }

    proptest! {
        #![proptest_config(config())]

        #[test]
        fn what_is_undone_comes_back(pipeline in prop::collection::vec(prop::sample::select(steps()), 1..4), input in input()) {
            if let Ok(back) = undo_all(&pipeline) {
                prop_assert_eq!(holds(&pipeline, &back, &input), Ok(()));
            }
        }

        #[test]
        fn each_step_by_itself(step in prop::sample::select(steps()), input in input()) {
            let pipeline = [step];
            if let Ok(back) = undo_all(&pipeline) {
                prop_assert_eq!(holds(&pipeline, &back, &input), Ok(()));
            }
        }
    }

    #[test]
    fn what_the_documents_say_of_undoing_is_so() {
        for one in registry::documented() {
            for step in registry::of_examples(&one) {
                let is_undone = undo_all(std::slice::from_ref(&step)).is_ok();
                assert!(one.undo || !is_undone, "{} is undone, and the documents do not say so: {step:?}", one.name);
            }
            let can = registry::of_examples(&one).iter().any(|step| undo_all(std::slice::from_ref(step)).is_ok());
            assert_eq!(can, one.undo, "{}", one.name);
        }
    }

    #[test]
    fn pipelines_that_can_and_cannot() {
        let form = |text: &str| super::super::Pattern::to_read(text).expect("a form");
        let (trim, collapse) = (Transform::Trim, Transform::Collapse);
        let gold = map(&[("Gold", "G"), ("Silver", "S")]);
        let us = Transform::DateTo(form("%m/%d/%Y"));
        let german = Transform::DateFrom(form("%d.%m.%Y"));
        for pipeline in [
            vec![],
            vec![trim.clone(), collapse.clone()],
            vec![trim.clone(), gold.clone(), trim.clone()],
            vec![german.clone(), us.clone(), collapse.clone()],
            vec![gold.clone(), Transform::Prefix("plan ".to_owned()), collapse.clone()],
            vec![collapse.clone(), Transform::Prefix("CRM  ".to_owned())],
        ] {
            assert!(undo_all(&pipeline).is_ok(), "{pipeline:?}");
        }
        let undone = undo_all(&[german.clone(), us.clone()]).map(|back| apply_all(&back, "11/05/2023"));
        assert_eq!(undone.as_deref(), Ok("05.11.2023"));
        for (pipeline, place) in [
            (vec![trim.clone(), Transform::Upper], 1),
            (vec![Transform::Prefix("A  ".to_owned()), collapse], 1),
            (vec![gold.clone(), Transform::Default("none".to_owned())], 1),
            (vec![gold, german], 1),
            (vec![Transform::DateTo(form("%d.%m.%y"))], 0),
            (vec![map(&[("a", "x"), ("b", "X")])], 0),
        ] {
            assert_eq!(undo_all(&pipeline).map_err(|(place, _)| place), Err(place), "{pipeline:?}");
        }
    }
}

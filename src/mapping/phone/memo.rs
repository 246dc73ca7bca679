//! Spellings of numbers that were read before. Reading is a pure function of country and text, so what is remembered changes no result; a
//! sync sees the same spellings again in every full run.
//!
//! There are many of them, and no cache of the processor holds them all: what costs is each place of memory that a look-up goes to. So a
//! spelling and its number lie together in the table itself. A spelling that is too long for that is read again each time.
//!
//! Two generations: when the younger is full, it becomes the older one, and the older is forgotten. What is found in the older stays there:
//! at worst one spelling in a generation's worth of new ones is read again. Both lie in one table, so that each is looked for once.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;
use phonenumber::country::Id;

use super::number::Number;
use super::spelling;

/// Spellings in one generation.
const GENERATION: usize = 65_536;

/// Bytes of the longest text that is remembered.
const TEXT_MAX: usize = 30;

/// Shared by the copies of a program.
#[derive(Clone, Default)]
pub(in crate::mapping) struct Memo(Arc<Mutex<Generations>>);

#[derive(Default)]
struct Generations {
    known: HashMap<Spelling, Known, RandomState>,
    /// The younger generation's number.
    young: u64,
    /// Spellings in the younger generation.
    count: usize,
}

struct Known {
    numbers: Numbers,
    generation: u64,
}

/// A text, read by somebody in a country.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Spelling {
    region: Id,
    length: u8,
    bytes: [u8; TEXT_MAX],
}

/// The usable numbers of a text: mostly one, which needs no list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Numbers {
    One(Number),
    Several(Arc<[Number]>),
}

impl Memo {
    /// The usable numbers of a text.
    pub(super) fn numbers(&self, region: Id, text: &str) -> Numbers {
        let Some(spelling) = Spelling::new(region, text) else {
            return spelling::numbers(region, text).into();
        };
        if let Some(numbers) = self.generations(|generations| generations.find(&spelling)) {
            return numbers;
        }
        // Nobody waits for the reading.
        let numbers: Numbers = spelling::numbers(region, text).into();
        self.generations(|generations| generations.keep(spelling, numbers.clone()));
        numbers
    }

    fn generations<T>(&self, work: impl FnOnce(&mut Generations) -> T) -> T {
        // A panic elsewhere leaves at worst a spelling unremembered.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn find(&self, spelling: &Spelling) -> Option<Numbers> {
        self.known.get(spelling).map(|known| known.numbers.clone())
    }

    fn keep(&mut self, spelling: Spelling, numbers: Numbers) {
        if self.count >= GENERATION {
            let young = self.young;
            self.known.retain(|_, known| known.generation == young);
            self.young += 1;
            self.count = 0;
        }
        let known = Known { numbers, generation: self.young };
        // Another may have read the same meanwhile: what they put there is of either generation.
        let before = self.known.insert(spelling, known);
        self.count += usize::from(before.is_none_or(|before| before.generation != self.young));
    }
}

impl Spelling {
    /// None for what is too long to be remembered.
    fn new(region: Id, text: &str) -> Option<Self> {
        let mut bytes = [0; TEXT_MAX];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        Some(Self { region, length: u8::try_from(text.len()).ok()?, bytes })
    }
}

impl From<Vec<Number>> for Numbers {
    fn from(numbers: Vec<Number>) -> Self {
        match numbers.as_slice() {
            [one] => Self::One(*one),
            _ => Self::Several(numbers.into()),
        }
    }
}

impl Deref for Numbers {
    type Target = [Number];

    fn deref(&self) -> &[Number] {
        match self {
            Self::One(number) => std::slice::from_ref(number),
            Self::Several(numbers) => numbers,
        }
    }
}

impl fmt::Debug for Memo {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Memo")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_forgets_the_older_half_and_says_the_same() {
        let memo = Memo::default();
        let text = |number: usize| format!("x{number}");
        for number in 0..2 * GENERATION + 10 {
            memo.numbers(Id::US, &text(number));
        }
        let count = |memo: &Memo| memo.generations(|both| (both.count, both.known.len() - both.count));
        assert_eq!(count(&memo), (10, GENERATION));
        let knows_text = |memo: &Memo, region: Id, text: &str| {
            Spelling::new(region, text).is_some_and(|spelling| memo.generations(|both| both.find(&spelling).is_some()))
        };
        let knows = |number: usize| knows_text(&memo, Id::US, &text(number));
        assert!(!knows(0) && knows(GENERATION) && knows(2 * GENERATION));
        let copy = memo.clone();
        let numbers = memo.numbers(Id::US, "2125550100");
        assert!(knows_text(&copy, Id::US, "2125550100"), "a copy shares it");
        assert_eq!(numbers, copy.numbers(Id::US, "2125550100"));
        assert_eq!(numbers[0].phone().e164(), "+12125550100");
        assert!(!knows_text(&memo, Id::DE, "2125550100"), "each country by itself");
        assert!(memo.numbers(Id::DE, "2125550100").iter().all(|number| number.code() == "49"), "each country by itself");
        assert!(!knows_text(&memo, Id::US, "2125550100\0"), "an end is no part of a text");
        let both = memo.numbers(Id::US, "2125550100 or 2125550101");
        assert_eq!((both.len(), both == memo.numbers(Id::US, "2125550100 or 2125550101")), (2, true));
        let before = count(&memo);
        let long = format!("{}2125550100", " ".repeat(TEXT_MAX));
        assert_eq!(memo.numbers(Id::US, &long), numbers);
        assert_eq!(count(&memo), before, "too long to be remembered");
    }
}

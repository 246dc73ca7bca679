//! Spellings of numbers that were read before. Reading is a pure function of country and text, so what is remembered changes no result; a
//! sync sees the same spellings again in every full run.
//!
//! Two generations: when the younger is full, it becomes the older one, and the older is forgotten. What is found in the older stays there:
//! at worst one spelling in a generation's worth of new ones is read again.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use phonenumber::country::Id;

use super::plan::Number;
use super::spelling;

/// Spellings in one generation.
const GENERATION: usize = 65_536;

/// Bytes of the longest text that is remembered: the memory that it takes is bounded.
const TEXT_MAX: usize = 64;

/// Shared by the copies of a program.
#[derive(Clone, Default)]
pub(in crate::mapping) struct Memo(Arc<Mutex<Generations>>);

#[derive(Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

#[derive(Default)]
struct Generation {
    known: HashMap<Id, HashMap<Box<str>, Arc<[Number]>>>,
    count: usize,
}

impl Memo {
    /// The usable numbers of a text.
    pub(super) fn numbers(&self, region: Id, text: &str) -> Arc<[Number]> {
        if text.len() > TEXT_MAX {
            return spelling::numbers(region, text).into();
        }
        if let Some(numbers) = self.generations(|generations| generations.find(region, text)) {
            return numbers;
        }
        // Nobody waits for the reading.
        let numbers: Arc<[Number]> = spelling::numbers(region, text).into();
        self.generations(|generations| generations.keep(region, text, Arc::clone(&numbers)));
        numbers
    }

    fn generations<T>(&self, work: impl FnOnce(&mut Generations) -> T) -> T {
        // A panic elsewhere leaves at worst a spelling unremembered.
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn find(&self, region: Id, text: &str) -> Option<Arc<[Number]>> {
        self.young.find(region, text).or_else(|| self.old.find(region, text))
    }

    fn keep(&mut self, region: Id, text: &str, numbers: Arc<[Number]>) {
        if self.young.count >= GENERATION {
            self.old = std::mem::take(&mut self.young);
        }
        let before = self.young.known.entry(region).or_default().insert(text.into(), numbers);
        self.young.count += usize::from(before.is_none());
    }
}

impl Generation {
    fn find(&self, region: Id, text: &str) -> Option<Arc<[Number]>> {
        self.known.get(&region)?.get(text).map(Arc::clone)
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
        let count = |memo: &Memo| memo.generations(|both| (both.young.count, both.old.count));
        assert_eq!(count(&memo), (10, GENERATION));
        let knows = |number: usize| memo.generations(|both| both.find(Id::US, &text(number)).is_some());
        assert!(!knows(0) && knows(GENERATION) && knows(2 * GENERATION));
        let copy = memo.clone();
        let numbers = memo.numbers(Id::US, "2125550100");
        assert!(Arc::ptr_eq(&numbers, &copy.numbers(Id::US, "2125550100")), "a copy shares it");
        assert_eq!(numbers[0].phone.e164(), "+12125550100");
        assert!(memo.numbers(Id::DE, "2125550100").iter().all(|number| number.phone.code == "49"), "each country by itself");
        let long = format!("{}2125550100", " ".repeat(TEXT_MAX));
        assert!(memo.numbers(Id::US, &long).len() == 1 && !Arc::ptr_eq(&memo.numbers(Id::US, &long), &memo.numbers(Id::US, &long)));
    }
}

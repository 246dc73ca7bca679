//! A phone number in the two parts that VICIdial dials: `phone_code` and `phone_number`.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A phone: country calling code and national number, digits only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Phone {
    /// The country calling code, 1 to 3 digits: `1`, `44`.
    pub code: String,
    /// The national number, digits only, without trunk prefix.
    pub number: String,
}

impl Phone {
    /// `+` and all digits.
    #[must_use]
    pub fn e164(&self) -> String {
        format!("+{}{}", self.code, self.number)
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "+{} {}", self.code, self.number)
    }
}

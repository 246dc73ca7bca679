//! `vendor_lead_code`: the mark by which a lead is known again when its id is lost.
//!
//! VICIdial cuts it to 20 characters, searches it without regard to case and counts codes that look like numbers as
//! equal. So ours has a fixed width, upper case only, a letter in front, and can be derived again from the install key. A lead that an older tool
//! made keeps that tool's code where a mapping says which it is.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::slot::Seat;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The key of this installation: 32 random bytes in `STATE/install.key`, never in the database.
#[derive(Clone)]
pub struct InstallKey(pub [u8; 32]);

impl fmt::Debug for InstallKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("InstallKey(..)")
    }
}

/// Characters of the column.
const WIDTH: usize = 20;

/// A `vendor_lead_code`: `V` and 19 base-32 characters where it is ours; or what an older tool wrote on a lead that is ours now.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VendorLeadCode(String);

impl VendorLeadCode {
    /// Derives the code of one of a contact's leads, on one CRM connection.
    #[must_use]
    pub fn derive(key: &InstallKey, connection: &str, seat: &Seat) -> Self {
        let mut hasher = blake3::Hasher::new_keyed(&key.0);
        // No name is this one byte, so the main lead's code is what it was before there were others.
        let slot = if seat.slot.is_main() { &[0] } else { seat.slot.as_str().as_bytes() };
        for part in [connection.as_bytes(), seat.contact.as_str().as_bytes(), slot] {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let hash = hasher.finalize();
        let mut text = String::with_capacity(20);
        text.push('V');
        for byte in &hash.as_bytes()[..19] {
            text.push(char::from(ALPHABET[usize::from(byte & 31)]));
        }
        Self(text)
    }

    /// Reads a code of ours; `None` for anybody else's.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let ours = bytes.len() == 20 && bytes[0] == b'V' && bytes[1..].iter().all(|byte| ALPHABET.contains(byte));
        ours.then(|| Self(text.to_owned()))
    }

    /// Reads what a lead carries, ours or anybody's; `None` where that is blank, or longer than VICIdial keeps.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let fits = !text.trim().is_empty() && text.chars().count() <= WIDTH;
        fits.then(|| Self(text.to_owned()))
    }

    /// Whether it has the form of ours.
    #[must_use]
    pub fn is_ours(&self) -> bool {
        Self::parse(&self.0).is_some()
    }

    /// Whether VICIdial can be asked for it among others: it takes several in one text, between commas, and drops or reads otherwise what is not plain.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    }

    /// The characters, 20 of ours.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VendorLeadCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

//! A fingerprint of a contact as a mapping saw it: equal fingerprints mean that there is nothing to decide.

use crate::model::{Contact, Value};

/// Hash of the mapping, the contact's fields and its opt-out; 32 hexadecimal digits.
#[must_use]
pub fn fingerprint(mapping_hash: &str, contact: &Contact) -> String {
    let mut hasher = blake3::Hasher::new();
    put(&mut hasher, mapping_hash.as_bytes());
    put(&mut hasher, &[u8::from(contact.opted_out)]);
    for (name, value) in &contact.fields {
        put(&mut hasher, name.as_bytes());
        put_value(&mut hasher, value);
    }
    hasher.finalize().to_hex()[..32].to_owned()
}

fn put(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(&(bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

fn put_value(hasher: &mut blake3::Hasher, value: &Value) {
    match value {
        Value::Null => put(hasher, b"n"),
        Value::Bool(flag) => put(hasher, if *flag { b"t" } else { b"f" }),
        Value::Int(number) => {
            put(hasher, b"i");
            put(hasher, &number.to_le_bytes());
        }
        Value::Text(text) => {
            put(hasher, b"s");
            put(hasher, text.as_bytes());
        }
        Value::List(values) => {
            put(hasher, b"l");
            hasher.update(&(values.len() as u64).to_le_bytes());
            for value in values {
                put_value(hasher, value);
            }
        }
    }
}

//! Pseudonyms and shifts of dates, made with a key: the same for the same person as long as the key is the same, and not to be undone or
//! guessed without it.

use std::fs;
use std::path::Path;

use anyhow::Result;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use store_duckdb::Identifier;

use super::PersonId;
use crate::failure::{Exit, Failure};

/// A shorter key might be guessed.
const MIN_KEY_BYTES: usize = 32;
/// Dates are moved back by up to a year, so that none lies in the future.
const MAX_WEEKS: u64 = 52;

/// A secret key.
pub(crate) struct Key(Hmac<Sha256>);

impl Key {
    /// The key in the file `path`; white space around it does not count.
    ///
    /// # Errors
    /// [`Failure`] where it cannot be read or is too short. The key is never quoted.
    pub(crate) fn read(path: &Path) -> Result<Self> {
        const HINT: &str = "make a key with `openssl rand -hex 32 > KEYFILE`, and keep it away from the lake";
        let bytes = fs::read(path).map_err(|error| {
            Failure::new(Exit::Usage, format!("cannot read the key {}", path.display())).hint(HINT).because(error)
        })?;
        let key = bytes.trim_ascii();
        if key.len() < MIN_KEY_BYTES {
            let message = format!("the key in {} is shorter than {MIN_KEY_BYTES} characters", path.display());
            return Err(Failure::new(Exit::Usage, message).hint(HINT).into());
        }
        Ok(Self(Hmac::new_from_slice(key)?))
    }

    /// Tells keys apart.
    pub(crate) fn id(&self) -> String {
        hex::encode(&self.code(&["key"])[..8])
    }

    /// The pseudonym of a person.
    pub(crate) fn person(&self, name: &PersonId) -> Result<PersonId> {
        Ok(PersonId::new(&format!("p{}", hex::encode(&self.code(&["person", &name.to_string()])[..16])))?)
    }

    /// The pseudonym of something of a person's: another person's of the same name has another.
    pub(crate) fn pseudonym(&self, person: &PersonId, identifier: Identifier, text: &str) -> String {
        let (kind, letter) = match identifier {
            Identifier::SerialNumber => ("serial number", 's'),
            Identifier::Assignment => ("assignment", 'a'),
            Identifier::Text => ("text", 't'),
        };
        format!("{letter}{}", hex::encode(&self.code(&[kind, &person.to_string(), text])[..16]))
    }

    /// By how many days a person's dates are moved: whole weeks, so that days of the week stay.
    pub(crate) fn shift_days(&self, person: &PersonId) -> i64 {
        let code = self.code(&["days", &person.to_string()]);
        let number = code[..8].iter().fold(0, |number: u64, byte| number << 8 | u64::from(*byte));
        -7 * (number % MAX_WEEKS + 1) as i64
    }

    fn code(&self, parts: &[&str]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        mac.finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(text: &str) -> Key {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("key");
        fs::write(&path, text).expect("written");
        Key::read(&path).expect("a key")
    }

    #[test]
    fn pseudonyms_follow_key_person_and_kind() {
        let person = |name| PersonId::new(name).expect("a name");
        let (one, other) = (key(&"1".repeat(32)), key(&"2".repeat(32)));
        assert_eq!(one.id(), key(&format!(" {}\n", "1".repeat(32))).id(), "white space does not count");
        assert_ne!(one.id(), other.id());
        let of = |key: &Key, name, kind| key.pseudonym(&person(name), kind, "Weekend");
        let all = [
            of(&one, "anna", Identifier::Text),
            of(&one, "anna", Identifier::SerialNumber),
            of(&one, "ben", Identifier::Text),
            of(&other, "anna", Identifier::Text),
        ];
        assert_eq!(all.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{all:?}");
        assert_eq!(of(&one, "anna", Identifier::Text), all[0]);
        assert_ne!(one.person(&person("anna")).expect("a name"), one.person(&person("ben")).expect("a name"));
    }

    #[test]
    fn a_code_is_that_of_the_published_algorithm() {
        // Computed with Python's hmac: no published vector has these parts with their lengths.
        let expected = "paa4889d2d8faa262b7c92a2344f9fe4a";
        let person = PersonId::new("anna").expect("a name");
        assert_eq!(key(&"k".repeat(32)).person(&person).expect("a name").to_string(), expected);
    }

    #[test]
    fn dates_move_back_by_whole_weeks() {
        let key = key(&"k".repeat(40));
        let shifts: std::collections::BTreeSet<i64> =
            (0..500).map(|number| key.shift_days(&PersonId::new(&format!("p{number}")).expect("a name"))).collect();
        assert!(shifts.iter().all(|days| days % 7 == 0 && (-364..=-7).contains(days)), "{shifts:?}");
        assert_eq!(shifts.len(), 52, "every number of weeks occurs");
    }
}

//! The event dictionary: which codes there are and how the payload of each is laid out.
//!
//! The facts are data, `data/dictionary.json`, compiled in and checked once by [`load`]. Nothing about a single event is
//! written in code.

mod layout;
mod load;

use std::sync::OnceLock;

pub use layout::{Certainty, EventLayout, UndecodedField};
pub use load::DictionaryError;

use crate::event_code::EventCode;
use crate::field::LabelSet;
use crate::hash::fnv1a;

static TEXT: &str = include_str!("../data/dictionary.json");

/// Changes when the decoder reads the same dictionary differently, so that stored events are parsed again.
const DECODER_REVISION: u32 = 2;

/// Every known event.
#[derive(Debug)]
pub struct Dictionary {
    events: Vec<EventLayout>,
    /// Position in `events` plus one by code; 0 for codes that are not known.
    by_code: Box<[u16; 4096]>,
    digest: String,
}

impl Dictionary {
    /// The compiled-in dictionary, loaded and validated at the first call (well under a millisecond).
    ///
    /// # Panics
    ///
    /// Never in a build whose tests pass: they load the same text.
    #[must_use]
    pub fn get() -> &'static Self {
        static DICTIONARY: OnceLock<Dictionary> = OnceLock::new();
        DICTIONARY
            .get_or_init(|| Self::from_json(TEXT).expect("the compiled-in dictionary is valid, as the tests check"))
    }

    /// Reads and validates a dictionary file. Names are borrowed from the text, hence its lifetime.
    ///
    /// # Errors
    ///
    /// The first rule that the text breaks: see [`DictionaryError`].
    pub fn from_json(text: &'static str) -> Result<Self, DictionaryError> {
        let events = load::load_events(text)?;
        let mut by_code = Box::new([0; 4096]);
        for (position, event) in events.iter().enumerate() {
            by_code[event.code.0 as usize] = position as u16 + 1;
        }
        Ok(Self { events, by_code, digest: format!("{DECODER_REVISION}-{:016x}", fnv1a(text.bytes())) })
    }

    /// What the compiled-in dictionary knows of `code`.
    #[must_use]
    pub fn event(code: EventCode) -> Option<&'static EventLayout> {
        Self::get().find(code)
    }

    /// Every event of the compiled-in dictionary, by code.
    #[must_use]
    pub fn events() -> impl ExactSizeIterator<Item = &'static EventLayout> {
        Self::get().events.iter()
    }

    /// The enumeration or bitmask called `name` of the compiled-in dictionary.
    #[must_use]
    pub(crate) fn label_set(name: &str) -> Option<&'static LabelSet> {
        let fields = Self::events().flat_map(|event| &event.fields);
        fields.filter_map(|field| field.labels.set()).find(|set| set.name == name)
    }

    /// What this dictionary knows of `code`.
    #[must_use]
    pub fn find(&self, code: EventCode) -> Option<&EventLayout> {
        let position = usize::from(*self.by_code.get(code.0 as usize)?);
        self.events.get(position.checked_sub(1)?)
    }

    /// A short text that changes whenever events could decode differently: the decoder's revision and a hash of the file.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

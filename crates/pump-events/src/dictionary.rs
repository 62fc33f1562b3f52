//! The event dictionary: which codes there are and how the payload of each is laid out.
//!
//! The facts are data, `data/dictionary.json`, compiled in and checked once by [`load`]. Nothing about a single event is
//! written in code.

mod load;

use std::sync::OnceLock;

pub use load::DictionaryError;

use crate::EventCode;
use crate::field::{Field, LabelSet, signature};
use crate::problem::fnv1a;

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

/// What is known of one kind of event.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct EventLayout {
    /// The code in the record header.
    pub code: EventCode,
    /// The pump's name for it, or `UNKNOWN_<code>` for codes that were only seen.
    pub name: &'static str,
    /// How far the layout can be trusted.
    pub certainty: Certainty,
    /// Whether the cloud is known to send it. If not, it was captured over Bluetooth, and neither that the cloud sends it nor its
    /// offsets in the cloud's layout have been checked.
    pub seen_in_cloud: bool,
    /// Where the layout was learned, with the evidence, of events that are not in the cloud's catalogue.
    pub source: Option<&'static str>,
    /// The fields that are decoded, by offset. Empty where the layout is not known.
    pub fields: Vec<Field>,
    /// Fields that are known by name but not decoded.
    pub undecoded: Vec<UndecodedField>,
    /// Bit n is set for each n in `fields`.
    pub(crate) all_fields: u32,
    /// Bit n is set for each field that every JSON event should have.
    pub(crate) required_fields: u32,
}

/// A field that sources place on top of others: its bytes stay in the raw record, nothing is read from them.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UndecodedField {
    /// The name in the dictionary and in the cloud's JSON.
    pub name: &'static str,
    /// Why it is not decoded.
    pub reason: &'static str,
}

/// How far a layout can be trusted, best first.
#[derive(Copy, Clone, Debug, Eq, PartialEq, Ord, PartialOrd, Hash, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Checked on real records of the cloud, against published decoders that are wrong.
    CloudRecords,
    /// From the cloud's own catalogue.
    CloudCatalogue,
    /// From an older edition of the cloud's catalogue.
    OlderCloudCatalogue,
    /// From a Bluetooth decoder and checked on real Bluetooth records.
    BluetoothRecords,
    /// From a Bluetooth decoder, with offsets moved to the cloud's layout; never checked on a record.
    BluetoothUnverified,
    /// The code was seen in real uploads; nothing else is known.
    SeenLive,
    /// The code is known from a Bluetooth decoder, perhaps with a name; the layout is not.
    CodeOnly,
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
        let events = load::events(text)?;
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
    pub fn label_set(name: &str) -> Option<&'static LabelSet> {
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

impl EventLayout {
    /// The field called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.get(self.index(name)?)
    }

    /// The position in `fields` of the field called `name`.
    pub(crate) fn index(&self, name: &str) -> Option<usize> {
        let wanted = signature(name);
        self.fields.iter().position(|field| field.signature == wanted && field.name == name)
    }

    /// The position in `fields` of the field that JSON calls `name`.
    pub(crate) fn json_index(&self, name: &str) -> Option<usize> {
        self.index(name).or_else(|| self.fields.iter().position(|field| field.json_alias == Some(name)))
    }
}

//! What is known of one kind of event.

use crate::event_code::EventCode;
use crate::field::{Field, signature};

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

//! Reads the dictionary file and refuses one that contradicts itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::layout::{Certainty, EventLayout, UndecodedField};
use crate::event_code::EventCode;
use crate::field::{Epoch, Field, FieldKind, JsonForm, LabelSet, Labels, signature};

/// The only form of file this code reads.
const FORMAT: u32 = 1;
/// Fields of one event: as many as the bitset of present fields has bits.
const MAX_FIELDS: usize = 32;
const PAYLOAD_LENGTH: u8 = 16;

/// Which rule a dictionary file breaks.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DictionaryError {
    /// Not JSON, or not of the expected shape.
    #[error("the dictionary is not JSON of the expected shape")]
    Shape(#[from] serde_json::Error),
    /// Written for other code.
    #[error("the dictionary has format {found}, not {FORMAT}")]
    Format {
        /// The file's format number.
        found: u32,
    },
    /// Codes have 12 bits.
    #[error("code {code} is above 4095")]
    CodeOutOfRange {
        /// The code.
        code: u16,
    },
    /// Codes must ascend, hence differ.
    #[error("code {code} does not follow {previous} in ascending order")]
    CodeOrder {
        /// The code.
        code: u16,
        /// The one before it.
        previous: u16,
    },
    /// Two events of the same name.
    #[error("the name {name} is used by events {first} and {second}")]
    DuplicateName {
        /// The name.
        name: &'static str,
        /// The event that has it first.
        first: u16,
        /// The other one.
        second: u16,
    },
    /// A name that is empty or needs escaping in JSON or SQL.
    #[error("`{name}` is not a name of ASCII letters, digits and underscores")]
    InvalidName {
        /// The name.
        name: &'static str,
    },
    /// A code that was only seen, yet with a name or fields; or one with such a name that is not.
    #[error("event {code} claims more or less than its certainty allows")]
    Certainty {
        /// The event.
        code: u16,
    },
    /// More fields than the bitset of present fields has bits.
    #[error("event {code} has {count} fields, more than {MAX_FIELDS}")]
    TooManyFields {
        /// The event.
        code: u16,
        /// Its number of fields.
        count: usize,
    },
    /// A field whose name or alias, or the name of whose label, is taken in the same event.
    #[error("event {code} has two fields called {name}, counting those of labels")]
    DuplicateField {
        /// The event.
        code: u16,
        /// The name.
        name: String,
    },
    /// A field that reaches beyond the 16 payload bytes.
    #[error("event {code}: {field} lies outside the payload")]
    OutsidePayload {
        /// The event.
        code: u16,
        /// The field.
        field: &'static str,
    },
    /// Two decoded fields that share a byte.
    #[error("event {code}: {field} overlaps another field and is not declared undecoded")]
    Overlap {
        /// The event.
        code: u16,
        /// The field.
        field: &'static str,
    },
    /// A field is declared undecoded although nothing is in its way, or without a reason.
    #[error("event {code}: {field} is declared undecoded without need or reason")]
    NeedlesslyUndecoded {
        /// The event.
        code: u16,
        /// The field.
        field: &'static str,
    },
    /// A field with several kinds of labels, or with labels on a signed number or float.
    #[error("event {code}: {field} cannot have these labels")]
    LabelsDoNotFit {
        /// The event.
        code: u16,
        /// The field.
        field: &'static str,
    },
    /// A label set that the file does not have.
    #[error("event {code}: {field} names the label set {set}, which does not exist")]
    UnknownLabelSet {
        /// The event.
        code: u16,
        /// The field.
        field: &'static str,
        /// The set.
        set: &'static str,
    },
    /// A label set that no field uses.
    #[error("no field uses the label set {set}")]
    UnusedLabelSet {
        /// The set.
        set: &'static str,
    },
    /// The numbers of a label set must ascend, hence differ, and stay below 256.
    #[error("number {number} of the label set {set} is out of order or above 255")]
    LabelNumber {
        /// The set.
        set: &'static str,
        /// The number.
        number: u32,
    },
    /// A label for a number or bit that its field is too narrow for.
    #[error("event {code}: {field} is too narrow for its labels")]
    LabelOutsideField {
        /// The event.
        code: u16,
        /// The field.
        field: &'static str,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File<'a> {
    format: u32,
    #[serde(borrow)]
    enums: BTreeMap<&'a str, LabelRows<'a>>,
    #[serde(borrow)]
    bits: BTreeMap<&'a str, LabelRows<'a>>,
    #[serde(borrow)]
    events: Vec<EventRow<'a>>,
}

type LabelRows<'a> = Vec<(u32, &'a str)>;
type LabelSets = BTreeMap<&'static str, Arc<LabelSet>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EventRow<'a> {
    code: u16,
    name: &'a str,
    certainty: Certainty,
    #[serde(default = "is_usual")]
    seen_in_cloud: bool,
    source: Option<&'a str>,
    #[serde(borrow)]
    fields: Vec<FieldRow<'a>>,
}

const fn is_usual() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldRow<'a> {
    name: &'a str,
    kind: FieldKind,
    offset: u8,
    unit: Option<&'a str>,
    #[serde(rename = "enum")]
    enumeration: Option<&'a str>,
    bits: Option<&'a str>,
    #[serde(default, rename = "bool")]
    boolean: bool,
    epoch: Option<Epoch>,
    json: Option<JsonForm>,
    #[serde(default)]
    optional: bool,
    json_alias: Option<&'a str>,
    undecoded: Option<&'a str>,
}

/// The events of a dictionary file, by code.
pub(super) fn load_events(text: &'static str) -> Result<Vec<EventLayout>, DictionaryError> {
    let file: File<'static> = serde_json::from_str(text)?;
    if file.format != FORMAT {
        return Err(DictionaryError::Format { found: file.format });
    }
    let enums = label_sets(file.enums)?;
    let bits = label_sets(file.bits)?;
    check_codes_and_names(&file.events)?;
    let events = file.events.into_iter().map(|row| layout(row, &enums, &bits)).collect::<Result<Vec<_>, _>>()?;
    match enums.values().chain(bits.values()).find(|set| Arc::strong_count(set) == 1) {
        Some(unused) => Err(DictionaryError::UnusedLabelSet { set: unused.name }),
        None => Ok(events),
    }
}

fn label_sets(rows: BTreeMap<&'static str, LabelRows<'static>>) -> Result<LabelSets, DictionaryError> {
    rows.into_iter().map(|(name, rows)| Ok((name, Arc::new(label_set(name, rows)?)))).collect()
}

fn label_set(name: &'static str, rows: LabelRows<'static>) -> Result<LabelSet, DictionaryError> {
    check_name(name)?;
    let mut by_number = Vec::new();
    for (number, label) in rows {
        check_name(label)?;
        if number > 255 || (number as usize) < by_number.len() {
            return Err(DictionaryError::LabelNumber { set: name, number });
        }
        by_number.resize(number as usize, None);
        by_number.push(Some(label));
    }
    Ok(LabelSet { name, by_number })
}

fn check_name(name: &'static str) -> Result<(), DictionaryError> {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return Ok(());
    }
    Err(DictionaryError::InvalidName { name })
}

fn check_codes_and_names(events: &[EventRow<'static>]) -> Result<(), DictionaryError> {
    let mut names = BTreeMap::new();
    let mut previous = None;
    for event in events {
        check_name(event.name)?;
        if u32::from(event.code) > EventCode::MAX_OF_RECORDS.0 {
            return Err(DictionaryError::CodeOutOfRange { code: event.code });
        }
        if let Some(previous) = previous.replace(event.code).filter(|&previous| previous >= event.code) {
            return Err(DictionaryError::CodeOrder { code: event.code, previous });
        }
        if let Some(first) = names.insert(event.name, event.code) {
            return Err(DictionaryError::DuplicateName { name: event.name, first, second: event.code });
        }
        check_certainty(event)?;
    }
    Ok(())
}

/// `seen_live`, the name `UNKNOWN_<code>` and no fields go together; so do `code_only` and no fields.
fn check_certainty(event: &EventRow<'static>) -> Result<(), DictionaryError> {
    let unnamed = event.name.strip_prefix("UNKNOWN_").is_some_and(|code| code.parse() == Ok(event.code));
    let (has_fitting_name, may_have_fields) = match event.certainty {
        Certainty::SeenLive => (unnamed, false),
        Certainty::CodeOnly => (true, false),
        _ => (!unnamed, true),
    };
    if !has_fitting_name || (!may_have_fields && !event.fields.is_empty()) {
        return Err(DictionaryError::Certainty { code: event.code });
    }
    Ok(())
}

fn layout(row: EventRow<'static>, enums: &LabelSets, bits: &LabelSets) -> Result<EventLayout, DictionaryError> {
    let code = row.code;
    check_field_names(code, &row.fields)?;
    let (undecoded, decoded): (Vec<_>, Vec<_>) = row.fields.into_iter().partition(|field| field.undecoded.is_some());
    if decoded.len() > MAX_FIELDS {
        return Err(DictionaryError::TooManyFields { code, count: decoded.len() });
    }
    let taken = check_places(code, &decoded)?;
    let undecoded = undecoded.iter().map(|row| undecoded_field(code, row, taken)).collect::<Result<_, _>>()?;
    let fields = decoded.iter().map(|row| field(code, row, enums, bits)).collect::<Result<Vec<_>, _>>()?;
    Ok(EventLayout {
        code: EventCode(code.into()),
        name: row.name,
        certainty: row.certainty,
        seen_in_cloud: row.seen_in_cloud,
        source: row.source,
        undecoded,
        all_fields: bitset(&fields, |_| true),
        required_fields: bitset(&fields, |field| !field.optional),
        fields,
    })
}

fn bitset(fields: &[Field], wanted: impl Fn(&Field) -> bool) -> u32 {
    fields.iter().enumerate().filter(|(_, field)| wanted(field)).fold(0, |set, (index, _)| set | 1 << index)
}

/// No two keys of the decoded event's JSON may be the same, the keys of labels included.
fn check_field_names(code: u16, fields: &[FieldRow<'static>]) -> Result<(), DictionaryError> {
    let mut keys = BTreeSet::new();
    for field in fields {
        check_name(field.name)?;
        let label = label_suffix(field).map(|suffix| format!("{}{suffix}", field.name));
        let alias = field.json_alias.map(str::to_owned);
        for name in [Some(field.name.to_owned()), label, alias].into_iter().flatten() {
            if !keys.insert(name.clone()) {
                return Err(DictionaryError::DuplicateField { code, name });
            }
        }
    }
    Ok(())
}

fn label_suffix(field: &FieldRow<'static>) -> Option<&'static str> {
    field.enumeration.map(|_| "Name").or(field.bits.map(|_| "Names"))
}

/// The payload bytes that the fields occupy, one bit each.
fn check_places(code: u16, fields: &[FieldRow<'static>]) -> Result<u32, DictionaryError> {
    fields.iter().try_fold(0, |taken, field| {
        let bytes = bytes_of(code, field)?;
        if taken & bytes != 0 {
            return Err(DictionaryError::Overlap { code, field: field.name });
        }
        Ok(taken | bytes)
    })
}

fn bytes_of(code: u16, field: &FieldRow<'static>) -> Result<u32, DictionaryError> {
    let width = field.kind.width();
    if field.offset > PAYLOAD_LENGTH - width {
        return Err(DictionaryError::OutsidePayload { code, field: field.name });
    }
    Ok(((1 << width) - 1) << field.offset)
}

fn undecoded_field(code: u16, row: &FieldRow<'static>, taken: u32) -> Result<UndecodedField, DictionaryError> {
    let overlaps = bytes_of(code, row)? & taken != 0;
    match row.undecoded {
        Some(reason) if overlaps && !reason.is_empty() => Ok(UndecodedField { name: row.name, reason }),
        _ => Err(DictionaryError::NeedlesslyUndecoded { code, field: row.name }),
    }
}

fn field(code: u16, row: &FieldRow<'static>, enums: &LabelSets, bits: &LabelSets) -> Result<Field, DictionaryError> {
    let labels = labels(code, row, enums, bits)?;
    let json_form = row.json.unwrap_or(if row.bits.is_some() { JsonForm::Bits } else { JsonForm::Number });
    if json_form != JsonForm::Number && !row.kind.is_unsigned() {
        return Err(DictionaryError::LabelsDoNotFit { code, field: row.name });
    }
    Ok(Field {
        name: row.name,
        kind: row.kind,
        offset: row.offset,
        unit: row.unit,
        labels,
        epoch: row.epoch,
        json_form,
        json_alias: row.json_alias,
        optional: row.optional,
        key: format!("\"{}\":", row.name).into(),
        label_key: label_suffix(row).map_or_else(Box::default, |suffix| format!("\"{}{suffix}\":", row.name).into()),
        signature: signature(row.name),
    })
}

fn labels(code: u16, row: &FieldRow<'static>, enums: &LabelSets, bits: &LabelSets) -> Result<Labels, DictionaryError> {
    let labels = match (row.enumeration, row.bits, row.boolean) {
        (None, None, false) => return Ok(Labels::None),
        _ if !row.kind.is_unsigned() => return Err(misfit(code, row)),
        (Some(set), None, false) => Labels::Enum(resolve(code, row, set, enums)?),
        (None, Some(set), false) => Labels::Bits(resolve(code, row, set, bits)?),
        (None, None, true) => Labels::Bool,
        _ => return Err(misfit(code, row)),
    };
    let width = usize::from(row.kind.width()) * 8;
    match &labels {
        Labels::Bits(set) if set.by_number.len() > width => {
            Err(DictionaryError::LabelOutsideField { code, field: row.name })
        }
        _ => Ok(labels),
    }
}

fn misfit(code: u16, row: &FieldRow<'static>) -> DictionaryError {
    DictionaryError::LabelsDoNotFit { code, field: row.name }
}

fn resolve(
    code: u16,
    row: &FieldRow<'static>,
    set: &'static str,
    sets: &LabelSets,
) -> Result<Arc<LabelSet>, DictionaryError> {
    sets.get(set).cloned().ok_or(DictionaryError::UnknownLabelSet { code, field: row.name, set })
}

//! Reads the tables of facts and resolves them against the dictionary and the vocabularies.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::table::{FactColumn, FactKind, FactTable, LabelMap, Others, Reader};
use crate::field::{Field, FieldKind, LabelSet, Labels};
use crate::{Dictionary, EventCode, EventLayout, Vocabulary};

/// What is wrong with the tables.
#[derive(Debug, thiserror::Error)]
pub(super) enum FactsError {
    #[error("the facts are not JSON of the expected shape")]
    Shape(#[from] serde_json::Error),
    #[error("the facts have format {0}, not 1")]
    Format(u32),
    #[error("{table} names event {code}, which is unknown or already taken")]
    Code { table: String, code: u16 },
    #[error("{table}.{column} cannot be read from any event")]
    Column { table: String, column: String },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: u32,
    tables: Vec<TableRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableRow {
    name: String,
    about: String,
    codes: Vec<u16>,
    columns: Vec<ColumnRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnRow {
    name: String,
    field: Option<String>,
    labels: Option<WhichLabels>,
    vocabulary: Option<String>,
    by_code: Option<String>,
    #[serde(default)]
    numbers: Vec<u32>,
}

/// What a label column shows of numbers that have none.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WhichLabels {
    All,
    Known,
}

/// The tables in `text`.
pub(super) fn load_tables(text: &str) -> Result<Vec<FactTable>, FactsError> {
    let file: File = serde_json::from_str(text)?;
    if file.format != 1 {
        return Err(FactsError::Format(file.format));
    }
    let mut taken = BTreeSet::new();
    file.tables.into_iter().map(|row| table(row, &mut taken)).collect()
}

fn table(row: TableRow, taken: &mut BTreeSet<u16>) -> Result<FactTable, FactsError> {
    let layout = |code: &u16| {
        let known = Dictionary::event(EventCode((*code).into())).filter(|_| taken.insert(*code));
        known.ok_or_else(|| FactsError::Code { table: row.name.clone(), code: *code })
    };
    let layouts = row.codes.iter().map(layout).collect::<Result<Vec<_>, _>>()?;
    let column = |column: ColumnRow| {
        let name = column.name.clone();
        resolve(column, &layouts).ok_or_else(|| FactsError::Column { table: row.name.clone(), column: name })
    };
    let columns = row.columns.into_iter().map(column).collect::<Result<_, _>>()?;
    Ok(FactTable {
        name: row.name,
        about: row.about,
        codes: layouts.iter().map(|layout| layout.code).collect(),
        columns,
    })
}

fn resolve(row: ColumnRow, layouts: &[&'static EventLayout]) -> Option<FactColumn> {
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !is_name(&row.name) {
        return None;
    }
    if let Some(set) = &row.by_code {
        let set = Dictionary::label_set(set)?;
        let labels = row.numbers.iter().map(|number| set.label(*number)).collect::<Option<Vec<_>>>()?;
        let readers = labels.into_iter().map(Reader::Constant).collect::<Vec<_>>();
        let about = format!("Label of {}, by the type of the event", set.name);
        return (readers.len() == layouts.len()).then_some(FactColumn {
            name: row.name,
            about,
            kind: FactKind::Label,
            readers,
        });
    }
    let field = row.field.clone()?;
    let fields: Vec<_> = layouts.iter().map(|layout| Some((layout.index(&field)?, layout.field(&field)?))).collect();
    let first = fields.iter().flatten().next()?.1;
    let vocabulary = match &row.vocabulary {
        Some(name) => Some(Vocabulary::find(name)?),
        None => None,
    };
    let is_label = row.labels.is_some() || vocabulary.is_some();
    let kind = if is_label { FactKind::Label } else { number_kind(fields.iter().flatten().map(|(_, field)| *field)) };
    let which = row.labels.unwrap_or(WhichLabels::All);
    let reader = |found: &Option<(usize, &'static Field)>| match found {
        None => Some(Reader::Absent),
        Some((index, _)) if !is_label => Some(Reader::Number(*index)),
        Some((index, field)) => Some(Reader::Labelled(*index, label_map(field, vocabulary, which)?)),
    };
    let readers = fields.iter().map(reader).collect::<Option<Vec<_>>>()?;
    Some(FactColumn { name: row.name, about: describe_field(first, vocabulary, is_label), kind, readers })
}

fn number_kind(fields: impl Iterator<Item = &'static Field>) -> FactKind {
    fields.fold(FactKind::Integer, |kind, field| match (kind, field.kind) {
        (FactKind::Double, _) | (_, FieldKind::F32) => FactKind::Double,
        (_, FieldKind::U32) => FactKind::BigInteger,
        (kind, _) => kind,
    })
}

fn label_map(field: &Field, vocabulary: Option<&'static Vocabulary>, which: WhichLabels) -> Option<LabelMap> {
    let own = match &field.labels {
        Labels::Enum(set) => Some(&**set),
        Labels::None | Labels::Bits(_) | Labels::Bool => None,
    };
    let by_number = match vocabulary {
        Some(vocabulary) => vocabulary_labels(vocabulary)?,
        None => own.map_or_else(Vec::new, wire_labels),
    };
    let others = match (which, own, &field.labels) {
        (WhichLabels::Known, _, _) | (_, None, Labels::Bits(_)) => Others::Nothing,
        (WhichLabels::All, None, _) => Others::Number,
        (WhichLabels::All, Some(_), _) => Others::Unknown,
    };
    Some(LabelMap { by_number, others })
}

fn wire_labels(set: &LabelSet) -> Vec<Option<&'static str>> {
    let mut labels = Vec::new();
    for (number, label) in set.iter() {
        labels.resize(number as usize, None);
        labels.push(Some(label));
    }
    labels
}

/// The vocabulary's labels by the numbers of the enumeration that they stand for.
fn vocabulary_labels(vocabulary: &'static Vocabulary) -> Option<Vec<Option<&'static str>>> {
    let set = Dictionary::label_set(vocabulary.of.as_deref()?)?;
    let plainer = |wire: &'static str| {
        vocabulary.labels.iter().find(|label| label.of.as_deref() == Some(wire)).map(|label| label.label.as_str())
    };
    Some(wire_labels(set).into_iter().map(|wire| wire.and_then(plainer)).collect())
}

fn describe_field(field: &Field, vocabulary: Option<&'static Vocabulary>, is_label: bool) -> String {
    match (vocabulary, is_label, field.unit) {
        (Some(vocabulary), _, _) => format!("{} of the event: {}", field.name, vocabulary.describe()),
        (None, true, _) => format!("Label of {} of the event", field.name),
        (None, false, Some(unit)) => format!("{} of the event, in {unit}", field.name),
        (None, false, None) => format!("{} of the event", field.name),
    }
}

//! Facts: the fields of events that tables are made of, as typed columns.
//!
//! Which fields go where is data, `data/facts.json`: a table names event codes and, for each column, the field that it shows as a
//! number, with the dictionary's label, or with the label of a vocabulary. Types follow from the dictionary. A number without a label becomes
//! `unknown_<number>`.

mod load;
mod table;

use std::borrow::Cow;
use std::sync::OnceLock;

use self::table::Reader;
pub use self::table::{FactColumn, FactKind, FactTable};
use crate::field::Value;
use crate::{Event, EventCode};

static TEXT: &str = include_str!("../data/facts.json");

/// The rows of one table of facts.
#[derive(Clone, Debug)]
pub struct FactRows {
    /// The table.
    pub table: &'static FactTable,
    /// The identity of each event.
    pub ids: Vec<i64>,
    /// The values, by column.
    pub columns: Vec<FactValues>,
}

/// The values of one column; `None` where the event does not have the field.
#[derive(Clone, Debug, PartialEq)]
pub enum FactValues {
    /// Of an integer column of either width.
    Integers(Vec<Option<i64>>),
    /// Of a double column.
    Doubles(Vec<Option<f64>>),
    /// Of a column of labels.
    Labels(Vec<Option<Cow<'static, str>>>),
}

impl FactTable {
    /// Every table of facts.
    ///
    /// # Panics
    ///
    /// Never in a build whose tests pass: they load the same text.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &catalog().tables
    }

    /// How rows are made, as a text that changes whenever they could be others.
    #[must_use]
    pub fn rule(&self) -> String {
        let columns =
            self.columns.iter().map(|column| format!("{} {:?} {:?}", column.name, column.kind, column.readers));
        format!("{:?} {}", self.codes, columns.collect::<Vec<_>>().join("; "))
    }

    /// The position in [`FactTable::all`] of the table that shows events of this code.
    #[must_use]
    pub fn position_of(code: EventCode) -> Option<usize> {
        let position = usize::from(*catalog().by_code.get(code.0 as usize)?);
        position.checked_sub(1)
    }
}

impl FactRows {
    /// No rows yet of `table`.
    #[must_use]
    pub fn new(table: &'static FactTable) -> Self {
        let columns = table.columns.iter().map(|column| FactValues::new(column.kind)).collect();
        Self { table, ids: Vec::new(), columns }
    }

    /// Adds the row of an event of one of the table's codes; any other event is passed over.
    pub fn push(&mut self, id: i64, event: &Event) {
        let code = event.header().code;
        let Some(position) = self.table.codes.iter().position(|known| *known == code) else { return };
        self.ids.push(id);
        for (column, values) in self.table.columns.iter().zip(&mut self.columns) {
            column.readers[position].read_into(event, values);
        }
    }
}

impl FactValues {
    fn new(kind: FactKind) -> Self {
        match kind {
            FactKind::Integer | FactKind::BigInteger => Self::Integers(Vec::new()),
            FactKind::Double => Self::Doubles(Vec::new()),
            FactKind::Label => Self::Labels(Vec::new()),
        }
    }
}

impl Reader {
    fn read_into(&self, event: &Event, values: &mut FactValues) {
        match values {
            FactValues::Integers(values) => values.push(self.number(event).and_then(Value::as_i64)),
            FactValues::Doubles(values) => values.push(self.number(event).and_then(decimal)),
            FactValues::Labels(values) => values.push(self.label(event)),
        }
    }

    fn number(&self, event: &Event) -> Option<Value> {
        match self {
            Self::Number(field) => event.value_at(*field),
            Self::Absent | Self::Constant(_) | Self::Labelled(..) => None,
        }
    }

    fn label(&self, event: &Event) -> Option<Cow<'static, str>> {
        match self {
            Self::Constant(label) => Some(Cow::Borrowed(label)),
            Self::Labelled(field, labels) => labels.label(event.value_at(*field)?.as_unsigned()?),
            Self::Absent | Self::Number(_) => None,
        }
    }
}

/// The double nearest to the decimal that stands for a float: 3.53, not 3.5299999713897705. Not-finite ones have none.
fn decimal(value: Value) -> Option<f64> {
    match value {
        Value::Float(number) if number.is_finite() => zmij::Buffer::new().format_finite(number).parse().ok(),
        Value::Float(_) => None,
        value => Some(value.as_f64()),
    }
}

struct Catalog {
    tables: Vec<FactTable>,
    /// Position in `tables` plus one by code; 0 for codes without facts.
    by_code: Vec<u8>,
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| {
        let tables = load::load_tables(TEXT).expect("the compiled-in facts are valid, as the tests check");
        let mut by_code = vec![0; EventCode::MAX_OF_RECORDS.0 as usize + 1];
        for (position, table) in tables.iter().enumerate() {
            table.codes.iter().for_each(|code| by_code[code.0 as usize] = position as u8 + 1);
        }
        Catalog { tables, by_code }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(code: u32, fields: &[(&str, Value)]) -> Vec<(String, String)> {
        let set =
            |builder: crate::EventBuilder, (name, value): &(&str, Value)| builder.set(name, *value).expect("a field");
        let event = fields.iter().fold(Event::build(EventCode(code)), set).finish();
        let position = FactTable::position_of(EventCode(code)).expect("a code with facts");
        let mut rows = FactRows::new(&FactTable::all()[position]);
        rows.push(7, &event);
        let text = |values: &FactValues| match values {
            FactValues::Integers(values) => format!("{:?}", values[0]),
            FactValues::Doubles(values) => format!("{:?}", values[0]),
            FactValues::Labels(values) => format!("{:?}", values[0]),
        };
        rows.table.columns.iter().map(|column| column.name.clone()).zip(rows.columns.iter().map(text)).collect()
    }

    #[test]
    fn fields_become_columns() {
        type Row<'a> = (u32, &'a [(&'a str, Value)], &'a str, &'a str);
        let rows: [Row<'_>; 12] = [
            (279, &[("commandedRateSource", Value::Unsigned(3))], "commandedRateSourceName", "Some(\"algorithm\")"),
            (279, &[("commandedRateSource", Value::Unsigned(9))], "commandedRateSourceName", "Some(\"unknown_9\")"),
            (279, &[("commandedRate", Value::Unsigned(65_535))], "commandedRate", "Some(65535)"),
            (256, &[("glucoseValueStatus", Value::Unsigned(2))], "status", "Some(\"low\")"),
            (399, &[("glucoseValueStatus", Value::Unsigned(6))], "status", "Some(\"unknown_6\")"),
            (480, &[("rate", Value::Signed(-9))], "rate", "Some(-9)"),
            (372, &[], "sensor_type", "Some(\"libre2\")"),
            (20, &[("insulinDelivered", Value::Float(2.083))], "insulinDelivered", "Some(2.083)"),
            (20, &[("insulinDelivered", Value::Float(f32::NAN))], "insulinDelivered", "None"),
            (4, &[("alertId", Value::Unsigned(200))], "alertIdName", "None"),
            (405, &[("sessionStopReason", Value::Unsigned(5))], "sessionStopReasonName", "Some(\"5\")"),
            (11, &[("suspendReason", Value::Unsigned(6))], "reason", "Some(\"low_glucose\")"),
        ];
        for (code, fields, column, expected) in rows {
            let row = row(code, fields);
            let found = row.iter().find(|(name, _)| name == column).map(|(_, value)| value.as_str());
            assert_eq!(found, Some(expected), "{code} {column}");
        }
    }

    #[test]
    fn a_field_that_the_json_lacks_is_none() {
        let text = r#"{"eventCode":48,"sequenceNumber":1,"pumpDateTime":"2026-05-14T11:02:33","eventProperties":{}}"#;
        let event = crate::decode_json(text).expect("an event").event;
        let mut rows = FactRows::new(&FactTable::all()[FactTable::position_of(EventCode(48)).expect("facts")]);
        rows.push(7, &event);
        assert_eq!(rows.columns, [FactValues::Doubles(vec![None])]);
    }

    #[test]
    fn broken_tables_are_refused() {
        let valid = r#"{"format": 1, "tables": [{"name": "a", "about": "b", "codes": [48], "columns": [{"name": "carbs", "field": "carbs"}]}]}"#;
        assert!(load::load_tables(valid).is_ok());
        for (from, to) in [
            ("\"format\": 1", "\"format\": 2"),
            ("[48]", "[4000]"),
            ("[48]", "[48, 48]"),
            ("\"field\": \"carbs\"", "\"field\": \"carb\""),
            ("\"field\": \"carbs\"", "\"field\": \"carbs\", \"labels\": \"some\""),
            ("\"field\": \"carbs\"", "\"field\": \"carbs\", \"vocabulary\": \"bolus\""),
            ("\"field\": \"carbs\"", "\"by_code\": \"sensor_type\", \"numbers\": [9]"),
            ("\"name\": \"carbs\"", "\"name\": \"car bs\""),
        ] {
            assert!(load::load_tables(valid.replacen(from, to, 1).leak()).is_err(), "{to}");
        }
    }
}

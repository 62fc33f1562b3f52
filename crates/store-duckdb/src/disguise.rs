//! Rows without what names a person: identifiers replaced, dates moved, and left out what may hold either.
//!
//! Tables and columns have to be listed here to come through: a table that is not is refused, a text that is not is left out. Numbers
//! come through unless a rule names them, because tables hold measurements and the pump's own counters. Decoded fields (`event_data`)
//! do not: event 69 spells a profile's name in numbers, a letter each.

use pipeline::StoreError;

use crate::error::DuckdbContext as _;
use crate::query::{QueryColumn, Reader};
use crate::texts;

/// What an identifier names; equal texts of different kinds get different pseudonyms.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Identifier {
    /// A pump's serial number.
    SerialNumber,
    /// The service's identifier of a pump.
    Assignment,
    /// What a person typed, such as the name of a profile, and digests that contain it.
    Text,
}

/// How rows are disguised.
pub struct Disguise<'a> {
    /// The pseudonym of an identifier.
    pub pseudonym: &'a dyn Fn(Identifier, &str) -> String,
    /// By how many days dates are moved.
    pub shift_days: i64,
}

/// A table in disguise.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct DisguisedTable {
    /// A query that answers its rows.
    pub query: String,
    /// The columns that it lacks.
    pub left_out: Vec<String>,
}

/// Why a table cannot be disguised.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DisguiseError {
    /// There are no rules for the table.
    #[error("{0} cannot be pseudonymized: it may hold names and dates anywhere")]
    NoRules(String),
    /// The identifiers cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What becomes of a column.
#[derive(Clone, Copy)]
enum Rule {
    Keep,
    Shift,
    /// Clock minus UTC: true of every zone, else it tells by how much a clock that was never set is wrong.
    Offset,
    /// An id that counts days: `pump_id * 2^48 + days`.
    DayNumber,
    Replace(Identifier),
    /// Free text only where the row is about a name.
    ReplaceNames,
    LeaveOut,
}

/// The tables that can be disguised, with their columns of text that hold the pump's own words: labels from the event dictionary, models, versions.
const TABLES: &[(&str, &[&str])] = &[
    ("pumps", &["model_name", "model_number", "part_number", "software_version", "algorithm"]),
    ("pump_assignments", &[]),
    ("pump_settings", &[]),
    ("pump_settings_changes", &[]),
    ("events", &["event_name", "utc_source"]),
    ("cgm_readings", &["status", "sensor_type", "not_counted_because", "utc_source"]),
    ("basal_deliveries", &["commanded_basal_rate_source", "utc_source"]),
    ("boluses", &["kind", "status", "source", "source_detail", "utc_source"]),
    ("carb_entries", &["utc_source"]),
    ("bg_readings", &["source", "entered_at", "utc_source"]),
    ("suspensions", &["reason", "utc_source"]),
    ("user_modes", &["mode", "utc_source"]),
    ("control_iq_modes", &["mode", "utc_source"]),
    ("temp_rates", &["outcome", "utc_source"]),
    ("sensor_sessions", &["sensor_type", "stop_reason", "utc_source"]),
    ("alarms", &["name", "family", "acknowledged_by", "utc_source"]),
    ("site_changes", &["kind", "status", "utc_source"]),
    ("clock_changes", &["utc_source"]),
    ("battery_readings", &["kind", "utc_source"]),
    ("reservoir_readings", &["kind", "utc_source"]),
    ("control_iq_cycles", &["utc_source"]),
    ("iob_snapshots", &["moment", "utc_source"]),
    ("settings_edits", &["what", "profile_change", "schedule", "utc_source"]),
    ("daily_totals", &[]),
    ("settings_history", &["setting", "unit", "source"]),
];

/// Settings of `settings_history` whose values are numbers, switches and schedules. All others may be names.
const PLAIN_SETTINGS: &str = "'basal_rate', 'carb_ratio', 'isf', 'target', 'insulin_duration', 'max_basal', 'max_bolus', 'control_iq', 'weight', \
                              'total_daily_insulin', 'high_glucose_alert', 'low_glucose_alert', 'sleep_schedule'";

/// No pump is older. Times before are those of a clock that was never set, whose first day everyone knows: moved, it would tell how far.
const FIRST_PUMPS: &str = "TIMESTAMP '2010-01-01'";

impl Reader {
    /// The rows of `table`, which has `columns`, in disguise.
    ///
    /// # Errors
    /// [`DisguiseError`].
    pub fn disguise(
        &self,
        table: &str,
        columns: &[QueryColumn],
        disguise: &Disguise<'_>,
    ) -> Result<DisguisedTable, DisguiseError> {
        let labels = TABLES.iter().find(|(name, _)| *name == table).map(|(_, labels)| *labels);
        let labels = labels.ok_or_else(|| DisguiseError::NoRules(table.to_owned()))?;
        let (mut kept, mut left_out) = (Vec::new(), Vec::new());
        for column in columns {
            let name = quoted(&column.name);
            match self.disguised_column(table, column, rule(table, labels, column), disguise)? {
                Some(expression) => kept.push(format!("{expression} AS {name}")),
                None => left_out.push(format!("{table}.{}", column.name)),
            }
        }
        let query = format!("SELECT {} FROM {}", kept.join(", "), quoted(table));
        Ok(DisguisedTable { query, left_out })
    }

    /// What stands for a column; `None` where it is left out.
    fn disguised_column(
        &self,
        table: &str,
        column: &QueryColumn,
        rule: Rule,
        disguise: &Disguise<'_>,
    ) -> Result<Option<String>, StoreError> {
        let (name, days) = (quoted(&column.name), disguise.shift_days);
        Ok(match rule {
            Rule::LeaveOut => None,
            Rule::Keep => Some(name),
            Rule::Shift => Some(shifted(&name, &column.type_name, days)),
            Rule::Offset => Some(format!("CASE WHEN abs({name}) <= 26 * 3600 THEN {name} END")),
            Rule::DayNumber => Some(format!("{name} + ({days})")),
            Rule::Replace(identifier) => Some(self.replaced(table, &name, "true", identifier, disguise)?),
            Rule::ReplaceNames => {
                let is_name = format!("setting NOT IN ({PLAIN_SETTINGS})");
                let replaced = self.replaced(table, &name, &is_name, Identifier::Text, disguise)?;
                Some(format!("CASE WHEN {is_name} THEN {replaced} ELSE {name} END"))
            }
        })
    }

    /// An expression with the pseudonyms of a column's texts, of rows that meet `condition`.
    fn replaced(
        &self,
        table: &str,
        name: &str,
        condition: &str,
        identifier: Identifier,
        disguise: &Disguise<'_>,
    ) -> Result<String, StoreError> {
        let list = format!(
            "SELECT DISTINCT {name}::VARCHAR FROM {} WHERE {name} IS NOT NULL AND {condition} ORDER BY 1",
            quoted(table)
        );
        let mut cases = String::new();
        texts::for_each_text(self.connection(), &list, &mut |text| {
            let pseudonym = (disguise.pseudonym)(identifier, text);
            cases.extend([" WHEN ", &literal(text), " THEN ", &literal(&pseudonym)]);
            true
        })
        .context(format!("cannot read the identifiers of {table}"))?;
        // Typed, because a column without any text would otherwise have another type in each file.
        // A text that another program wrote meanwhile ends the export instead of getting out.
        let rest = format!(
            "CASE WHEN {name} IS NOT NULL THEN error('the database changed meanwhile; export again')::VARCHAR END"
        );
        Ok(if cases.is_empty() { rest } else { format!("CASE {name}{cases} ELSE {rest} END") })
    }
}

fn rule(table: &str, labels: &[&str], column: &QueryColumn) -> Rule {
    match (table, column.name.as_str()) {
        ("pumps", "serial_number") => return Rule::Replace(Identifier::SerialNumber),
        ("pump_assignments", "assignment_id") => return Rule::Replace(Identifier::Assignment),
        ("pump_settings" | "pump_settings_changes", "settings_hash") | ("settings_history", "profile_name") => {
            return Rule::Replace(Identifier::Text);
        }
        ("settings_history", "from_value" | "to_value") => return Rule::ReplaceNames,
        ("daily_totals", "id") => return Rule::DayNumber,
        // What stands beside an alarm is not known for all of them; from the size of a change a true date could be told.
        ("alarms", "param1" | "param2") | ("clock_changes", "change_seconds") => return Rule::LeaveOut,
        (_, "utc_offset_seconds") => return Rule::Offset,
        _ => {}
    }
    match column.type_name.as_str() {
        "DATE" | "TIMESTAMP" | "TIMESTAMP WITH TIME ZONE" => Rule::Shift,
        "BOOLEAN" => Rule::Keep,
        _ if column.is_number() => Rule::Keep,
        "VARCHAR" if labels.contains(&column.name.as_str()) => Rule::Keep,
        _ => Rule::LeaveOut,
    }
}

/// A time or date moved by days; instants by arithmetic on microseconds, which needs no ICU.
fn shifted(name: &str, type_name: &str, days: i64) -> String {
    let (is_set, moved) = match type_name {
        "DATE" => (format!("{name} >= {FIRST_PUMPS}::DATE"), format!("{name} + ({days})")),
        "TIMESTAMP" => (format!("{name} >= {FIRST_PUMPS}"), format!("{name} + to_days({days})")),
        _ => (
            format!("epoch_us({name}) >= epoch_us({FIRST_PUMPS})"),
            format!("to_timestamp((epoch_us({name}) + ({days}) * 86400000000) / 1000000)"),
        ),
    };
    format!("CASE WHEN {is_set} THEN {moved} ELSE {name} END")
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

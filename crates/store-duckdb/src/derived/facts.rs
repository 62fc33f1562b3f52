//! The tables of facts: their statements, made from what `pump_events` says about them.

use std::fmt::Write as _;
use std::sync::OnceLock;

use pump_events::{FactKind, FactTable};

use super::definition::Definition;

struct Statements {
    create: String,
    comments: String,
}

/// The definition of the table of facts called `name`.
pub(super) fn find_definition(name: &str) -> Option<Definition> {
    let position = FactTable::all().iter().position(|table| table.name == name)?;
    let Statements { create, comments } = &statements()[position];
    Some(Definition { create, comments, delete: "", insert: "", update: "" })
}

/// What the rows of the table of facts called `name` depend on beside its columns.
pub(super) fn find_rule(name: &str) -> Option<String> {
    FactTable::all().iter().find(|table| table.name == name).map(FactTable::rule)
}

fn statements() -> &'static [Statements] {
    static STATEMENTS: OnceLock<Vec<Statements>> = OnceLock::new();
    STATEMENTS.get_or_init(|| FactTable::all().iter().map(write_statements).collect())
}

fn write_statements(table: &FactTable) -> Statements {
    let name = &table.name;
    let mut create = format!("CREATE TABLE {name} (\n    id BIGINT NOT NULL");
    let mut comments =
        format!("COMMENT ON TABLE {name} IS {};\n", quoted(&format!("Typed fields of events. {}", table.about)));
    let _ = writeln!(comments, "COMMENT ON COLUMN {name}.id IS 'The event: events.id';");
    for column in &table.columns {
        let _ = write!(create, ",\n    {} {}", column.name, type_name(column.kind));
        let _ = writeln!(comments, "COMMENT ON COLUMN {name}.{} IS {};", column.name, quoted(&column.about));
    }
    create.push_str("\n)");
    Statements { create, comments }
}

const fn type_name(kind: FactKind) -> &'static str {
    match kind {
        FactKind::Integer => "INTEGER",
        FactKind::BigInteger => "BIGINT",
        FactKind::Double => "DOUBLE",
        FactKind::Label => "VARCHAR",
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::derived::OBJECTS;

    #[test]
    fn every_table_of_facts_is_registered() {
        let registered: Vec<_> =
            OBJECTS.iter().filter(|object| object.sql.is_empty()).map(|object| object.name).collect();
        for table in FactTable::all() {
            assert!(registered.contains(&table.name.as_str()), "{} is not in the registry", table.name);
        }
    }
}

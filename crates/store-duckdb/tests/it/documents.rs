//! The documents that are held against the database: the data dictionary, and the recipes.

use std::path::PathBuf;

use store_duckdb::DuckStore;
use tandem_sim::history::Scenario;

use crate::domain::table;
use crate::simulated::stored;

fn place(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name)
}

fn document(name: &str) -> String {
    let path = place(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn the_data_dictionary_is_what_the_database_says() {
    let mut store = DuckStore::in_memory().expect("a database in memory");
    let written = store.data_dictionary().expect("readable");
    if std::env::var_os("TANDEM_RECORD").is_some() {
        std::fs::write(place("data-dictionary.md"), &written).expect("a document can be written");
    }
    assert_eq!(
        document("data-dictionary.md"),
        written,
        "docs/data-dictionary.md is out of date: run `cargo xtask codegen`"
    );
    for relation in store.relations().expect("readable") {
        assert!(!relation.meaning.is_empty(), "{} says what it holds", relation.name);
        for column in relation.columns {
            assert!(!column.meaning.is_empty(), "{}.{} says what it holds", relation.name, column.name);
        }
    }
}

/// Title and SQL of each recipe.
fn recipes(text: &str) -> Vec<(String, String)> {
    let mut recipes = Vec::new();
    let mut title = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            title = heading;
        } else if line == "```sql" {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            recipes.push((title.to_owned(), body.join("\n")));
        }
    }
    recipes
}

#[test]
fn every_recipe_has_an_answer() {
    let recipes = recipes(&document("recipes.md"));
    assert!(recipes.len() >= 20, "{} recipes", recipes.len());
    let history = Scenario::demo().days(70).simulate();
    let mut pipeline = stored(&history);
    let store = pipeline.store().expect("the store");
    for (index, pump) in history.pumps.iter().enumerate() {
        for settings in &pump.settings {
            let from = chrono::DateTime::from_timestamp(settings.from_utc_seconds, 0).expect("an instant").naive_utc();
            let insert = "INSERT INTO pump_settings VALUES (?, ?, ?, ?, ?, ?)";
            let values = duckdb::params![
                index as i64 + 1,
                settings.hash,
                from,
                from.and_utc(),
                from.and_utc(),
                settings.details.to_string()
            ];
            store.connection().expect("a connection").execute(insert, values).expect("stored");
            let note = "INSERT INTO pump_settings_changes VALUES (?, ?, ?, ?)";
            let values = duckdb::params![index as i64 + 1, from, from.and_utc(), settings.hash];
            store.connection().expect("a connection").execute(note, values).expect("noted");
        }
    }
    for (title, sql) in recipes {
        let rows = table(store, sql.trim_end().trim_end_matches(';'));
        assert!(!rows.is_empty(), "{title} has an answer");
    }
    let known = table(
        store,
        "SELECT count(*) FROM bolus_with_settings WHERE carb_ratio_in_force IS NULL AND kind <> 'automatic'",
    );
    assert_eq!(known, ["0"], "the settings in force are known for every bolus");
}

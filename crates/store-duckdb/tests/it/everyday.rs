//! The everyday questions of `docs/recipes.md`: their SQL as it is printed there, against what really happened.
//!
//! The expected answers come from the simulator's truth alone. A number that a recipe rounds is expected unrounded, and the
//! answer may differ from it by half of its last digit.

mod glucose;
mod insulin;
mod wear;

use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use store_duckdb::DuckStore;
use tandem_sim::history::{BolusTruth, CgmStatus, History, PumpTruth};

use crate::domain::table;

const RECIPES: &str = include_str!("../../../../docs/recipes.md");

/// One value of an answer.
#[derive(Clone, Debug)]
enum Cell {
    Text(String),
    /// A number before it is rounded, and to how many decimals the recipe rounds it.
    Number(f64, i32),
    /// A number as the pump logs it.
    Logged(f32),
    Null,
}

type Answer = Vec<Vec<Cell>>;

/// Finds the true answer to a question.
type Truth = fn(&History) -> Answer;

/// The number of each everyday recipe, and its true answer.
const QUESTIONS: [(u32, Truth); 15] = [
    (1, glucose::days),
    (2, glucose::last_two_weeks),
    (3, glucose::usual_day),
    (4, glucose::lows),
    (5, glucose::boluses_before_lows),
    (6, insulin::days),
    (7, insulin::average_day),
    (9, insulin::usual_day),
    (10, insulin::last_boluses),
    (11, insulin::unfinished_boluses),
    (13, glucose::after_meals),
    (16, glucose::asleep_and_awake),
    (17, wear::sensors),
    (18, wear::sites),
    (19, wear::alarms),
];

#[test]
fn the_list_of_everyday_questions_names_those_that_are_tested() {
    let listed: Vec<_> = RECIPES.lines().filter_map(listed_question).collect();
    let tested: Vec<_> = QUESTIONS.iter().map(|(number, _)| title(*number)).collect();
    assert_eq!(listed, tested);
}

/// Title and anchor of an entry of the list.
fn listed_question(line: &str) -> Option<(String, String)> {
    let (title, anchor) = line.strip_prefix("* [")?.strip_suffix(')')?.split_once("](#")?;
    Some((title.to_owned(), anchor.to_owned()))
}

/// Title and anchor of a recipe.
fn title(number: u32) -> (String, String) {
    let mark = format!("## {number}. ");
    let title = RECIPES.lines().find_map(|line| line.strip_prefix(&mark)).expect("a recipe");
    let is_kept = |letter: &char| letter.is_alphanumeric() || *letter == ' ';
    let slug: String = title.to_lowercase().chars().filter(is_kept).collect();
    (title.to_owned(), format!("{number}-{}", slug.replace(' ', "-")))
}

/// The only statement of a recipe.
fn statement(number: u32) -> &'static str {
    let (_, recipe) = RECIPES.split_once(&format!("\n## {number}. ")).expect("a recipe");
    let recipe = recipe.split_once("\n## ").map_or(recipe, |(recipe, _)| recipe);
    let [_, sql] = recipe.split("```sql\n").collect::<Vec<_>>()[..] else { panic!("recipe {number} has one query") };
    let (sql, _) = sql.split_once("\n```").expect("the end of the query");
    let sql = sql.strip_suffix(';').expect("a statement");
    assert!(!sql.contains(';'), "recipe {number} has one statement");
    sql
}

/// Compares the answers to all everyday questions with the truth.
pub(crate) fn answers_are_true(store: &mut DuckStore, history: &History) {
    let wrong: Vec<_> = QUESTIONS
        .into_iter()
        .filter_map(|(number, expected)| difference(number, &table(store, statement(number)), &expected(history)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The first difference between an answer and the truth.
fn difference(number: u32, found: &[String], expected: &[Vec<Cell>]) -> Option<String> {
    assert!(!expected.is_empty(), "there is something to compare in recipe {number}");
    let mut rows = found.iter().zip(expected).filter(|(found, expected)| !is_answer(found, expected));
    let first = rows.next();
    let differs = first.is_some() || found.len() != expected.len();
    let (rows, expected_rows, others) = (found.len(), expected.len(), rows.count());
    differs
        .then(|| format!("recipe {number}: {rows} rows, expected {expected_rows}; {first:?} differ, and {others} more"))
}

fn is_answer(found: &str, expected: &[Cell]) -> bool {
    let found: Vec<_> = found.split('|').collect();
    found.len() == expected.len() && found.iter().zip(expected).all(|(found, cell)| cell.is(found))
}

impl Cell {
    #[expect(clippy::needless_pass_by_value, reason = "most values are numbers")]
    fn text(value: impl ToString) -> Self {
        Self::Text(value.to_string())
    }

    /// An amount that the recipe does not round.
    fn units(milliunits: u32) -> Self {
        Self::Text(format!("{:?}", units(milliunits)))
    }

    /// A number that may be missing.
    fn maybe(value: Option<f64>, decimals: i32) -> Self {
        value.map_or(Self::Null, |value| Self::Number(value, decimals))
    }

    fn is(&self, found: &str) -> bool {
        match self {
            Self::Text(text) => found == text,
            Self::Null => found == "-",
            Self::Logged(value) => found.parse() == Ok(*value),
            Self::Number(value, decimals) => found.parse::<f64>().is_ok_and(|found| {
                let is_rounded = (found - rounded(found, *decimals)).abs() < 1e-9;
                is_rounded && (found - value).abs() <= 0.5 * 10_f64.powi(-decimals) + 1e-9
            }),
        }
    }
}

fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (value * scale).round() / scale
}

/// A measurement.
#[derive(Clone, Copy, Debug)]
struct Reading<'a> {
    pump: &'a PumpTruth,
    at: DateTime<Utc>,
    /// What a correct clock would have shown.
    local: NaiveDateTime,
    mgdl: f64,
}

/// All measurements, oldest first. The pumps are used one after the other, so none is reported by two.
fn readings(history: &History) -> Vec<Reading<'_>> {
    let all = history.truth.pumps.iter().flat_map(|pump| pump.cgm.iter().map(move |reading| (pump, reading)));
    let readings = all.map(|(pump, reading)| Reading {
        pump,
        at: reading.measured,
        local: pump.local_time_at(reading.measured),
        mgdl: match reading.status {
            CgmStatus::Low => 39.0,
            CgmStatus::High => 401.0,
            CgmStatus::Ok | CgmStatus::Hidden => f64::from(reading.display_value),
        },
    });
    let readings: Vec<_> = readings.collect();
    assert!(readings.is_sorted_by_key(|reading| reading.at), "one pump after the other");
    readings
}

/// All boluses, with the pump that gave them.
fn boluses(history: &History) -> impl Iterator<Item = (&PumpTruth, &BolusTruth)> {
    history.truth.pumps.iter().flat_map(|pump| pump.boluses.iter().map(move |bolus| (pump, bolus)))
}

fn units(milliunits: u32) -> f64 {
    f64::from(milliunits) / 1000.0
}

fn minutes(time: TimeDelta) -> f64 {
    time.num_seconds() as f64 / 60.0
}

fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (count, sum) = values.into_iter().fold((0, 0.0), |(count, sum), value| (count + 1, sum + value));
    sum / f64::from(count)
}

/// The share of `values` for which `counts` holds, in percent.
fn percent(values: &[f64], counts: impl Fn(f64) -> bool) -> f64 {
    100.0 * values.iter().filter(|value| counts(**value)).count() as f64 / values.len() as f64
}

/// A quantile, interpolated between the two values next to it.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (below, above) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    below + (above - below) * place.fract()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    quantile(&values, 0.5)
}

//! What every surface says of a day: SQL, `day`, `metrics`, `report`, the assistant and the exports, to be compared with what happened.

use std::collections::BTreeMap;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::assistant::Assistant;
use crate::support::Place;

use Quantity::{BasalHours, BasalUnits, BolusUnits, CarbsGrams, InRange, Mean, Readings};

/// What is said of a day.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Quantity {
    Readings,
    /// In mg/dL.
    Mean,
    /// From 70 to 180 mg/dL, in percent.
    InRange,
    BasalUnits,
    BasalHours,
    BolusUnits,
    CarbsGrams,
}

/// What one surface says; it may round by so much.
#[derive(Clone, Copy)]
struct Statement {
    surface: &'static str,
    quantity: Quantity,
    value: f64,
    tolerance: f64,
}

/// Sums by day of what an export has.
struct ExportedSums {
    surface: &'static str,
    quantity: Quantity,
    days: BTreeMap<NaiveDate, f64>,
    tolerance: f64,
}

/// The surfaces of a database.
pub(crate) struct Surfaces<'a> {
    place: &'a Place,
    assistant: Assistant,
    glucose: BTreeMap<NaiveDate, Value>,
    insulin: BTreeMap<NaiveDate, Value>,
    exports: Vec<ExportedSums>,
    report: String,
}

impl<'a> Surfaces<'a> {
    /// Reads what is read at once; `day_of` tells the person's day at an instant.
    pub(crate) fn of(place: &'a Place, day_of: impl Fn(DateTime<Utc>) -> NaiveDate) -> Self {
        let by_day = |view: &str| -> BTreeMap<_, _> {
            rows(place, &format!("FROM {view}")).into_iter().map(|row| (date(&row["day"]), row)).collect()
        };
        let (glucose, insulin) = (by_day("glucose_daily"), by_day("insulin_daily"));
        let (first, last) = (glucose.keys().next().expect("a day"), glucose.keys().last().expect("a day"));
        let report = ["report", "--from", &first.to_string(), "--to", &last.to_string(), "--output", "report.html"];
        assert_eq!(place.run(&report).code, 0);
        let report = std::fs::read_to_string(place.path().join("report.html")).expect("a report");
        let exports = [
            read_iglu(place),
            read_nightscout(place, &day_of),
            read_tidepool(place),
            read_babelbetes(place),
            read_diax(place, &day_of),
        ];
        let exports = exports.into_iter().flatten().collect();
        Self { place, assistant: Assistant::of(place), glucose, insulin, exports, report }
    }

    /// The days that the view of glucose has, oldest first.
    pub(crate) fn days(&self) -> Vec<NaiveDate> {
        self.glucose.keys().copied().collect()
    }

    /// Compares all that is said of `day` with what happened.
    pub(crate) fn check(&mut self, day: NaiveDate, truth: &[(Quantity, f64)], name: &str) {
        let mut statements = self.sql(day);
        statements.extend(self.assistant(day));
        statements.extend(self.metrics(day));
        statements.extend(self.screen(day));
        statements.extend(self.printed(day));
        statements.extend(self.exports.iter().map(|sums| Statement {
            surface: sums.surface,
            quantity: sums.quantity,
            value: sums.days.get(&day).copied().unwrap_or_default(),
            tolerance: sums.tolerance,
        }));
        for (quantity, expected) in truth {
            let said: Vec<_> = statements.iter().filter(|statement| statement.quantity == *quantity).collect();
            assert!(said.len() >= 3, "too few surfaces speak of {quantity:?} on {day} of {name}");
            for Statement { surface, value, tolerance, .. } in said {
                let difference = (value - expected).abs();
                assert!(
                    difference <= *tolerance,
                    "{quantity:?}, {surface}, {day}: {value}, expected {expected}; {name}"
                );
            }
        }
    }

    /// Whether the surfaces call the day's insulin complete; all say the same.
    pub(crate) fn is_complete(&mut self, day: NaiveDate) -> bool {
        let reported = self.reports(day)["insulin"]["is_complete"] == true;
        assert_eq!(self.insulin[&day]["is_complete"], reported, "{day}");
        reported
    }

    /// What is printed on the day's screen.
    pub(crate) fn day_on_screen(&self, day: NaiveDate) -> String {
        self.place.run(&["day", &day.to_string()]).data
    }

    pub(crate) fn report(&self) -> &str {
        &self.report
    }

    /// Ends the assistant's program.
    pub(crate) fn part(self) {
        assert_eq!(self.assistant.part(), 0);
    }

    fn sql(&self, day: NaiveDate) -> Vec<Statement> {
        let (glucose, insulin) = (&self.glucose[&day], self.insulin.get(&day));
        let of_glucose =
            [(Readings, "readings", 0.0), (Mean, "mean_mgdl", 1e-9), (InRange, "time_in_range_percent", 1e-9)];
        let of_insulin = [
            (BasalUnits, "basal_units", 0.02),
            (BasalHours, "basal_hours", 0.02),
            (BolusUnits, "bolus_units", 1e-6),
            (CarbsGrams, "carbs_grams", 1e-9),
        ];
        let insulin = insulin.map(|row| statements("SQL", row, &of_insulin)).unwrap_or_default();
        [statements("SQL", glucose, &of_glucose), insulin].concat()
    }

    fn reports(&mut self, day: NaiveDate) -> Value {
        let (answered, text) = self.assistant.call("day", &json!({"date": day.to_string()}));
        assert!(answered, "{text}");
        serde_json::from_str(&text).expect("JSON")
    }

    fn assistant(&mut self, day: NaiveDate) -> Vec<Statement> {
        let reported = self.reports(day);
        let of_glucose =
            [(Readings, "readings", 0.0), (Mean, "mean_mg_dl", 0.006), (InRange, "from_70_to_180_percent", 0.006)];
        let of_insulin = [
            (BasalUnits, "basal_units", 0.03),
            (BasalHours, "basal_hours_on_record", 0.03),
            (BolusUnits, "bolus_units", 0.006),
            (CarbsGrams, "carbs_grams", 1e-9),
        ];
        let insulin = statements("assistant", &reported["insulin"], &of_insulin);
        [statements("assistant", &reported["glucose"], &of_glucose), insulin].concat()
    }

    fn metrics(&self, day: NaiveDate) -> Vec<Statement> {
        let metrics = metrics(self.place, day, day);
        statements("metrics", &metrics, &[(Readings, "n", 0.0), (Mean, "mean", 1e-9), (InRange, "tir_70_180", 1e-9)])
    }

    fn screen(&self, day: NaiveDate) -> Vec<Statement> {
        let marks = [
            (Readings, " readings", 0.0),
            (Mean, " mg/dL", 0.501),
            (InRange, " % in range", 1.0),
            (BasalUnits, " U basal", 0.071),
            (BasalHours, " h,", 0.071),
            (BolusUnits, " U bolus", 0.051),
            (CarbsGrams, " g carbs", 0.501),
        ];
        read_marked("day", &self.day_on_screen(day), &marks)
    }

    fn printed(&self, day: NaiveDate) -> Vec<Statement> {
        let mark = format!("id=\"d{day}\"");
        let section = self.report.split(&mark).nth(1).unwrap_or_else(|| panic!("the report has a section for {day}"));
        let head = section.split("</div>").next().unwrap_or_default();
        let texts: Vec<_> = head.split('<').filter_map(|piece| piece.split_once('>')).map(|(_, text)| text).collect();
        let words = texts.join("\n");
        let marks = [
            (Readings, " readings", 0.0),
            (Mean, " mg/dL", 0.501),
            (InRange, " % in range", 1.0),
            (BasalUnits, " U)", 0.071),
        ];
        read_marked("report", &words, &marks)
    }
}

/// The numbers of a JSON object; none where nothing is on record.
fn statements(surface: &'static str, row: &Value, names: &[(Quantity, &str, f64)]) -> Vec<Statement> {
    if row.is_null() {
        return Vec::new();
    }
    let number = |name: &str| number(&row[name]).unwrap_or_else(|| panic!("{surface}: {name} is a number in {row}"));
    let statement = |(quantity, name, tolerance): &(Quantity, &str, f64)| Statement {
        surface,
        quantity: *quantity,
        value: number(name),
        tolerance: *tolerance,
    };
    names.iter().map(statement).collect()
}

/// The numbers that stand right before marks, where there is one.
fn read_marked(surface: &'static str, text: &str, marks: &[(Quantity, &str, f64)]) -> Vec<Statement> {
    let statement = |(quantity, mark, tolerance): &(Quantity, &str, f64)| {
        let (before, _) = text.split_once(mark)?;
        let word = before.split([' ', '\n', '(']).next_back()?;
        Some(Statement { surface, quantity: *quantity, value: word.parse().ok()?, tolerance: *tolerance })
    };
    marks.iter().filter_map(statement).collect()
}

fn read_iglu(place: &Place) -> Vec<ExportedSums> {
    export(place, "iglu");
    let text = std::fs::read_to_string(place.path().join("iglu/iglu.csv")).expect("a file");
    let days = text.lines().skip(1).filter_map(|line| Some((line.split(',').nth(1)?.get(..10)?.parse().ok()?, 1.0)));
    vec![sums("iglu", Readings, days, 0.0)]
}

/// Days of single documents are those of their own offset; a basal rate may go on over midnight, and is cut there.
fn read_nightscout(place: &Place, day_of: impl Fn(DateTime<Utc>) -> NaiveDate) -> Vec<ExportedSums> {
    export(place, "nightscout");
    let instant = |document: &Value| {
        DateTime::from_timestamp_millis(document["date"].as_i64().expect("an instant")).expect("an instant")
    };
    let day = |document: &Value| {
        let offset = TimeDelta::minutes(document["utcOffset"].as_i64().expect("an offset"));
        (instant(document) + offset).date_naive()
    };
    let entries = documents(place, "nightscout/entries.json");
    let treatments = documents(place, "nightscout/treatments.json");
    let rated = treatments.iter().filter(|document| document["eventType"] == "Temp Basal");
    let basal = rated.flat_map(|document| {
        let lasts = TimeDelta::milliseconds(document["durationInMilliseconds"].as_i64().expect("a duration"));
        let rate = number(&document["rate"]).expect("a rate");
        by_minute(instant(document), lasts, rate).map(|(at, units)| (day_of(at), units)).collect::<Vec<_>>()
    });
    let of_doses = |name: &'static str| {
        treatments.iter().filter_map(move |document| Some((day(document), number(&document[name])?)))
    };
    vec![
        sums("Nightscout", Readings, entries.iter().map(|entry| (day(entry), 1.0)), 0.0),
        sums("Nightscout", BasalUnits, basal, 0.05),
        sums("Nightscout", BolusUnits, of_doses("insulin"), 1e-6),
        sums("Nightscout", CarbsGrams, of_doses("carbs"), 1e-9),
    ]
}

fn read_tidepool(place: &Place) -> Vec<ExportedSums> {
    export(place, "tidepool");
    let wall = |datum: &Value| -> NaiveDateTime {
        datum["deviceTime"].as_str().and_then(|text| text.parse().ok()).expect("a wall clock")
    };
    let [cbg, basal, bolus, wizard, food] =
        ["cbg", "basal", "bolus", "wizard", "food"].map(|name| documents(place, &format!("tidepool/{name}.json")));
    let rates = basal.iter().flat_map(|datum| {
        let lasts = TimeDelta::milliseconds(datum["duration"].as_i64().expect("a duration"));
        let pieces = by_minute(wall(datum).and_utc(), lasts, number(&datum["rate"]).unwrap_or_default());
        pieces.map(|(at, units)| (at.date_naive(), units)).collect::<Vec<_>>()
    });
    let doses = bolus.iter().flat_map(|datum| {
        ["normal", "extended"].into_iter().filter_map(move |part| Some((wall(datum).date(), number(&datum[part])?)))
    });
    let calculated = wizard.iter().filter_map(|datum| Some((wall(datum).date(), number(&datum["carbInput"])?)));
    let eaten =
        food.iter().filter_map(|datum| Some((wall(datum).date(), number(&datum["nutrition"]["carbohydrate"]["net"])?)));
    vec![
        sums("Tidepool", Readings, cbg.iter().map(|datum| (wall(datum).date(), 1.0)), 0.0),
        sums("Tidepool", BasalUnits, rates, 0.02),
        sums("Tidepool", BolusUnits, doses, 1e-6),
        sums("Tidepool", CarbsGrams, calculated.chain(eaten), 1e-9),
    ]
}

/// Its times are local and have no zone; a rate is active until the next one.
fn read_babelbetes(place: &Place) -> Vec<ExportedSums> {
    export(place, "babelbetes");
    let kinds = [("cgm", "cgm"), ("basal", "basal_rate"), ("bolus", "bolus"), ("carbs", "carbs")];
    let [cgm, basal, bolus, carbs] = kinds.map(|(kind, value)| stored_by_babelbetes(place, kind, value));
    let of_day = |rows: Vec<(NaiveDateTime, f64)>| rows.into_iter().map(|(at, value)| (at.date(), value));
    let rates = basal.windows(2).flat_map(|steps| {
        let [(at, rate), (next, _)] = steps else { unreachable!("two steps") };
        by_minute(at.and_utc(), *next - *at, *rate).map(|(at, units)| (at.date_naive(), units)).collect::<Vec<_>>()
    });
    vec![
        sums("babelbetes", Readings, of_day(cgm).map(|(day, _)| (day, 1.0)), 0.0),
        sums("babelbetes", BasalUnits, rates, 0.02),
        sums("babelbetes", BolusUnits, of_day(bolus), 1e-6),
        sums("babelbetes", CarbsGrams, of_day(carbs), 1e-9),
    ]
}

/// Time and value of each row of a table of its store.
fn stored_by_babelbetes(place: &Place, kind: &str, value: &str) -> Vec<(NaiveDateTime, f64)> {
    let file = place.path().join(format!("babelbetes/{kind}/study_name=tandem/patient_id=tandem/data.parquet"));
    let query = format!("SELECT epoch_us(datetime), {value} FROM read_parquet('{}') ORDER BY ALL", file.display());
    let connection = duckdb::Connection::open_in_memory().expect("DuckDB");
    let mut statement = connection.prepare(&query).expect(&query);
    let row = |row: &duckdb::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
    let rows = statement.query_map([], row).expect("rows").map(|row| row.expect("a row"));
    rows.map(|(at, value)| (DateTime::from_timestamp_micros(at).expect("a time").naive_utc(), value)).collect()
}

/// Times have their own offset; a rate is in force until the next one, and null where it is not known.
fn read_diax(place: &Place, day_of: impl Fn(DateTime<Utc>) -> NaiveDate) -> Vec<ExportedSums> {
    export(place, "diax");
    let text = std::fs::read_to_string(place.path().join("diax/subj_tandem.json")).expect("a file");
    let subject: Value = serde_json::from_str(&text).expect("an object");
    let [cgm, basal, bolus, carbs] =
        ["cgm", "basal_rate", "bolus", "carbs"].map(|signal| read_signal(&subject[signal]));
    let of_day = |samples: Vec<(DateTime<FixedOffset>, Option<f64>)>| {
        samples.into_iter().map(|(at, value)| (at.date_naive(), value.expect("a value")))
    };
    let rates = basal.windows(2).flat_map(|steps| {
        let [(at, rate), (next, _)] = steps else { unreachable!("two steps") };
        let pieces = by_minute(at.to_utc(), *next - *at, rate.unwrap_or_default());
        pieces.map(|(at, units)| (day_of(at), units)).collect::<Vec<_>>()
    });
    vec![
        sums("DIAX", Readings, of_day(cgm).map(|(day, _)| (day, 1.0)), 0.0),
        sums("DIAX", BasalUnits, rates, 0.02),
        sums("DIAX", BolusUnits, of_day(bolus), 1e-6),
        sums("DIAX", CarbsGrams, of_day(carbs), 1e-9),
    ]
}

/// Times and values of a signal of DIAX; none where it was left out.
pub(crate) fn read_signal(signal: &Value) -> Vec<(DateTime<FixedOffset>, Option<f64>)> {
    let members = |name: &str| signal[name].as_array().cloned().unwrap_or_default();
    let (times, values) = (members("time"), members("value"));
    assert_eq!(times.len(), values.len());
    let parse = |time: &Value| DateTime::parse_from_str(time.as_str()?, "%Y-%m-%d %H:%M:%S %z").ok();
    let sample = |(time, value): (&Value, &Value)| (parse(time).expect("a time with offset"), value.as_f64());
    times.iter().zip(&values).map(sample).collect()
}

/// A rate in U/h, as units minute by minute.
fn by_minute(start: DateTime<Utc>, lasts: TimeDelta, rate: f64) -> impl Iterator<Item = (DateTime<Utc>, f64)> {
    let seconds = lasts.num_seconds();
    (0..seconds)
        .step_by(60)
        .map(move |second| (start + TimeDelta::seconds(second), rate * (seconds - second).min(60) as f64 / 3600.0))
}

fn sums(
    surface: &'static str,
    quantity: Quantity,
    parts: impl Iterator<Item = (NaiveDate, f64)>,
    tolerance: f64,
) -> ExportedSums {
    let mut days = BTreeMap::new();
    for (day, part) in parts {
        *days.entry(day).or_default() += part;
    }
    ExportedSums { surface, quantity, days, tolerance }
}

fn export(place: &Place, profile: &str) {
    let said = place.run(&["export", "--profile", profile, "--output", profile]);
    assert_eq!(said.code, 0, "{}", said.talk);
}

fn documents(place: &Place, name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(place.path().join(name)).expect("a file");
    serde_json::from_str(&text).expect("an array of documents")
}

/// The rows that a query answers.
pub(crate) fn rows(place: &Place, query: &str) -> Vec<Value> {
    let said = place.run(&["query", query, "--format", "jsonl"]);
    assert_eq!(said.code, 0, "{query}: {}", said.talk);
    said.data.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// The metrics of some days.
pub(crate) fn metrics(place: &Place, from: NaiveDate, to: NaiveDate) -> Value {
    let said = place.run(&["metrics", "--from", &from.to_string(), "--to", &to.to_string(), "--json"]);
    let mut json: Value =
        serde_json::from_str(&said.data).unwrap_or_else(|_| panic!("JSON: {} {}", said.data, said.talk));
    json["tandem"].take()
}

/// A number, which SQL writes as text where it is a decimal one.
pub(crate) fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}

fn date(value: &Value) -> NaiveDate {
    value.as_str().and_then(|text| text.get(..10)?.parse().ok()).unwrap_or_else(|| panic!("{value} is a date"))
}

//! Simulated lives in a database of a [`Place`].

use std::fs::File;
use std::io::BufWriter;
use std::sync::OnceLock;

use chrono::NaiveDate;
use chrono_tz::Tz;
use tandem_sim::history::{History, Scenario};

use crate::support::Place;

/// A date that is one.
pub(crate) fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date")
}

/// Five days in New York, the third of which has 25 hours.
pub(crate) fn autumn() -> History {
    Scenario::new(date(2026, 10, 30), 5, Tz::America__New_York).simulate()
}

/// A place whose database holds all of `history`.
pub(crate) fn holding(history: &History) -> Place {
    let place = Place::new();
    for pump in &history.pumps {
        let mut file = BufWriter::new(File::create(place.path().join("pump.json")).expect("a file"));
        tandem_sim::writers::write_pump_logs(&mut file, pump).expect("written");
        drop(file);
        let said = place.run(&["import", "pump.json", "--time-zone", history.zone.name()]);
        assert_eq!(said.code, 0, "{}", said.talk);
    }
    place
}

/// A place whose database holds [`autumn`], which is imported once and copied for each.
pub(crate) fn holding_autumn() -> Place {
    static DATABASE: OnceLock<Vec<u8>> = OnceLock::new();
    let database =
        DATABASE.get_or_init(|| std::fs::read(holding(&autumn()).path().join("data/tandem.db")).expect("a database"));
    let place = Place::new();
    std::fs::create_dir(place.path().join("data")).expect("a folder");
    place.file("data/tandem.db", database);
    place
}

/// A place whose database holds one glucose reading and nothing else.
pub(crate) fn one_reading() -> Place {
    let history = Scenario::quiet(1).simulate();
    let reading = history.pumps[0].events.iter().find(|event| event.header().code.0 == 399).expect("a reading");
    let place = Place::new();
    place.file("one.json", tandem_sim::writers::event_json(reading, "7f0c9d1e-0000-4000-8000-000000000001"));
    assert_eq!(place.run(&["import", "one.json", "--time-zone", "UTC"]).code, 0);
    assert_eq!(place.count("cgm_readings"), 1);
    place
}

/// A place whose database has its tables and no rows.
pub(crate) fn empty() -> Place {
    let place = Place::new();
    assert_eq!(place.run(&["zone", "set", "Europe/Berlin"]).code, 0);
    place
}

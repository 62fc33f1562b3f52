//! 400 simulated days against what really happened: late clock changes, trips with and without setting the clock, a factory
//! date, a new pump, and every kind of bolus, alarm and interruption.

use std::fmt::Write;

use chrono::{DateTime, Duration, Utc};
use store_duckdb::DuckStore;
use tandem_sim::history::{
    AlarmFamily, BolusEnd, BolusKind, BolusSource, BolusTruth, CgmStatus, ControlMode, History, IobMoment, PumpTruth,
    Scenario, SettingsEdit, SettingsEditTruth, SuspendReason, UserMode,
};

use test_data::effort;

use crate::domain::table;
use crate::everyday;
use crate::simulated::stored;

#[test]
fn every_table_tells_what_happened() {
    let history = Scenario::torture(1).days(effort(150, 400)).simulate();
    let mut pipeline = stored(&history);
    let store = pipeline.store().expect("the store");
    for (index, truth) in history.truth.pumps.iter().enumerate() {
        let pump = index + 1;
        instants(store, pump, &history, truth);
        boluses(store, pump, truth);
        basal(store, pump, truth);
        basal_of_days(store, pump, truth);
        readings(store, pump, truth);
        spans(store, pump, truth);
        temp_rates_and_sessions(store, pump, truth);
        alarms(store, pump, truth);
        sites(store, pump, truth);
        algorithm(store, pump, truth);
        reservoir(store, pump, truth);
        battery(store, pump, truth);
        settings_edits(store, pump, truth);
        carbs(store, pump, truth);
    }
    everyday::answers_are_true(store, &history);
    let faults: Vec<_> = store.verify().expect("verified").into_iter().filter(|finding| finding.is_fault).collect();
    assert_eq!(faults, [], "verify finds nothing wrong");
}

/// Compares two lists line by line and shows the first differences.
fn equal(what: &str, pump: usize, found: &[String], expected: &[String]) {
    let pairs = found.iter().zip(expected);
    let differences: Vec<_> = pairs.filter(|(found, expected)| found != expected).collect();
    let mut report = format!(
        "{what} of pump {pump}: {} found, {} expected, {} differ\n",
        found.len(),
        expected.len(),
        differences.len()
    );
    for (found, expected) in differences.iter().take(5) {
        writeln!(report, "found    {found}\nexpected {expected}").expect("a string takes any text");
    }
    assert!(differences.is_empty() && found.len() == expected.len(), "{report}");
    assert!(!found.is_empty(), "there is something to compare in {what}");
}

fn seconds(at: DateTime<Utc>) -> String {
    at.timestamp().to_string()
}

fn maybe(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "-".to_owned(), seconds)
}

fn instants(store: &mut DuckStore, pump: usize, history: &History, truth: &PumpTruth) {
    let query = format!(
        "SELECT sequence_number, epoch_us(timestamp_utc) // 1000000, utc_source IN ('zone', 'clock_change') FROM events WHERE pump_id = {pump} ORDER BY id"
    );
    let events = history.pumps[pump - 1].events.iter();
    let numbers = events.map(|event| event.header().sequence_number);
    let expected: Vec<String> =
        numbers.zip(&truth.instants).map(|(number, at)| format!("{number}|{}|true", seconds(*at))).collect();
    equal("instants", pump, &table(store, &query), &expected);
}

fn boluses(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT bolus_id, kind, user_override, source, status, requested_units, delivered_units, extended_units, extended_minutes, food_units,
                correction_units, carbs_grams, bg_mgdl, (iob_units::FLOAT::DOUBLE * 2 ** 40)::BIGINT, epoch_us(timestamp_utc) // 1000000,
                epoch_us(started_utc) // 1000000, epoch_us(ended_utc) // 1000000, last_events_id % 4294967296
         FROM boluses WHERE pump_id = {pump} ORDER BY events_id"
    );
    let expected: Vec<String> = truth.boluses.iter().map(bolus).collect();
    equal("boluses", pump, &table(store, &query), &expected);
}

fn bolus(bolus: &BolusTruth) -> String {
    let units = |milliunits: u32| format!("{:?}", f64::from(milliunits) / 1000.0);
    let minutes = if bolus.extended > 0 { bolus.extended_minutes.to_string() } else { "-".to_owned() };
    let bg = if bolus.bg_mgdl > 0 { bolus.bg_mgdl.to_string() } else { "-".to_owned() };
    let carbs = if bolus.carbs_grams > 0 { bolus.carbs_grams.to_string() } else { "-".to_owned() };
    let started = maybe(bolus.started);
    [
        bolus.bolus_id.to_string(),
        kind(bolus).to_owned(),
        bolus.user_override.to_string(),
        source(bolus).to_owned(),
        status(bolus).to_owned(),
        units(bolus.requested),
        units(bolus.delivered),
        units(bolus.extended),
        minutes,
        units(bolus.food),
        units(bolus.correction),
        carbs,
        bg,
        // As a whole number: the two languages write the last digit of some floats differently.
        ((f64::from(bolus.iob_units) * f64::from(2_u32).powi(40)) as i64).to_string(),
        seconds(bolus.requested_at),
        started,
        maybe(bolus.ended),
        bolus.sequences.last().expect("a bolus has messages").to_string(),
    ]
    .join("|")
}

/// The kind of a bolus, as the database names it.
pub(crate) fn kind(bolus: &BolusTruth) -> &'static str {
    match bolus.kind {
        BolusKind::Automatic => "automatic",
        BolusKind::Extended => "extended",
        BolusKind::Quick => "quick",
        _ if bolus.food > 0 && bolus.correction > 0 => "food_and_correction",
        _ if bolus.food > 0 => "food",
        _ => "correction",
    }
}

/// Who asked for a bolus.
pub(crate) fn source(bolus: &BolusTruth) -> &'static str {
    match bolus.source {
        BolusSource::Algorithm => "automatic",
        BolusSource::Phone => "remote",
        BolusSource::Button | BolusSource::Pump => "user",
    }
}

/// How a bolus ended.
pub(crate) fn status(bolus: &BolusTruth) -> &'static str {
    match bolus.end {
        BolusEnd::Cancelled => "cancelled",
        BolusEnd::Alarm => "stopped_by_alarm",
        BolusEnd::Malfunction => "stopped_by_malfunction",
        BolusEnd::Completed => "completed",
        BolusEnd::Rejected => "rejected",
        BolusEnd::LowGlucoseSuspend => "stopped_by_low_glucose",
        BolusEnd::InProgress if bolus.started.is_some() => "in_progress",
        BolusEnd::InProgress => "requested",
    }
}

fn basal(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, epoch_us(started_utc) // 1000000, epoch_us(started_utc) // 1000000 + seconds,
                (rate_units_per_hour * 1000)::INTEGER, source
         FROM basal_spans WHERE pump_id = {pump} ORDER BY events_id"
    );
    let sources = ["suspended", "profile", "temp_rate", "algorithm", "temp_rate_and_algorithm"];
    let span = |span: &tandem_sim::history::BasalSpan| {
        let source = sources[usize::from(span.source)];
        format!("{}|{}|{}|{}|{source}", span.sequence, seconds(span.start), seconds(span.end), span.rate)
    };
    equal("basal spans", pump, &table(store, &query), &truth.basal.iter().map(span).collect::<Vec<_>>());
}

fn basal_of_days(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query =
        format!("SELECT day, basal_units FROM daily_totals WHERE pump_id = {pump} AND basal_hours > 0 ORDER BY day");
    let day = |(day, delivered): (chrono::NaiveDate, tandem_sim::history::DeliveredBasal)| {
        format!("{day}|{:.3}", delivered.units())
    };
    let rounded = |row: &String| {
        let (day, units) = row.split_once('|').expect("two columns");
        format!("{day}|{:.3}", units.parse::<f64>().expect("units"))
    };
    let found: Vec<String> = table(store, &query).iter().map(rounded).collect();
    equal("basal by day", pump, &found, &truth.basal_by_local_day().into_iter().map(day).collect::<Vec<_>>());
}

fn readings(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT epoch_us(timestamp_utc) // 1000000, timestamp, status, cgm_reading, events_id % 4294967296 FROM cgm_readings
         WHERE pump_id = {pump} ORDER BY timestamp_utc"
    );
    let expected = truth.cgm.iter().map(|reading| {
        let (status, shown) = match reading.status {
            CgmStatus::Low => ("low", 39),
            CgmStatus::High => ("high", 401),
            CgmStatus::Ok | CgmStatus::Hidden => ("ok", reading.display_value),
        };
        format!("{}|{}|{status}|{shown}|{}", seconds(reading.measured), reading.measured_wall, reading.sequences[0])
    });
    equal("readings", pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

fn spans(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let suspended = |reason: SuspendReason| match reason {
        SuspendReason::User => "user",
        SuspendReason::Alarm => "alarm",
        SuspendReason::Malfunction => "malfunction",
        SuspendReason::LowGlucose => "low_glucose",
    };
    let user = |mode: UserMode| match mode {
        UserMode::Sleeping => "sleeping",
        UserMode::Exercising => "exercising",
    };
    let control = |mode: ControlMode| match mode {
        ControlMode::NoControl => "no_control",
        ControlMode::OpenLoop => "open_loop",
        ControlMode::Pining => "waiting",
        ControlMode::ClosedLoop => "closed_loop",
    };
    check_spans(store, pump, ("suspensions", "reason"), &truth.suspensions, suspended);
    check_spans(store, pump, ("user_modes", "mode"), &truth.user_modes, user);
    check_spans(store, pump, ("control_iq_modes", "mode"), &truth.control_modes, control);
}

fn check_spans<T: Copy>(
    store: &mut DuckStore,
    pump: usize,
    (name, column): (&str, &str),
    truth: &[tandem_sim::history::Span<T>],
    word: impl Fn(T) -> &'static str,
) {
    let query = format!(
        "SELECT events_id % 4294967296, ended_events_id % 4294967296, epoch_us(started_utc) // 1000000, epoch_us(ended_utc) // 1000000, {column}
         FROM {name} WHERE pump_id = {pump} ORDER BY events_id"
    );
    let expected = truth.iter().map(|span| {
        let end = span.end_sequence.map_or_else(|| "-".to_owned(), |sequence| sequence.to_string());
        let ended = span.end_sequence.and(span.end);
        format!("{}|{end}|{}|{}|{}", span.start_sequence, seconds(span.start), maybe(ended), word(span.what))
    });
    equal(name, pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

fn temp_rates_and_sessions(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, temp_rate_id, percent::INTEGER, set_minutes::INTEGER, epoch_us(started_utc) // 1000000, epoch_us(ended_utc) // 1000000
         FROM temp_rates WHERE pump_id = {pump} ORDER BY events_id"
    );
    let rate = |span: &tandem_sim::history::Span<tandem_sim::history::TempRate>| {
        let rate = span.what;
        format!(
            "{}|{}|{}|{}|{}|{}",
            span.start_sequence,
            rate.id,
            rate.percent,
            rate.minutes,
            seconds(span.start),
            maybe(span.end)
        )
    };
    equal("temporary rates", pump, &table(store, &query), &truth.temp_rates.iter().map(rate).collect::<Vec<_>>());
    let query = format!(
        "SELECT events_id % 4294967296, ended_events_id % 4294967296, epoch_us(started_utc) // 1000000, epoch_us(ended_utc) // 1000000,
                epoch_us(sensor_started_utc) // 1000000
         FROM sensor_sessions WHERE pump_id = {pump} ORDER BY events_id"
    );
    let session = |session: &tandem_sim::history::SensorSessionTruth| {
        let end = session.stop_sequence.map_or_else(|| "-".to_owned(), |sequence| sequence.to_string());
        let ends = maybe(session.stop_sequence.and(session.stopped));
        format!(
            "{}|{end}|{}|{ends}|{}",
            session.join_sequence,
            seconds(session.joined),
            seconds(session.sensor_started)
        )
    };
    equal(
        "sensor sessions",
        pump,
        &table(store, &query),
        &truth.sensor_sessions.iter().map(session).collect::<Vec<_>>(),
    );
}

fn alarms(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, family, alarm_number, epoch_us(timestamp_utc) // 1000000, epoch_us(acknowledged_utc) // 1000000,
                epoch_us(cleared_utc) // 1000000
         FROM alarms WHERE pump_id = {pump} ORDER BY events_id"
    );
    let last = *truth.instants.last().expect("events");
    let logged = |at: Option<DateTime<Utc>>| maybe(at.filter(|at| *at <= last + Duration::zero()));
    let mut truth: Vec<_> = truth.alarms.iter().collect();
    truth.sort_by_key(|alarm| alarm.raised_sequence);
    let expected = truth.into_iter().map(|alarm| {
        let family = match alarm.family {
            AlarmFamily::Alert => "alert",
            AlarmFamily::Alarm => "alarm",
            AlarmFamily::Malfunction => "malfunction",
            AlarmFamily::Cgm => "cgm",
        };
        let (acknowledged, cleared) = (logged(alarm.acknowledged), logged(alarm.cleared));
        format!("{}|{family}|{}|{}|{acknowledged}|{cleared}", alarm.raised_sequence, alarm.id, seconds(alarm.raised))
    });
    equal("alarms", pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

fn sites(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query =
        format!("SELECT events_id % 4294967296, kind FROM site_changes WHERE pump_id = {pump} ORDER BY events_id");
    let mut truth = truth.sites.clone();
    truth.sort_by_key(|(_, sequence)| *sequence);
    let expected = truth.into_iter().map(|(code, sequence)| {
        let kind = match code {
            31 => "cartridge_removed",
            32 => "cartridge_inserted",
            33 => "cartridge_filled",
            63 => "tubing_filled",
            _ => "cannula_filled",
        };
        format!("{sequence}|{kind}")
    });
    equal("site changes", pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

/// What Control-IQ saw, predicted and did, and insulin on board around boluses.
fn algorithm(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, epoch_us(timestamp_utc) // 1000000, glucose_mgdl, round(predicted_mgdl * 100)::INTEGER,
                round(net_iob_units * 1000)::INTEGER, brake_percent, model_events_id - events_id
         FROM control_iq_cycles WHERE pump_id = {pump} ORDER BY events_id"
    );
    let expected = truth.cycles.iter().map(|cycle| {
        format!(
            "{}|{}|{}|{}|{}|{:?}|1",
            cycle.sequence,
            seconds(cycle.at),
            cycle.glucose_mgdl,
            cycle.predicted_hundredths,
            cycle.net_iob,
            cycle.brake_percent
        )
    });
    equal("cycles of Control-IQ", pump, &table(store, &query), &expected.collect::<Vec<_>>());
    let query = format!(
        "SELECT events_id % 4294967296, moment, bolus_id, round(iob_units * 10000)::INTEGER,
                round(delivered_units * 10000)::INTEGER, round(mudaliar_iob_units * 10000)::INTEGER, action_minutes
         FROM iob_snapshots WHERE pump_id = {pump} ORDER BY events_id"
    );
    let mut snapshots = truth.iob_snapshots.clone();
    snapshots.sort_by_key(|snapshot| snapshot.sequence);
    let expected = snapshots.iter().map(|snapshot| {
        let digits = |units: f32| (f64::from(units) * 10_000.0).round();
        let (iob, mudaliar) = (digits(snapshot.iob_units), digits(snapshot.iob_units * 0.8));
        let entry = match snapshot.moment {
            IobMoment::Before(bolus) => format!("before_bolus|{bolus}|{iob}|-|{mudaliar}|-"),
            IobMoment::After(bolus) => format!("after_bolus|{bolus}|{iob}|-|{mudaliar}|-"),
            IobMoment::Added(units) => format!("bolus_added|-|-|{}|{mudaliar}|300.0", digits(units)),
        };
        format!("{}|{entry}", snapshot.sequence)
    });
    equal("insulin on board", pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

/// What was in the cartridge, and what is left when the log ends.
fn reservoir(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, (units * 100)::INTEGER FROM reservoir_readings WHERE pump_id = {pump} AND kind = 'estimate' ORDER BY events_id"
    );
    let expected = truth
        .reservoir
        .iter()
        .map(|reading| format!("{}|{}", reading.sequence, (f64::from(reading.units) * 100.0).round()));
    let (found, expected) = (table(store, &query), expected.collect::<Vec<_>>());
    assert_eq!(found, expected, "estimates of the insulin left of pump {pump}");
    let query = format!("SELECT units_left FROM insulin_left WHERE pump_id = {pump}");
    let left: f64 = table(store, &query)[0].parse().expect("units left");
    // The pump reports whole units, and what a running bolus had delivered when it did is not known.
    let difference = left - truth.reservoir_units;
    assert!(difference.abs() < 1.5, "{left} U left in pump {pump}, expected {}", truth.reservoir_units);
}

/// The charge that the battery reported by itself.
fn battery(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, kind, charge_percent, millivolts FROM battery_readings
         WHERE pump_id = {pump} AND kind IN ('hourly', 'estimate') ORDER BY events_id"
    );
    let expected = truth.battery.iter().map(|reading| {
        let kind = if reading.code == 271 { "hourly" } else { "estimate" };
        format!("{}|{kind}|{}|{}", reading.sequence, reading.percent, 3_600 + 6 * i32::from(reading.percent))
    });
    equal("the battery", pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

/// Limits and segments that were set.
fn settings_edits(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT events_id % 4294967296, what, start_minute, (basal_units_per_hour * 1000)::INTEGER, isf,
                (previous_limit * 1000)::INTEGER, (coalesce(max_basal_units_per_hour, max_bolus_units) * 1000)::INTEGER
         FROM settings_edits WHERE pump_id = {pump} AND what IN ('segment', 'max_basal', 'max_bolus') ORDER BY events_id"
    );
    let expected = truth.settings_edits.iter().map(|SettingsEditTruth { edit, sequence }| match edit {
        SettingsEdit::Segment { start_minute, basal, sensitivity } => {
            format!("{sequence}|segment|{start_minute}|{basal}|{sensitivity}|-|-")
        }
        SettingsEdit::MaxBasal { previous, limit } => format!("{sequence}|max_basal|-|-|-|{previous}|{limit}"),
        SettingsEdit::MaxBolus { previous, limit } => format!("{sequence}|max_bolus|-|-|-|{previous}|{limit}"),
    });
    equal("edits of the settings", pump, &table(store, &query), &expected.collect::<Vec<_>>());
}

/// Carbs count once, whoever tells them.
fn carbs(store: &mut DuckStore, pump: usize, truth: &PumpTruth) {
    let query = format!(
        "SELECT count(*), sum(carbs_grams)::BIGINT FROM carb_entries WHERE pump_id = {pump} AND bolus_id IS NOT NULL"
    );
    let grams: Vec<_> =
        truth.boluses.iter().map(|bolus| u64::from(bolus.carbs_grams)).filter(|grams| *grams > 0).collect();
    let expected = format!("{}|{}", grams.len(), grams.iter().sum::<u64>());
    assert_eq!(table(store, &query), [expected], "carbs of pump {pump}");
}

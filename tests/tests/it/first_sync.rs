//! A first sync brings everything once, a second asks one question.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};
use pump_events::{Event, decode_raw};
use store_duckdb::DuckStore;
use tandem_sim::history::{Scenario, SimPump};
use tandem_sim::service::{Behaviour, Endpoint};
use tandem_tests::contents::{count, texts};
use tandem_tests::setup::Setup;
use test_data::effort;

/// Two pumps, 400 days, everything that can happen, and a service that shuffles, repeats and ignores what it is asked.
#[test]
fn four_hundred_days_of_two_pumps_arrive_once() -> Result<()> {
    let history = Arc::new(Scenario::torture(11).days(effort(100, 400)).simulate());
    let setup = Setup::new(&history, Behaviour::unkind())?;
    let began = Instant::now();
    let report = setup.sync("tandem.db")?;
    let (seconds, events) = (began.elapsed().as_secs_f64(), history.event_count() as u64);
    eprintln!(
        "first sync: {events} events, {} requests, {:.0} MB received, {seconds:.1} s, file {} bytes/event, peak memory of \
         service and client {} MiB",
        setup.sim.requests().len(),
        report.fetch.bytes as f64 / 1e6,
        std::fs::metadata(setup.path("tandem.db"))?.len() / events,
        peak_memory_mib()?,
    );
    let total = report.fetch.total();
    assert_eq!((total.new, total.revised, total.rejected), (events, 0, 0));
    let mut store = setup.store("tandem.db")?;
    for (table, rows) in
        [("raw_events", events), ("events", events), ("raw_event_revisions", 0), ("rejected_events", 0)]
    {
        assert_eq!(count(&mut store, table)?, rows, "{table}");
    }
    history.pumps.iter().try_for_each(|pump| ensure_complete(&mut store, pump))?;
    drop(store);
    second_sync_asks_once(&setup)
}

fn second_sync_asks_once(setup: &Setup) -> Result<()> {
    let before = setup.sim.requests().len();
    let report = setup.sync("tandem.db")?;
    let asked: Vec<_> = setup.sim.requests()[before..].iter().map(|request| request.endpoint).collect();
    assert_eq!(asked, [Endpoint::Pumper]);
    assert_eq!((report.fetch.windows(), report.parse.events, report.derive.tables.len()), (0, 0, 0));
    Ok(())
}

/// Events compared at a time.
const CHUNK: usize = 100_000;

/// Every event of `pump` is stored, raw and decoded, with the content that the pump logged.
fn ensure_complete(store: &mut DuckStore, pump: &SimPump) -> Result<()> {
    let id = format!("SELECT id::VARCHAR FROM pumps WHERE serial_number = '{}'", pump.serial);
    let id = texts(store, &id)?.concat();
    for events in pump.events.chunks(CHUNK) {
        let stored = stored(store, &id, number_of(&events[0]), number_of(&events[events.len() - 1]))?;
        ensure!(stored.len() == events.len(), "{} events instead of {}", stored.len(), events.len());
        for (row, event) in stored.iter().zip(events) {
            ensure_same(row, event).with_context(|| format!("event {}", number_of(event)))?;
        }
    }
    Ok(())
}

fn number_of(event: &Event) -> u32 {
    event.header().sequence_number
}

/// One event in both of its tables.
struct Stored {
    sequence_number: u32,
    raw: String,
    timestamp: String,
    name: String,
    data: String,
}

fn stored(store: &mut DuckStore, pump: &str, first: u32, last: u32) -> Result<Vec<Stored>> {
    let query = format!(
        "SELECT r.sequence_number, r.raw_event_data, e.timestamp::VARCHAR, e.event_name, e.event_data
         FROM raw_events r JOIN events e ON e.raw_events_id = r.id AND e.event_id = r.event_code AND e.timestamp = r.pump_time
         WHERE r.pump_id = {pump} AND r.sequence_group = 0 AND r.sequence_number BETWEEN {first} AND {last} ORDER BY r.id"
    );
    let mut statement = store.connection()?.prepare(&query)?;
    let rows = statement.query_map([], |row| {
        let (sequence_number, raw) = (row.get(0)?, row.get(1)?);
        Ok(Stored { sequence_number, raw, timestamp: row.get(2)?, name: row.get(3)?, data: row.get(4)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn ensure_same(stored: &Stored, event: &Event) -> Result<()> {
    let header = event.header();
    ensure!(stored.sequence_number == header.sequence_number, "is number {}", stored.sequence_number);
    let wall_clock = header.pump_time.to_naive().format("%Y-%m-%d %H:%M:%S").to_string();
    ensure!(stored.timestamp == wall_clock, "is dated {}, not {wall_clock}", stored.timestamp);
    ensure!(stored.name == event.name(), "is named {}, not {}", stored.name, event.name());
    ensure!(decode_raw(&stored.raw)?.same_content(event), "says {}", stored.raw);
    if event.layout().is_some_and(|layout| !layout.fields.is_empty()) {
        let mut data = String::new();
        event.write_json(&mut data);
        ensure!(stored.data == data, "is decoded as {}, not {data}", stored.data);
    }
    Ok(())
}

fn peak_memory_mib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or("0 kB");
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? / 1024)
}

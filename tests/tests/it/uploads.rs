//! A year of uploads, synced one by one, against one sync at the end.

use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use chrono::TimeDelta;
use pump_events::Event;
use tandem_sim::history::{History, Scenario};
use tandem_sim::service::{Behaviour, Filter, Order};
use tandem_sim::timeline::{Timeline, Upload, UploadHabits};
use tandem_tests::contents::{count, ensure_same};
use tandem_tests::setup::Setup;
use test_data::effort;

/// The codes that Tandem's web application asks for, uploaded every tenth day: an hour's rhythm would mean 8,760 syncs.
#[test]
fn a_year_of_syncs_equals_one_at_the_end() -> Result<()> {
    let year = Scenario::torture(7).days(effort(90, 365)).with_behaviours(|behaviours| behaviours.other_codes = false);
    let history = Arc::new(thinned(year.simulate()));
    let timeline = unreliable_uploads(&history);
    let behaviour =
        Behaviour { filter: Filter::Ignored, order: Order::Shuffled, duplicates: 0.01, ..Behaviour::default() };
    let setup = Setup::with_timeline(&history, behaviour, timeline.clone())?;
    let began = Instant::now();
    let arrived = replay(&setup, &timeline)?;
    eprintln!(
        "a year of uploads: {} uploads, {arrived} events, {} requests, {:.1} s",
        timeline.uploads().len(),
        setup.sim.requests().len(),
        began.elapsed().as_secs_f64()
    );
    let report = setup.sync("once.db")?;
    assert_eq!((arrived, report.fetch.total().new), (history.event_count() as u64, history.event_count() as u64));
    // One sync sees the settings of that day alone.
    let mut store = setup.store("replayed.db")?;
    ensure_same(&mut store, &setup.path("once.db"), &["pump_settings", "pump_settings_changes"])?;
    store.connection()?.execute_batch(&format!("ATTACH '{}' AS once (READ_ONLY)", setup.path("once.db").display()))?;
    let lost = "once.pump_settings ANTI JOIN pump_settings USING (pump_id, settings_hash, details)";
    assert_eq!(count(&mut store, lost)?, 0, "settings that only one sync saw");
    Ok(())
}

/// Of the events that come every few minutes one in seven, so that what is rare is not drowned.
fn thinned(mut history: History) -> History {
    for (pump, truth) in history.pumps.iter_mut().zip(&mut history.truth.pumps) {
        let frequent = |code| matches!(code, 81 | 140 | 256 | 279 | 399);
        let stays =
            |event: &Event| !frequent(event.header().code.0) || event.header().sequence_number.is_multiple_of(7);
        let mut kept = pump.events.iter().map(stays).collect::<Vec<_>>().into_iter();
        truth.instants.retain(|_| kept.next().unwrap_or(false));
        pump.events.retain(stays);
    }
    history
}

/// Syncs a few minutes after each upload; returns how many events came as new.
fn replay(setup: &Setup, timeline: &Timeline) -> Result<u64> {
    let mut pipeline = setup.pipeline("replayed.db")?;
    let mut arrived = 0;
    for upload in timeline.uploads() {
        setup.sim.advance_uploads(1);
        setup.clock.set(upload.at + TimeDelta::minutes(4));
        arrived += setup.sync_with(&mut pipeline)??.fetch.total().new;
    }
    Ok(arrived)
}

/// Late uploads, uploads whose older half comes later, a second pump by cable; and a backlog of ten days, of which the
/// newest day comes first.
fn unreliable_uploads(history: &History) -> Timeline {
    let habits = UploadHabits { every_minutes: 10 * 1_440, late: 0.1, out_of_order: 0.1, ..UploadHabits::unreliable() };
    let planned = Timeline::new(history, habits, 7);
    let mut uploads = planned.uploads().to_vec();
    let backlog =
        uploads.iter().enumerate().filter(|(_, upload)| upload.pump == 0).max_by_key(|(_, upload)| upload.events.len());
    if let Some((place, _)) = backlog {
        let Upload { at, pump, events, client } = uploads.remove(place);
        let newest_day = events.end - events.len() / 10;
        let later = at + TimeDelta::hours(9);
        uploads.push(Upload { at, pump, events: newest_day..events.end, client });
        uploads.push(Upload { at: later, pump, events: events.start..newest_day, client });
    }
    uploads.sort_by_key(|upload| upload.at);
    Timeline::from_uploads(history, uploads)
}

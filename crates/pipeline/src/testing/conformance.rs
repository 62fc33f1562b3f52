//! The store contracts as checks. An implementation runs [`check_store`] with a way to open a fresh store and a way to
//! close and reopen one.

use chrono::{DateTime, Days, Duration, NaiveDate, TimeZone, Utc};
use pump_events::PumpTime;

use super::{ASSIGNMENT, basal_event, batch_of};
use crate::clock_model::{ClockHistory, PumpClock, UtcSource, ZoneHistory};
use crate::fetch::drift::Drift;
use crate::fetch::plausibility::AnswerDoubt;
use crate::parse::parse;
use crate::progress::StopSignal;
use crate::store::{DayLog, FetchedWindow, PageCounts, PendingDerivation, RawPage, RunId, Stage, StoreErrorKind};
use crate::{
    Account, AccountId, AssignmentId, DayRange, EventId, PumpId, PumpKey, PumpListing, RawBatch, RejectedEvent,
    SerialNumber, Store,
};

/// Runs every check of the contracts of `RawStore`, `EventStore` and `DomainStore`.
///
/// `open` makes a new empty store; `reopen` closes a store and opens it again (a store in memory is handed back).
///
/// # Panics
/// When a contract is broken, saying which.
pub fn check_store<S: Store>(open: impl Fn() -> S, reopen: impl Fn(S) -> S) {
    pages_count_new_duplicate_and_revised(open());
    a_page_that_repeats_itself_is_folded(open());
    other_encodings_of_the_same_event_are_duplicates(open());
    events_without_identity_are_quarantined(open());
    what_can_be_identified_later_is_recovered(open());
    another_format_replaces_nothing(open());
    the_days_of_a_log_are_counted(open());
    comparing_writes_nothing(open());
    the_fetch_log_is_written_with_its_page(open());
    pumps_are_known_by_serial_and_by_assignment(open());
    a_store_holds_one_persons_history(open());
    two_names_of_one_pump_become_one(open());
    unparsed_events_come_in_order_and_once(open());
    another_dictionary_decodes_everything_again(open());
    clocks_move_instants(open());
    derivation_starts_at_the_earliest_change(open());
    clearing_keeps_raw_events(open());
    what_returned_survives_reopening(open(), reopen);
}

/// A store with one pump and one run, and the calls the checks make of it.
struct Bench<S> {
    store: S,
    pump: PumpId,
    run: RunId,
}

impl<S: Store> Bench<S> {
    fn new(mut store: S) -> Self {
        let key = PumpKey::Assignment(AssignmentId::new(ASSIGNMENT));
        let pump = store.pump_for(&key, noon()).expect("a pump can be added");
        let run = store.begin_run(Stage::Import, noon()).expect("a run can begin");
        Self { store, pump, run }
    }

    fn page(&mut self, texts: &[String]) -> PageCounts {
        let events = batch_of(texts.iter().map(String::as_str));
        let page = RawPage { pump: self.pump, run: self.run, received: noon(), events: &events, window: None };
        self.store.store_page(&page).expect("a page can be stored")
    }

    fn unparsed(&mut self, dictionary: &str) -> Vec<EventId> {
        let mut ids = Vec::new();
        let mut after = None;
        while let Some(batch) = self.store.unparsed(dictionary, after, 1).expect("raw events can be read") {
            ids.extend(batch.events.rows().iter().map(|event| event.id));
            after = Some(batch.last);
        }
        ids
    }

    fn parse(&mut self) -> u64 {
        parse(&mut self.store, &StopSignal::default(), &mut |_| ()).expect("events can be decoded").events
    }

    fn id(&self, sequence_number: u32) -> EventId {
        EventId::new(self.pump, crate::EventKey { sequence_group: 0, sequence_number })
    }
}

fn noon() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 7, 1, 12, 0, 0).single().expect("a moment that exists once")
}

fn wall(minute: i64) -> PumpTime {
    let start = noon().naive_utc() - Duration::days(30);
    PumpTime::from_naive(start + Duration::minutes(minute)).expect("within the pump's time")
}

fn basal(sequence_number: u32, rate: u16) -> String {
    basal_event(sequence_number, wall(i64::from(sequence_number) * 5), rate)
}

fn counts(new: u64, duplicate: u64, revised: u64) -> PageCounts {
    PageCounts { new, duplicate, revised, rejected: 0 }
}

fn pages_count_new_duplicate_and_revised<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let first = [basal(1, 100), basal(2, 200), basal(4, 400)];
    assert_eq!(bench.page(&first), counts(3, 0, 0), "a first page is new");
    assert_eq!(bench.page(&first), counts(0, 3, 0), "the same page again is all duplicates");
    assert_eq!(bench.page(&[basal(2, 222), basal(3, 300)]), counts(1, 0, 1), "other content revises");
    assert_eq!(bench.page(&first), counts(0, 3, 0), "a former revision is no news");
    assert_eq!(bench.page(&[basal(2, 222)]), counts(0, 1, 0), "nor is the current one");
}

fn a_page_that_repeats_itself_is_folded<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let page = [basal(1, 100), basal(2, 200), basal(1, 100), basal(2, 222)];
    assert_eq!(bench.page(&page), counts(2, 1, 1), "within a page the last one wins");
    assert_eq!(bench.page(&page), counts(0, 4, 0), "and the page again is no news");
    assert_eq!(bench.unparsed("d").len(), 2, "each identity has one current row");
}

fn other_encodings_of_the_same_event_are_duplicates<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let json = basal(1, 100);
    let event = pump_events::decode_raw(&json).expect("an event of the test");
    let record = pump_events::encode_raw_record(&pump_events::encode_record(&event));
    assert_ne!(json, record, "two encodings differ in text");
    assert_eq!(bench.page(&[json]), counts(1, 0, 0));
    assert_eq!(bench.page(&[record]), counts(0, 1, 0), "the same event as a record is a duplicate");
}

fn events_without_identity_are_quarantined<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let mut events = batch_of([basal(1, 100).as_str()]);
    events.reject(RejectedEvent { data: r#"{"eventCode":279}"#.to_owned(), reason: "no sequenceNumber".to_owned() });
    let page = RawPage { pump: bench.pump, run: bench.run, received: noon(), events: &events, window: None };
    for new in [1, 0] {
        let stored = bench.store.store_page(&page).expect("a page can be stored");
        assert_eq!(stored, PageCounts { new, duplicate: 1 - new, revised: 0, rejected: 1 });
    }
    assert_eq!(bench.unparsed("d").len(), 1, "what has no identity is never decoded");
}

fn what_can_be_identified_later_is_recovered<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let reject = |text: &str| RejectedEvent { data: text.to_owned(), reason: "not yet known".to_owned() };
    let (mut rejected, odd) = (RawBatch::default(), "{\"odd\":true}");
    for text in [&basal(1, 100), &basal(2, 200), odd] {
        rejected.reject(reject(text));
    }
    let (pump, run) = (bench.pump, bench.run);
    let page = |events| RawPage { pump, run, received: noon(), events, window: None };
    bench.store.store_page(&page(&rejected)).expect("a page can be stored");
    assert_eq!(bench.page(&[basal(1, 111)]), counts(1, 0, 0));
    let recovered = [basal(1, 100), basal(2, 200)];
    let recovered = batch_of(recovered.iter().map(String::as_str));
    let stored = bench.store.recover_rejected(&page(&recovered)).expect("events can be recovered");
    assert_eq!(stored, counts(1, 0, 1));
    assert_eq!(bench.page(&[basal(1, 111), basal(2, 200)]), counts(0, 2, 0), "what came since stays current");
    assert_eq!(bench.store.rejected().expect("rejected ones can be read"), [(pump, reject(odd))]);
}

fn another_format_replaces_nothing<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(1, 100)]);
    let (days, texts) = (DayRange::new(noon().date_naive(), noon().date_naive()), [basal(1, 0), basal(2, 0)]);
    let doubt = AnswerDoubt::Format(Drift::UnknownTypes { events: 1, of: 1 }).to_mark();
    let window =
        FetchedWindow { assignment_id: None, days: days.expect("a day"), last_upload: None, doubt: Some(doubt) };
    let events = batch_of(texts.iter().map(String::as_str));
    let page = RawPage { pump: bench.pump, run: bench.run, received: noon(), events: &events, window: Some(window) };
    assert_eq!(bench.store.store_page(&page).expect("a page can be stored"), counts(1, 0, 1));
    assert_eq!(bench.store.store_page(&page).expect("and again"), counts(0, 2, 0));
    assert_eq!(
        bench.page(&[basal(1, 100), basal(2, 200)]),
        counts(0, 1, 1),
        "what is new is replaced by a good answer"
    );
}

fn the_days_of_a_log_are_counted<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let on = |day: i64, number| basal_event(number, wall(day * 1440), 100);
    bench.page(&[on(0, 1), on(0, 4), on(2, 5), on(2, 6)]);
    let day = |day: i64, events, first, last| {
        let day = wall(day * 1440).to_naive().date();
        DayLog { day, sequence_group: 0, events, first, last }
    };
    let log = bench.store.day_log(bench.pump).expect("days can be read");
    assert_eq!(log, [day(0, 2, 1, 4), day(2, 2, 5, 6)]);
    for (from, to, events) in [(0, 2, 4), (0, 1, 2), (1, 1, 0), (2, 2, 2)] {
        let days = DayRange::new(log[0].day + Days::new(from), log[0].day + Days::new(to)).expect("days in order");
        assert_eq!(bench.store.count_events(bench.pump, days).expect("events can be counted"), events, "{days}");
    }
}

fn comparing_writes_nothing<S: Store>(mut store: S) {
    let key = PumpKey::Serial(SerialNumber::new("11"));
    let events = batch_of([basal(1, 100).as_str()]);
    for _ in 0..2 {
        let compared = store.compare_page(&key, &events).expect("a page can be compared");
        assert_eq!(compared, counts(1, 0, 0), "comparing counts as storing would");
    }
    assert_eq!(store.pumps().expect("pumps can be listed"), [], "and makes no pump known");
}

fn the_fetch_log_is_written_with_its_page<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let day = |day| NaiveDate::from_ymd_opt(2026, 6, day).expect("a day");
    let days = DayRange::new(day(1), day(28)).expect("days in order");
    let assignment_id = Some(AssignmentId::new("a"));
    let window =
        FetchedWindow { assignment_id, days, last_upload: Some(noon()), doubt: Some("too few events".to_owned()) };
    let events = batch_of([basal(1, 100).as_str()]);
    let page =
        RawPage { pump: bench.pump, run: bench.run, received: noon(), events: &events, window: Some(window.clone()) };
    bench.store.store_page(&page).expect("a page can be stored");
    let fetch_log = bench.store.fetch_windows(bench.pump).expect("the fetch log can be read");
    let [entry] = fetch_log.as_slice() else { panic!("one window was fetched, the fetch log has {}", fetch_log.len()) };
    assert_eq!((&entry.window, entry.fetched, entry.counts), (&window, noon(), counts(1, 0, 0)));
}

fn listing(serial: &str, assignment: Option<&str>) -> PumpListing {
    let model_name = Some("t:slim X2™ Insulin Pump".to_owned());
    PumpListing { model_name, last_upload: Some(noon()), ..super::listing(serial, assignment) }
}

fn pumps_are_known_by_serial_and_by_assignment<S: Store>(mut store: S) {
    let account = Account { id: None, pumps: vec![listing("11", Some("a")), listing("22", Some("b"))] };
    let ids = store.record_account(&account, noon()).expect("an account can be recorded");
    assert_eq!(ids, [PumpId(1), PumpId(2)], "pumps are numbered in the account's order");
    assert_eq!(store.record_account(&account, noon()).expect("again"), ids, "an account again changes nothing");
    for key in [PumpKey::Serial(SerialNumber::new("22")), PumpKey::Assignment(AssignmentId::new("b"))] {
        assert_eq!(store.pump_for(&key, noon()).expect("a pump can be found"), PumpId(2), "{key:?}");
    }
    let pumps = store.pumps().expect("pumps can be listed");
    assert_eq!(pumps[1].assignment_ids, [AssignmentId::new("b")]);
    assert_eq!(pumps[1].last_upload, Some(noon()));
}

fn a_store_holds_one_persons_history<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let account =
        |id: Option<&str>, serial| Account { id: id.map(AccountId::new), pumps: vec![listing(serial, Some(serial))] };
    let mine = account(Some("me"), "11");
    bench.store.check_account(&mine).expect("an empty store may become anyone's");
    bench.pump = bench.store.record_account(&account(None, "11"), noon()).expect("an account can be recorded")[0];
    bench.store.check_account(&account(Some("you"), "22")).expect("nothing was fetched yet");
    let days = DayRange::new(noon().date_naive(), noon().date_naive()).expect("a day");
    let window =
        FetchedWindow { assignment_id: Some(AssignmentId::new("11")), days, last_upload: Some(noon()), doubt: None };
    let events = batch_of([basal(1, 100).as_str()]);
    let page = RawPage { pump: bench.pump, run: bench.run, received: noon(), events: &events, window: Some(window) };
    bench.store.store_page(&page).expect("a page can be stored");
    let refuses = |store: &mut S, account: &Account| {
        let errors = [store.check_account(account).err(), store.record_account(account, noon()).err()];
        errors.map(|error| error.map(|error| error.kind)) == [Some(StoreErrorKind::OtherAccount); 2]
    };
    let known = bench.store.pumps().expect("pumps can be listed");
    assert!(refuses(&mut bench.store, &account(Some("you"), "22")), "no pump is known");
    assert_eq!(bench.store.pumps().expect("pumps can be listed"), known, "nothing was recorded");
    bench.store.record_account(&mine, noon()).expect("a pump is known");
    bench.store.check_account(&account(Some("me"), "33")).expect("the same person with a new pump");
    bench.store.check_account(&account(None, "11")).expect("a source that does not name the account");
    assert!(refuses(&mut bench.store, &account(Some("you"), "11")), "a pump that was given away");
}

fn two_names_of_one_pump_become_one<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(1, 100), basal(2, 200)]);
    let serial = PumpKey::Serial(SerialNumber::new("11"));
    bench.pump = bench.store.pump_for(&serial, noon()).expect("a pump can be added");
    bench.page(&[basal(2, 200), basal(3, 300)]);
    bench.parse();
    let pump = bench.store.link_pump(&listing("11", Some(ASSIGNMENT)), noon()).expect("two names can be linked");
    assert_eq!(pump, PumpId(1), "the pump known first stays");
    assert_eq!(bench.store.pumps().expect("pumps can be listed").len(), 1, "the other is gone");
    bench.pump = pump;
    let mut ids = bench.unparsed(pump_events::Dictionary::get().digest());
    ids.sort_unstable();
    assert_eq!(ids, [bench.id(1), bench.id(2), bench.id(3)], "all events are the one pump's, each once");
}

fn unparsed_events_come_in_order_and_once<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    let dictionary = pump_events::Dictionary::get().digest();
    bench.page(&[basal(8, 100), basal(9, 200)]);
    bench.page(&[basal(1, 300)]);
    assert_eq!(bench.unparsed(dictionary), [bench.id(8), bench.id(9), bench.id(1)], "in order of arrival");
    assert_eq!(bench.parse(), 3);
    assert_eq!(bench.unparsed(dictionary), [], "what is decoded is not reassigned");
    bench.page(&[basal(9, 222), basal(8, 100)]);
    assert_eq!(bench.unparsed(dictionary), [bench.id(9)], "what is revised is");
    assert_eq!(bench.parse(), 1);
    assert_eq!(bench.parse(), 0);
}

fn another_dictionary_decodes_everything_again<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(1, 100), basal(2, 200)]);
    bench.parse();
    assert_eq!(bench.unparsed("a newer dictionary").len(), 2);
}

fn clocks_move_instants<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(1, 100), basal(2, 200)]);
    bench.parse();
    let evidence = bench.store.clock_evidence().expect("evidence can be read");
    let [pump] = evidence.as_slice() else { panic!("one pump has events, evidence has {}", evidence.len()) };
    let [piece] = pump.pieces.as_slice() else { panic!("one run brought events, evidence has {}", pump.pieces.len()) };
    let ends = [(bench.id(1), wall(5).to_naive()), (bench.id(2), wall(10).to_naive())];
    assert_eq!(([piece.first, piece.last], piece.arrived, pump.changes.len()), (ends, Some(noon()), 0));
    let (id, history) = (pump.pump, ClockHistory { pieces: pump.pieces.clone(), ..ClockHistory::default() });
    settle(&mut bench);
    let zones = ZoneHistory::from_zone(chrono_tz::Europe::Berlin);
    let clock = PumpClock::build(&history, &zones);
    assert_eq!(clock.instant(bench.id(1), wall(5)).source, UtcSource::Zone);
    for pending in [1, 0] {
        bench.store.store_clocks(&zones, &[(id, clock.clone())]).expect("clocks can be stored");
        assert_eq!(bench.store.zone_history().expect("zones can be read"), zones);
        let derivations = bench.store.pending_derivations().expect("what is pending can be read");
        assert_eq!(
            derivations.len(),
            pending,
            "a clock that moves instants asks for a derivation, the same clock does not"
        );
        settle(&mut bench);
    }
}

fn settle<S: Store>(bench: &mut Bench<S>) {
    for pending in bench.store.pending_derivations().expect("what is pending can be read") {
        bench.store.derive(pending).expect("domain tables can be derived");
    }
}

fn derivation_starts_at_the_earliest_change<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(5, 100), basal(6, 200)]);
    bench.parse();
    let pending = |bench: &mut Bench<S>| bench.store.pending_derivations().expect("what is pending can be read");
    assert_eq!(pending(&mut bench), [PendingDerivation { pump: bench.pump, from: bench.id(5) }]);
    settle(&mut bench);
    assert_eq!(pending(&mut bench), [], "a derivation takes its pump off the list");
    bench.page(&[basal(9, 100)]);
    bench.page(&[basal(2, 100)]);
    bench.parse();
    assert_eq!(pending(&mut bench), [PendingDerivation { pump: bench.pump, from: bench.id(2) }]);
}

fn clearing_keeps_raw_events<S: Store>(store: S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(1, 100), basal(2, 200)]);
    bench.parse();
    settle(&mut bench);
    bench.store.clear_derived().expect("derived rows can be cleared");
    assert_eq!(bench.unparsed(pump_events::Dictionary::get().digest()).len(), 2, "raw events wait to be decoded again");
    assert_eq!(bench.parse(), 2);
}

fn what_returned_survives_reopening<S: Store>(store: S, reopen: impl Fn(S) -> S) {
    let mut bench = Bench::new(store);
    bench.page(&[basal(1, 100), basal(2, 200)]);
    bench.store.release().expect("a store can let go");
    assert_eq!(bench.page(&[basal(1, 100)]), counts(0, 1, 0), "a released store takes up again by itself");
    bench.parse();
    let Bench { store, pump, run } = bench;
    let mut bench = Bench { store: reopen(store), pump, run };
    assert_eq!(bench.page(&[basal(1, 100), basal(3, 300)]), counts(1, 1, 0));
    assert_eq!(bench.unparsed(pump_events::Dictionary::get().digest()), [bench.id(3)], "progress is kept");
}

//! A service that leaves out events or changes its format: nothing is lost without a word, and the next sync brings the rest.

use tandem_sim::history::Scenario;
use tandem_sim::service::{Alteration, Endpoint, Fault, FaultPlan, Mutation, When};

use crate::service::Service;
use crate::support::{Place, Said};

const EXIT_SERVICE: i32 = 4;
const EXIT_DATA: i32 = 6;

fn altered(when: When, alteration: Alteration) -> FaultPlan {
    FaultPlan::new().on(Endpoint::PumpLogs, when, Fault::Altered(alteration))
}

fn sync(service: &Service, place: &Place) -> Said {
    service.run(place, &["sync", "--time-zone", "UTC"])
}

const COUNTS: [&str; 5] = ["raw_events", "events", "cgm_readings", "boluses", "basal_deliveries"];

/// How many rows each of [`COUNTS`] has, as a line.
fn counts(place: &Place) -> String {
    let counts = COUNTS.map(|table| format!("(SELECT count(*) FROM {table})")).join(", ");
    let said = place.run(&["query", &format!("SELECT {counts}"), "--format", "csv"]);
    said.data.lines().nth(1).unwrap_or_else(|| panic!("counts: {}", said.talk)).to_owned()
}

/// A place where the service was in good order.
fn undisturbed(service: &Service) -> String {
    let place = Place::new();
    assert_eq!(sync(service, &place).code, 0);
    counts(&place)
}

/// Lets `alteration` happen to a first sync, and looks at what it says and at what the next ones bring.
#[track_caller]
fn check_healed(service: &Service, expected: &str, plan: &FaultPlan, code: i32, words: &str) {
    let place = Place::new();
    service.handle.set_faults(plan.clone());
    let said = sync(service, &place);
    assert_eq!(said.code, code, "{plan:?}: {}", said.talk);
    assert!(said.talk.contains(words), "{plan:?}: {words} not in {}", said.talk);
    if place.files().iter().any(|file| file == "tandem.db") && code == EXIT_DATA {
        let verified = place.run(&["verify"]);
        assert_eq!((verified.code, verified.data.contains("doubtful answers")), (EXIT_DATA, true), "{}", verified.data);
        let status = place.run(&["status"]);
        assert!(status.data.contains("doubtful"), "{}", status.data);
    }
    service.handle.set_faults(FaultPlan::new());
    let said = sync(service, &place);
    assert_eq!(said.code, 0, "{plan:?}, afterwards: {}", said.talk);
    assert_eq!(counts(&place), expected, "{plan:?}: everything is there with the next sync");
    assert_eq!(place.run(&["verify"]).code, 0, "{plan:?}");
}

#[test]
fn answers_with_too_few_events_are_reported_and_asked_for_again() {
    let service = Service::start(|_| ());
    let expected = undisturbed(&service);
    for alteration in [Alteration::NoEvents, Alteration::Thinned { percent: 50 }, Alteration::Thinned { percent: 20 }] {
        check_healed(&service, &expected, &altered(When::Always, alteration), EXIT_DATA, "is probably incomplete");
    }
    for alteration in [Alteration::NullEvents, Alteration::Message] {
        check_healed(
            &service,
            &expected,
            &altered(When::Always, alteration),
            EXIT_SERVICE,
            "Tandem changed its service",
        );
    }
}

#[test]
fn an_empty_answer_in_the_middle_of_a_history_is_reported_and_asked_for_again() {
    let service = Service::start(|config| {
        *config = tandem_sim::SimConfig::new(Scenario::quiet(63).simulate(), std::time::SystemTime::now);
    });
    let expected = undisturbed(&service);
    let second_window = When::Nth(service.handle.count(Endpoint::PumpLogs) + 2);
    check_healed(
        &service,
        &expected,
        &altered(second_window, Alteration::NoEvents),
        EXIT_DATA,
        "numbers of the pump's log are missing",
    );
}

#[test]
fn doubtful_days_are_not_asked_for_without_end() {
    let service = Service::start(|_| ());
    let place = Place::new();
    service.handle.set_faults(altered(When::Always, Alteration::Thinned { percent: 50 }));
    let asked = |code: i32| {
        let before = service.handle.count(Endpoint::PumpLogs);
        assert_eq!(sync(&service, &place).code, code);
        service.handle.count(Endpoint::PumpLogs) - before
    };
    let first = asked(EXIT_DATA);
    assert!(first > 0 && asked(EXIT_DATA) > 0 && asked(EXIT_DATA) > 0);
    asked(0);
    assert_eq!(asked(0), 0, "after four times the service is believed");
    let said = place.run(&["verify"]);
    assert!(said.data.contains("doubtful answers"), "but it stays worth knowing: {}", said.data);
}

#[test]
fn another_format_is_reported_and_what_came_in_it_is_kept() {
    let service = Service::start(|_| ());
    let expected = undisturbed(&service);
    let events: u64 = expected.split(',').next().and_then(|count| count.parse().ok()).expect("a count");
    let event = |name, mutation| Alteration::Event { code: None, name, mutation };
    let cgm = |name, mutation| Alteration::Property { code: None, name, mutation };
    let changed = "Tandem changed its format";
    let rows = [
        event("eventCode", Mutation::Renamed),
        event("sequenceNumber", Mutation::Null),
        event("pumpDateTime", Mutation::Offset),
        event("eventProperties", Mutation::Missing),
        event("eventProperties", Mutation::Null),
        event("eventProperties", Mutation::Renamed),
        cgm("currentGlucoseDisplayValue", Mutation::Null),
        cgm("currentGlucoseDisplayValue", Mutation::Renamed),
        cgm("currentGlucoseDisplayValue", Mutation::Object),
        cgm("egvTimeStamp", Mutation::Missing),
    ];
    for alteration in rows {
        let place = Place::new();
        service.handle.set_faults(altered(When::Always, alteration));
        let said = sync(&service, &place);
        assert_eq!((said.code, said.talk.contains(changed)), (EXIT_SERVICE, true), "{alteration:?}: {}", said.talk);
        let kept = place.number("SELECT (SELECT count(*) FROM raw_events) + (SELECT count(*) FROM rejected_events)");
        assert!(kept >= events, "{alteration:?}: of {events} events {kept} are kept");
        let verified = place.run(&["verify"]);
        assert_eq!(verified.code, EXIT_DATA, "{alteration:?}: {}", verified.data);
        service.handle.set_faults(FaultPlan::new());
        let said = sync(&service, &place);
        assert_eq!(said.code, 0, "{alteration:?}: {}", said.talk);
        assert_eq!(counts(&place), expected, "{alteration:?}");
    }
}

#[test]
fn a_history_that_was_read_is_not_replaced_by_one_in_another_format() {
    let service = Service::start(|_| ());
    let (place, expected) = (Place::new(), undisturbed(&service));
    assert_eq!(sync(&service, &place).code, 0);
    let glucose = "SELECT sum(cgm_reading)::UBIGINT FROM cgm_readings";
    let before = place.number(glucose);
    let null = Alteration::Property { code: None, name: "currentGlucoseDisplayValue", mutation: Mutation::Null };
    service.handle.set_faults(altered(When::Always, null));
    let said = service.run(&place, &["sync", "--full"]);
    assert_eq!(said.code, EXIT_SERVICE, "{}", said.talk);
    assert_eq!((counts(&place), place.number(glucose)), (expected, before));
}

#[test]
fn other_forms_of_the_same_values_are_read() {
    let service = Service::start(|_| ());
    let expected = undisturbed(&service);
    let glucose = "SELECT sum(cgm_reading)::UBIGINT FROM cgm_readings";
    let rows = [
        Alteration::Event { code: None, name: "eventCode", mutation: Mutation::Quoted },
        Alteration::Event { code: None, name: "sequenceNumber", mutation: Mutation::Quoted },
        Alteration::Event { code: None, name: "sequenceNumber", mutation: Mutation::Fraction },
        Alteration::Event { code: None, name: "pumpDateTime", mutation: Mutation::Zulu },
        Alteration::Property { code: None, name: "currentGlucoseDisplayValue", mutation: Mutation::Quoted },
        Alteration::Property { code: None, name: "currentGlucoseDisplayValue", mutation: Mutation::Fraction },
        Alteration::Property { code: None, name: "commandedRate", mutation: Mutation::Quoted },
    ];
    let mut sums = Vec::new();
    for alteration in rows {
        let place = Place::new();
        service.handle.set_faults(altered(When::Always, alteration));
        let said = sync(&service, &place);
        assert_eq!((said.code, counts(&place)), (0, expected.clone()), "{alteration:?}: {}", said.talk);
        sums.push(place.number(glucose));
        let is_reported = place.count("decode_problems WHERE field = 'pumpDateTime'") > 0;
        let has_zone = matches!(alteration, Alteration::Event { mutation: Mutation::Zulu, .. });
        assert_eq!(is_reported, has_zone, "{alteration:?}");
    }
    sums.dedup();
    assert_eq!(sums.len(), 1, "the same readings in every form");
}

#[test]
fn a_pump_without_a_last_upload_is_fetched_by_its_events() {
    let service = Service::start(|_| ());
    let expected = undisturbed(&service);
    for mutation in [Mutation::Missing, Mutation::Null, Mutation::Renamed] {
        let alteration = Alteration::Pump { name: "lastUploadDate", mutation };
        let plan = FaultPlan::new().on(Endpoint::Pumper, When::Always, Fault::Altered(alteration));
        service.handle.set_faults(plan);
        let place = Place::new();
        let said = sync(&service, &place);
        assert_eq!((said.code, counts(&place)), (0, expected.clone()), "{mutation:?}: {}", said.talk);
        assert!(said.talk.contains("does not say when pump"), "{mutation:?}: {}", said.talk);
        let before = service.handle.count(Endpoint::PumpLogs);
        assert_eq!(sync(&service, &place).code, 0);
        assert!(service.handle.count(Endpoint::PumpLogs) > before, "{mutation:?}: new days are asked for");
    }
}

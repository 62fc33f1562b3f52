//! A disk that is full or cannot be written to: a small file system in memory, which must be mounted.

use tandem_sim::history::Scenario;
use tandem_tests::campaign::{Campaign, Effect, KINDS, kind_of};
use tandem_tests::disk::SmallDisk;

use crate::support::{Place, event};

#[test]
fn a_full_disk_is_reported_and_loses_nothing() {
    let place = Place::new();
    let pump = &Scenario::quiet(63).simulate().pumps[0];
    let mut history = Vec::new();
    tandem_sim::writers::write_json_lines(&mut history, &pump.assignment_id, &pump.events).expect("written");
    place.file("history.json", history);
    place.file("one.json", event(1, 800));
    let disk = SmallDisk::new(&place.path().join("small"), 12 * 1024).expect("a folder").expect("it can be mounted");
    let first = place.run(&["import", "one.json", "--db", "small/small.db"]);
    let said = place.run(&["import", "history.json", "--db", "small/small.db"]);
    let count = "SELECT count(*) FROM raw_events WHERE sequence_number = 1";
    let after = place.run(&["query", count, "--db", "small/small.db", "--format", "csv"]);
    drop(disk);
    assert_eq!(first.code, 0, "{}", first.talk);
    assert_eq!((said.code, said.talk.contains("free some space and try again")), (5, true), "{}", said.talk);
    assert_eq!(after.data, "count_star()\n1\n", "what was there before is there: {}", after.talk);
}

/// The kinds of trouble in the fault campaign that need such a disk.
#[test]
fn trouble_with_a_disk_is_survived() {
    let mut campaign = Campaign::default();
    let kinds = KINDS.len() as u64;
    let seeds: Vec<u64> = (kinds..2 * kinds).filter(|seed| kind_of(*seed).needs_disk).collect();
    assert!(!seeds.is_empty());
    for seed in seeds {
        let effect = campaign.run(seed).unwrap_or_else(|error| panic!("seed {seed}: {error:#}"));
        assert_ne!(effect, Effect::Skipped, "seed {seed}");
    }
}

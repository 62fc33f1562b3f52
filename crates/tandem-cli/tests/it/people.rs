//! One person per file: whose history a database holds, several people in one configuration, and all of them in one run.

use crate::service::Service;
use crate::support::{Place, Said};

/// A service with the account of one person.
fn service_of(name: &str) -> Service {
    Service::start(|config| {
        config.account.email = format!("{name}@example.org");
        config.account.password = format!("secret of {name}");
        config.account.pumper_id = format!("00000000-0000-4000-8000-{:0>12}", name.len());
    })
}

/// A section of the configuration file.
fn section(name: &str, service: &Service) -> String {
    format!(
        "[person.{name}]\naccount = \"{name}@example.org\"\nregion = \"us\"\ndb = \"{name}.db\"\nendpoint = \"{}\"\n\
         password = \"secret of {name}\"\n",
        service.handle.url()
    )
}

fn configured(text: &str) -> Place {
    let place = Place::new();
    place.file("config.toml", text);
    place
}

fn run(place: &Place, arguments: &[&str]) -> Said {
    place.run(&[arguments, &["--config", "config.toml", "--time-zone", "UTC"]].concat())
}

#[test]
fn anothers_account_is_refused_and_the_file_to_use_is_named() {
    let (anna, ben) = (service_of("anna"), service_of("benjamin"));
    let place = Place::new();
    let synced = anna.run(&place, &["sync", "--time-zone", "UTC"]);
    assert_eq!(synced.code, 0, "{}", synced.talk);
    let before = place.count("raw_events");
    for command in [&["sync"][..], &["fetch"], &["sync", "--dry-run"], &["sync", "--full"]] {
        let refused = ben.run(&place, command);
        assert_eq!(refused.code, 3, "{command:?}: {}", refused.talk);
        assert!(refused.talk.contains("another person's account"), "{}", refused.talk);
        assert!(refused.talk.contains("--db data/tandem-2.db"), "{}", refused.talk);
    }
    assert_eq!(place.count("raw_events"), before, "nothing was stored");
    assert_eq!(anna.run(&place, &["sync"]).code, 0, "the file is still hers");
    assert_eq!(ben.run(&place, &["sync", "--db", "data/tandem-2.db", "--time-zone", "UTC"]).code, 0);
}

#[test]
fn a_person_is_chosen_by_name() {
    let (anna, ben) = (service_of("anna"), service_of("benjamin"));
    let place = configured(&(section("anna", &anna) + &section("benjamin", &ben)));
    for name in ["anna", "benjamin"] {
        let synced = run(&place, &["sync", "--person", name]);
        assert_eq!(synced.code, 0, "{name}: {}", synced.talk);
        assert!(place.files().contains(&format!("{name}.db")), "{:?}", place.files());
    }
    assert_eq!(run(&place, &["status", "--person", "anna"]).code, 0);
    let unknown = run(&place, &["sync", "--person", "carl"]);
    assert_eq!(unknown.code, 3);
    assert!(unknown.talk.contains("anna, benjamin"), "{}", unknown.talk);
    for command in [&["sync"][..], &["status"]] {
        let unclear = run(&place, command);
        assert!([3, 5].contains(&unclear.code) && unclear.talk.contains("--person"), "{command:?}: {}", unclear.talk);
    }
    let swapped = run(&place, &["sync", "--person", "anna", "--db", "benjamin.db"]);
    assert_eq!(swapped.code, 3, "{}", swapped.talk);
}

#[test]
fn the_only_person_needs_no_name() {
    let anna = service_of("anna");
    let place = configured(&section("anna", &anna));
    assert_eq!(run(&place, &["sync"]).code, 0);
    assert!(place.files().contains(&"anna.db".to_owned()));
}

#[test]
fn one_broken_account_does_not_stop_the_others() {
    let (anna, ben, carla) = (service_of("anna"), service_of("benjamin"), service_of("carla-m"));
    let broken = section("benjamin", &ben).replace("secret of benjamin", "wrong");
    let place = configured(&(section("anna", &anna) + &broken + &section("carla-m", &carla)));
    let synced = run(&place, &["sync", "--all"]);
    assert_eq!(synced.code, 3, "{}", synced.talk);
    assert!(synced.talk.contains("Synced 2 of 3; failed: benjamin."), "{}", synced.talk);
    for name in ["anna", "carla-m"] {
        assert!(place.files().contains(&format!("{name}.db")), "{:?}", place.files());
    }
    let shared = configured(&(section("anna", &anna) + &section("benjamin", &ben).replace("benjamin.db", "anna.db")));
    let refused = run(&shared, &["sync", "--all"]);
    assert_eq!(refused.code, 3, "{}", refused.talk);
    assert!(refused.talk.contains("use the same database"), "{}", refused.talk);
    assert_eq!(run(&place, &["sync", "--all", "--db", "all.db"]).code, 2);
    assert_eq!(run(&configured("time_zone = \"UTC\"\n"), &["sync", "--all"]).code, 3);
}

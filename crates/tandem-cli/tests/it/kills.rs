//! A push that is killed again and again while its history arrives in pieces, the late ones first.

use std::fs::File;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Duration;

use tandem_sim::history::{History, Scenario};

use crate::lives::date;
use crate::site::Site;
use crate::support::Place;

const FROM: [&str; 4] = ["push", "nightscout", "--from", "2025-01-01"];

/// Kills `kills` pushes of `days` days, then lets one finish and compares.
pub(crate) fn check(kills: usize, days: u32) {
    let history = Scenario::new(date(2026, 9, 20), days, chrono_tz::Tz::America__New_York).simulate();
    let (whole, expected) = (Place::new(), Site::start(|_| ()));
    let pieces = pieces(&history, &whole);
    for piece in &pieces {
        import(&whole, piece);
    }
    assert_eq!(expected.push(&whole, &FROM[2..]).code, 0);
    let (place, site) = (Place::new(), Site::start(|_| ()));
    let requests = expected.handle.request_count() / kills + 20;
    let mut killed = 0;
    for round in 0..kills {
        if round % (kills / pieces.len()).max(1) == 0
            && let Some(piece) = pieces.get(round / (kills / pieces.len()).max(1))
        {
            std::fs::copy(whole.path().join(piece), place.path().join(piece)).expect("copied");
            import(&place, piece);
        }
        // Spread over the requests of a push as well as can be without dice.
        killed += usize::from(push_and_kill(&place, &site, 1 + round * 7919 % requests));
    }
    for piece in &pieces {
        std::fs::copy(whole.path().join(piece), place.path().join(piece)).expect("copied");
        import(&place, piece);
    }
    let said = site.push(&place, &FROM[2..]);
    assert_eq!(said.code, 0, "{}", said.talk);
    assert!(killed * 2 >= kills, "{killed} of {kills} pushes were killed");
    let (found, expected) = (site.documents(), expected.documents());
    let missing = expected.keys().filter(|name| !found.contains_key(*name)).count();
    let extra = found.keys().filter(|name| !expected.contains_key(*name)).count();
    let other =
        expected.iter().filter(|(name, document)| found.get(*name).is_some_and(|found| found != *document)).count();
    assert_eq!((missing, extra, other), (0, 0, 0), "of {} documents: missing, too many, different", expected.len());
}

/// The events of a history in files, of which the later come before the earlier.
fn pieces(history: &History, place: &Place) -> Vec<String> {
    const PIECES: usize = 4;
    let mut names = Vec::new();
    for (number, pump) in history.pumps.iter().enumerate() {
        for (index, events) in pump.events.chunks(pump.events.len().div_ceil(PIECES)).enumerate() {
            let name = format!("pump{number}-{index}.json");
            let mut file = File::create(place.path().join(&name)).expect("a file");
            let texts: Vec<_> =
                events.iter().map(|event| tandem_sim::writers::event_json(event, &pump.assignment_id)).collect();
            write!(file, "[{}]", texts.join(",")).expect("written");
            names.push(name);
        }
    }
    names.reverse();
    names
}

fn import(place: &Place, piece: &str) {
    let said = place.run(&["import", piece, "--time-zone", "America/New_York"]);
    assert_eq!(said.code, 0, "{}", said.talk);
}

/// Starts a push and kills it after this many requests; false where it ended before.
fn push_and_kill(place: &Place, site: &Site, requests: usize) -> bool {
    let until = site.handle.request_count() + requests;
    let mut child =
        site.command(place, &FROM).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    while site.handle.request_count() < until {
        if child.try_wait().expect("the child can be asked").is_some() {
            return false;
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    child.kill().expect("killed");
    child.wait().expect("it ends").code().is_none()
}

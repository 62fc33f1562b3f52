//! `groff` sets every manual page without a warning.

use std::process::Command;

use crate::support::Place;

#[test]
fn groff_sets_every_manual_page() {
    let place = Place::new();
    assert_eq!(place.run(&["man", "--output", "man1"]).code, 0);
    let pages: Vec<_> = std::fs::read_dir(place.path().join("man1")).expect("a folder").collect();
    assert!(pages.len() > place.commands().len());
    for page in pages {
        let page = page.expect("an entry").file_name().into_string().expect("UTF-8");
        let mut groff = Command::new("groff");
        groff.args(["-K", "utf8", "-man", "-Tutf8", "-ww", &page]).current_dir(place.path().join("man1"));
        let set = groff.output().expect("groff runs");
        assert_eq!((String::from_utf8_lossy(&set.stderr).as_ref(), set.status.success()), ("", true), "{page}");
        let title = format!("{}(1)", page.trim_end_matches(".1").to_uppercase());
        assert!(String::from_utf8_lossy(&set.stdout).contains(&title), "{page}");
    }
}

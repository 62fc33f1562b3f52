//! A commit that is cut off after any of its steps is finished by whoever comes next.

use super::*;

const PLACES: [&str; 3] = [
    "table=boluses/person=anna/month=2026-01/data.parquet",
    "table=boluses/person=anna/month=2026-02/data.parquet",
    "table=boluses/person=anna/month=2026-03/data.parquet",
];

fn kind() -> Kind {
    Kind { has_people: true, versions: store_duckdb::DataVersions::current(), pseudonyms: None }
}

fn person(name: &str) -> PersonId {
    PersonId::new(name).expect("a name")
}

/// A change that writes `texts` to their places and removes `removed`.
fn change(folder: &Path, texts: &[(&str, &str)], removed: &[&str]) -> Change {
    let mut manifest = Manifest::new(Some(person("anna")), kind());
    let mut staged = Vec::new();
    for (name, text) in texts {
        let write = |path: &Path| Ok(fs::write(path, text)?);
        staged.push(((*name).to_owned(), stage_file(folder, name, write).expect("staged")));
        manifest.files.insert((*name).to_owned(), Content { rows: 1, hash: (*text).to_owned() });
    }
    Change { manifest, staged, removed: removed.iter().map(|name| (*name).to_owned()).collect() }
}

/// What the places hold.
fn held(folder: &Path) -> [Option<String>; 3] {
    PLACES.map(|name| fs::read_to_string(folder.join(name)).ok())
}

/// A lake in which the third file was written and a journal says to write the first two and to remove it.
fn interrupted(folder: &Path) -> Journal {
    let lake = Lake::open(folder).expect("a lake");
    let part = lake.part(Some(person("anna"))).expect("a part");
    part.commit(change(folder, &[(PLACES[2], "old")], &[])).expect("committed");
    let Change { manifest, staged, removed } = change(folder, &[(PLACES[0], "1"), (PLACES[1], "2")], &[PLACES[2]]);
    let moved = staged.into_iter().map(|(name, path)| {
        let staged = folder::beside(&name, &path.keep().expect("kept"));
        (name, staged)
    });
    Journal { person: Some(person("anna")), manifest: Some(manifest), moved: moved.collect(), removed }
}

#[test]
fn a_commit_is_finished_from_every_step() {
    for steps in 0..=4 {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path();
        let journal = interrupted(folder);
        journal.write(&folder.join(JOURNAL)).expect("written");
        let moves = journal.moved.iter().take(steps);
        moves.for_each(|(name, staged)| fs::rename(folder.join(staged), folder.join(name)).expect("moved"));
        if steps > 2 {
            fs::remove_file(folder.join(PLACES[2])).expect("removed");
        }
        if steps > 3 {
            journal
                .manifest
                .as_ref()
                .expect("a manifest")
                .write(&folder.join(manifest::name(Some(&person("anna")))))
                .expect("written");
        }
        // Someone else comes first.
        let lake = Lake::open(folder).expect("a lake");
        lake.part(Some(person("ben"))).expect("a part");
        assert_eq!(held(folder), [Some("1".to_owned()), Some("2".to_owned()), None], "after {steps} steps");
        let part = lake.part(Some(person("anna"))).expect("a part");
        let names: Vec<_> = part.manifest(&kind()).expect("a manifest").files.into_keys().collect();
        assert_eq!(names, PLACES[..2], "after {steps} steps");
        assert!(!folder.join(JOURNAL).exists() && !folder.join("table=boluses/person=anna/month=2026-03").exists());
    }
}

#[test]
fn without_a_journal_nothing_has_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    interrupted(folder);
    let lake = Lake::open(folder).expect("a lake");
    let part = lake.part(Some(person("anna"))).expect("a part");
    assert_eq!(held(folder), [None, None, Some("old".to_owned())]);
    assert_eq!(folder::files_of(folder, Some(&person("anna"))).expect("files"), [PLACES[2]], "what was staged is gone");
    assert_eq!(part.manifest(&kind()).expect("a manifest").files.len(), 1);
}

#[test]
fn a_journal_cannot_reach_out_of_the_lake() {
    let folder = tempfile::tempdir().expect("a folder");
    let outside = folder.path().join("outside.txt");
    fs::write(&outside, "mine").expect("written");
    let lake = folder.path().join("lake");
    let journal = Journal { removed: vec!["../outside.txt".to_owned()], ..interrupted(&lake) };
    journal.write(&lake.join(JOURNAL)).expect("written");
    assert!(Lake::open(&lake).expect("a lake").part(Some(person("anna"))).is_err());
    assert!(outside.exists());
}

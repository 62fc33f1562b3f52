//! Words that the project no longer uses: the right column of the table of terms in CONTRIBUTING.md, as a check.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::process::run;

/// Where the terms are listed.
const TERMS: &str = "CONTRIBUTING.md";
/// What keeps the words that it was written in.
const EXEMPT: &[&str] = &[
    TERMS,
    "xtask/src/wording.rs",
    "CHANGELOG.md",
    "Cargo.lock",
    "fuzz/Cargo.lock",
    "migrations/",
    "crates/store-duckdb/src/migrations.rs",
];

/// Fails on a phrase of the list in any tracked text.
pub(crate) fn check_wording(root: &Path) -> Result<()> {
    let phrases = listed_phrases(&fs::read_to_string(root.join(TERMS)).context("cannot read the list of terms")?);
    ensure!(!phrases.is_empty(), "{TERMS} lists no terms");
    let files = run(Command::new("git").arg("-C").arg(root).args(["ls-files", "-z"]))?;
    let mut found = BTreeMap::new();
    for file in files.split_terminator('\0').filter(|file| !EXEMPT.iter().any(|exempt| file.starts_with(exempt))) {
        // A link to nothing or a picture holds no words.
        let Ok(text) = fs::read_to_string(root.join(file)) else { continue };
        for (phrase, number) in
            phrases.iter().flat_map(|phrase| lines_with(&text, phrase).map(move |line| (phrase, line)))
        {
            found.insert((file.to_owned(), number), phrase);
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = found.iter().map(|((file, line), phrase)| format!("{file}:{line}: {phrase}")).collect();
    bail!("{} uses of phrases that {TERMS} replaces:\n  {}", lines.len(), lines.join("\n  "))
}

/// The phrases to avoid: in the table's second column, separated by `·`.
fn listed_phrases(text: &str) -> Vec<String> {
    let section =
        text.split_once("\n## Terms\n").map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or_default());
    let rows = section.lines().filter(|line| line.starts_with("| ")).skip(1);
    let column = rows.filter_map(|row| row.split('|').nth(2));
    column.flat_map(|cell| cell.split('·')).map(|phrase| phrase.trim().trim_matches('`').to_owned()).collect()
}

/// The lines, from 1, that hold `phrase` as whole words; one that is written small also matches with capitals and as a part of a
/// name such as `in_words`.
fn lines_with<'a>(text: &'a str, phrase: &'a str) -> impl Iterator<Item = usize> + 'a {
    let ignores_case = phrase.chars().all(|letter| !letter.is_uppercase());
    let lines = text.lines().enumerate().filter(move |(_, line)| {
        if ignores_case { has_words(&line.to_lowercase().replace('_', " "), phrase) } else { has_words(line, phrase) }
    });
    lines.map(|(index, _)| index + 1)
}

fn has_words(line: &str, phrase: &str) -> bool {
    let is_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(phrase)
        .any(|(start, _)| !line[..start].ends_with(is_word) && !line[start + phrase.len()..].starts_with(is_word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_read_from_the_table() {
        let text = "# A\n\n## Terms\n\n| write | instead of |\n|---|---|\n| fix | mend · mends |\n| `B` | `A` |\n\n## Next\n| c | d |\n";
        assert_eq!(listed_phrases(text), ["mend", "mends", "A"]);
    }

    #[test]
    fn whole_words_are_found() {
        let rows: [(&str, &str, &[usize]); 6] = [
            ("amend\nto mend it\nMend", "mend", &[2, 3]),
            ("mend_it, mended", "mend", &[1]),
            ("fn wait_in_words(", "in words", &[1]),
            ("CutTail\ncuttail", "CutTail", &[1]),
            ("for want of time", "for want of", &[1]),
            ("", "mend", &[]),
        ];
        for (text, phrase, lines) in rows {
            assert_eq!(lines_with(text, phrase).collect::<Vec<_>>(), lines, "{phrase} in {text:?}");
        }
    }
}

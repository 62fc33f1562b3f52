//! Paper: its size, and what stands in the margins of every page.

use super::{input::Paper, page::Page, words};

/// The rules for printing that depend on the report: paper, name, date of birth, period, page numbers.
pub(super) fn paper_style(page: &Page) -> String {
    let size = match page.options.paper {
        Paper::A4 => "A4",
        Paper::Letter => "letter",
    };
    let born = page
        .options
        .born
        .map(|born| format!("{} {}", page.translate("born-short"), words::whole_date(page.messages, born)));
    let person = page.options.name.iter().cloned().chain(born).collect::<Vec<_>>().join(" · ");
    let period = page.format_window(page.digest.window);
    let number = page.translate_with("page-number", &[("page", "\u{1}".into()), ("pages", "\u{2}".into())]);
    format!(
        "@page{{size:{size} portrait;@top-left{{content:{}}}@top-right{{content:{}}}@bottom-left{{content:{}}}@bottom-right{{content:{}}}}}",
        css_string(&person),
        css_string(&period),
        css_string(&page.translate("margin-note")),
        counted(&number)
    )
}

/// The text with the counters where their marks are.
fn counted(text: &str) -> String {
    let quoted = css_string(text);
    quoted.replace("\\1 ", "\"counter(page)\"").replace("\\2 ", "\"counter(pages)\"")
}

/// A CSS string that says `text` and nothing else, whatever `text` has.
fn css_string(text: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || " ·–,.".contains(letter);
    let escaped =
        text.chars().map(|letter| if plain(letter) { letter.to_string() } else { format!("\\{:x} ", letter as u32) });
    format!("\"{}\"", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_string() {
        let rows = [
            ("Ann Example", "\"Ann Example\""),
            ("a\"}b{", "\"a\\22 \\7d b\\7b \""),
            ("</style>", "\"\\3c \\2f style\\3e \""),
            ("Jürgen\\n", "\"Jürgen\\5c n\""),
        ];
        for (text, expected) in rows {
            assert_eq!(css_string(text), expected);
        }
        assert_eq!(counted("Page \u{1} of \u{2}"), "\"Page \"counter(page)\" of \"counter(pages)\"\"");
    }
}

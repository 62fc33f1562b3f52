//! A table on a screen of a certain width: no frame, one rule, numbers to the right, too long texts cut.

use comfy_table::{Attribute, Cell, CellAlignment, ContentArrangement, Table, TableComponent};
use console::{measure_text_width, truncate_str};

/// Columns of space between two columns.
const GAP: usize = 2;
/// No column of text is cut to less.
const NARROWEST: usize = 12;
/// Digits behind the point of a fraction that is rounded.
const DECIMALS: usize = 3;

/// Where the text of a column stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Align {
    Left,
    Right,
    /// To the right, and rounded before anything is cut or left out.
    Fraction,
    /// To the left, and never cut: a time without its end is another time.
    Whole,
}

/// Rows to be shown.
pub(crate) struct ScreenTable {
    columns: Vec<(String, Align)>,
    rows: Vec<Vec<Option<String>>>,
}

/// A table fitted to a width.
pub(crate) struct Fitted {
    /// The lines.
    pub(crate) text: String,
    /// Columns that had to be left out.
    pub(crate) left_out: Vec<String>,
    /// True when fractions are shown with fewer digits than they have.
    pub(crate) rounded: bool,
}

impl ScreenTable {
    /// A table with these columns.
    pub(crate) fn new<N: Into<String>>(columns: impl IntoIterator<Item = (N, Align)>) -> Self {
        let columns = columns.into_iter().map(|(name, align)| (name.into(), align)).collect();
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row; `None` is NULL.
    pub(crate) fn push(&mut self, cells: impl IntoIterator<Item = Option<String>>) {
        self.rows.push(cells.into_iter().map(|cell| cell.map(|text| on_one_line(&text))).collect());
    }

    /// Fits the table into `width`: rounds fractions, cuts the longest texts, then leaves out identifiers and
    /// instants, after them the last columns.
    pub(crate) fn fit(&self, width: usize) -> Fitted {
        let natural = (0..self.columns.len()).map(|column| self.natural_width(column) + GAP).sum::<usize>();
        if natural <= width + GAP {
            return self.fit_texts(width);
        }
        let table = self.rounded();
        Fitted { rounded: table.rows != self.rows, ..table.fit_texts(width) }
    }

    fn rounded(&self) -> Self {
        let shorter = |(cell, (_, align)): (&Option<String>, &(String, Align))| match cell {
            Some(text) if *align == Align::Fraction => Some(rounded(text)),
            other => other.clone(),
        };
        let rows = self.rows.iter().map(|row| row.iter().zip(&self.columns).map(shorter).collect());
        Self { columns: self.columns.clone(), rows: rows.collect() }
    }

    fn fit_texts(&self, width: usize) -> Fitted {
        let mut shown: Vec<usize> = (0..self.columns.len()).collect();
        let mut widths: Vec<usize> = shown.iter().map(|column| self.natural_width(*column)).collect();
        while !self.shrink(&shown, &mut widths, width) && shown.len() > 1 {
            let has_local_time = self.columns.iter().any(|(name, _)| name == "local_time");
            let says_least = |column: &usize| {
                let name = self.columns[*column].0.as_str();
                says_least(name) || (name == "timestamp" && has_local_time)
            };
            let least = shown.iter().rposition(says_least).unwrap_or(shown.len() - 1);
            shown.remove(least);
            widths = shown.iter().map(|column| self.natural_width(*column)).collect();
        }
        let text = self.render(&shown, &widths);
        let is_left_out = |column: &usize| !shown.contains(column);
        let left_out =
            (0..self.columns.len()).filter(is_left_out).map(|column| self.columns[column].0.clone()).collect();
        Fitted { text, left_out, rounded: false }
    }

    fn natural_width(&self, column: usize) -> usize {
        let cells = self.rows.iter().map(|row| measure_text_width(row[column].as_deref().unwrap_or("NULL")));
        cells.max().unwrap_or(0).max(measure_text_width(&self.columns[column].0))
    }

    /// Makes the widest column of text narrower until all fits; false when it does not.
    fn shrink(&self, shown: &[usize], widths: &mut [usize], width: usize) -> bool {
        loop {
            let total: usize = widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1);
            if total <= width {
                return true;
            }
            let may_shrink = |index: &usize| self.columns[shown[*index]].1 == Align::Left && widths[*index] > NARROWEST;
            let Some(widest) = (0..widths.len()).filter(may_shrink).max_by_key(|index| widths[*index]) else {
                return shown.len() == 1;
            };
            widths[widest] -= (total - width).min(widths[widest] - NARROWEST).max(1);
        }
    }

    fn render(&self, shown: &[usize], widths: &[usize]) -> String {
        let mut table = Table::new();
        table.load_preset(comfy_table::presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_style(TableComponent::HeaderLines, '─').set_style(TableComponent::MiddleHeaderIntersections, '─');
        if console::colors_enabled() {
            table.enforce_styling()
        } else {
            table.force_no_tty()
        };
        let cut = |text: &str, index: usize| truncate_str(text, widths[index], "…").into_owned();
        let header = |(index, column): (usize, &usize)| {
            Cell::new(cut(&self.columns[*column].0, index)).add_attribute(Attribute::Bold)
        };
        table.set_header(shown.iter().enumerate().map(header));
        for row in &self.rows {
            let cell = |(index, column): (usize, &usize)| match &row[*column] {
                Some(text) => Cell::new(cut(text, index)),
                None => Cell::new("NULL").add_attribute(Attribute::Dim),
            };
            table.add_row(shown.iter().enumerate().map(cell));
        }
        for (index, column) in table.column_iter_mut().enumerate() {
            let last = index + 1 == shown.len();
            column.set_padding((0, if last { 0 } else { GAP as u16 - 1 }));
            if matches!(self.columns[shown[index]].1, Align::Right | Align::Fraction) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }
}

/// True for columns that only tell rows apart, and for what is known of a time beside the pump's clock.
fn says_least(name: &str) -> bool {
    name == "id" || ["_id", "_utc", "utc_offset_seconds", "utc_source"].iter().any(|end| name.ends_with(end))
}

/// `0.30000000000000004` as `0.3`; what is no decimal fraction, or has few digits, stays.
fn rounded(text: &str) -> String {
    let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    match text.parse::<f64>() {
        Ok(value) if decimals > DECIMALS && !text.contains(['e', 'E']) && value.abs() >= 0.001 => {
            format!("{value:.DECIMALS$}").trim_end_matches('0').trim_end_matches('.').to_owned()
        }
        _ => text.to_owned(),
    }
}

/// Control characters as escapes: a row stays a line, and no text of the data moves the cursor or sets a title.
fn on_one_line(text: &str) -> String {
    if !text.contains(char::is_control) {
        return text.to_owned();
    }
    let shown = |character: char| {
        if character.is_control() { character.escape_default().collect() } else { character.to_string() }
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_are_shown_and_do_nothing() {
        for (text, shown) in
            [("a\tb", "a\\tb"), ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"), ("\u{9b}2J", "\\u{9b}2J")]
        {
            assert_eq!(on_one_line(text), shown);
        }
    }

    #[test]
    fn what_says_least_goes_first() {
        for (name, goes_first) in [
            ("id", true),
            ("pump_id", true),
            ("started_utc", true),
            ("utc_source", true),
            ("timestamp", false),
            ("identity", false),
            ("cgm_reading", false),
        ] {
            assert_eq!(says_least(name), goes_first, "{name}");
        }
    }

    #[test]
    fn fractions_are_rounded_where_there_is_no_room() {
        let mut table = ScreenTable::new([("mean", Align::Fraction), ("share", Align::Fraction), ("n", Align::Right)]);
        table.push([Some("152.33333333333334".into()), Some("0.00012345678901".into()), Some("7".into())]);
        table.push([Some("-0.30000000000000004".into()), Some("1e-300".into()), None]);
        let wide = table.fit(80);
        assert!(!wide.rounded && wide.text.contains("152.33333333333334"), "{}", wide.text);
        let narrow = table.fit(40);
        assert!(narrow.rounded && narrow.left_out.is_empty(), "{}", narrow.text);
        assert_eq!(
            narrow.text,
            "   mean             share     n\n───────────────────────────────\n152.333  0.00012345678901     7\n   -0.3            1e-300  NULL\n"
        );
    }

    #[test]
    fn fits_by_cutting_text_then_leaving_out_identifiers_then_the_last() {
        let mut table = ScreenTable::new([("id", Align::Right), ("words", Align::Left), ("n", Align::Right)]);
        table.push([Some("1".into()), Some("a text of more than twenty letters".into()), None]);
        table.push([Some("22".into()), Some("line\nend".into()), Some("7".into())]);
        let rows: [(usize, &[&str], &str); 4] = [
            (
                80,
                &[],
                "id  words                                  n\n────────────────────────────────────────────\n 1  a text of more than twenty letters  NULL\n22  line\\nend                              7\n",
            ),
            (26, &[], "id  words                n\n──────────────────────────\n 1  a text of more t…  NULL\n"),
            (20, &["id"], "words              n\n────────────────────\na text of mor…  NULL\nline\\nend          7\n"),
            (12, &["id", "n"], "words\n────────────\na text of m…\nline\\nend\n"),
        ];
        for (width, left_out, start) in rows {
            let fitted = table.fit(width);
            assert_eq!(fitted.left_out, left_out, "{width}");
            assert!(fitted.text.lines().all(|line| measure_text_width(line) <= width), "{width}: {}", fitted.text);
            if width != 26 {
                assert_eq!(fitted.text, start, "{width}");
            }
        }
    }
}

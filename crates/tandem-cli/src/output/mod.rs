//! Numbers, sizes, times and rows, written for people or for programs.

pub(crate) mod atomic;
pub(crate) mod browser;
mod json;
pub(crate) mod rows;
mod screen_table;

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use console::measure_text_width;

pub(crate) use screen_table::{Align, ScreenTable};

/// `1234567` as `1,234,567`.
pub(crate) fn format_thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `2 events`, `1 event`.
pub(crate) fn format_count(number: u64, one: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{} {one}{many}", format_thousands(number))
}

/// A size in the unit that suits it.
pub(crate) fn format_size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut value = bytes as f64 / 1024.0;
    let mut unit = 0;
    while value >= 1024.0 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

/// How long something took.
pub(crate) fn format_duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 10.0 { format!("{seconds:.1} s") } else { format_span(TimeDelta::seconds(seconds as i64)) }
}

/// How long ago `then` was: `3 h ago`.
pub(crate) fn format_age(then: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let passed = now - then;
    if passed < TimeDelta::zero() {
        format!("in {}", format_span(-passed))
    } else {
        format!("{} ago", format_span(passed))
    }
}

/// A length of time in its largest unit.
pub(crate) fn format_span(length: TimeDelta) -> String {
    match length.num_minutes() {
        0 => format!("{} s", length.num_seconds()),
        minutes @ 1..120 => format!("{minutes} min"),
        minutes @ 120..2880 => format!("{} h", minutes / 60),
        minutes => format!("{} days", minutes / 1440),
    }
}

/// `text` in lines of at most `width` columns, broken between words; all lines but the first are indented. A text that has
/// lines already keeps them; each that is too long is broken under its own beginning, but for quoted SQL, which has a mark below.
pub(crate) fn wrap_text(text: &str, width: usize, indent: usize) -> String {
    let line_end = format!("\n{:indent$}", "");
    if text.contains('\n') {
        let lines = text.split('\n').map(|line| wrapped_line(line, width, indent));
        return lines.collect::<Vec<_>>().join(&line_end).replace(&format!("{line_end}\n"), "\n\n");
    }
    let mut lines = String::with_capacity(text.len());
    let mut column = 0;
    for (index, word) in text.split(' ').enumerate() {
        let length = measure_text_width(word);
        if index > 0 && column + 1 + length > width {
            lines += &line_end;
            column = 0;
        } else if index > 0 {
            lines.push(' ');
            column += 1;
        }
        lines += word;
        column += length;
    }
    lines
}

fn wrapped_line(line: &str, width: usize, indent: usize) -> String {
    let text = line.trim_start();
    if text.starts_with("LINE ") {
        return line.to_owned();
    }
    let beginning = line.len() - text.len();
    format!("{:beginning$}{}", "", wrap_text(text, width.saturating_sub(beginning), indent + beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_sizes() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(format_thousands(number), text);
        }
        for (bytes, text) in
            [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 << 30, "5.0 GiB"), (1 << 50, "1024.0 TiB")]
        {
            assert_eq!(format_size(bytes), text);
        }
    }

    #[test]
    fn lines_break_between_words() {
        let rows = [
            ("a few words of text", 9, "a few\n  words of\n  text"),
            ("short", 9, "short"),
            ("alonglongword and", 9, "alonglongword\n  and"),
            ("LINE 1: x\n        ^\n\nend", 9, "LINE 1: x\n          ^\n\n  end"),
            (
                "no\n  one two three\nLINE 1: a quotation\n   ^",
                9,
                "no\n    one two\n    three\n  LINE 1: a quotation\n     ^",
            ),
        ];
        for (text, width, expected) in rows {
            assert_eq!(wrap_text(text, width, 2), expected, "{text}");
        }
    }

    #[test]
    fn lengths_of_time() {
        for (seconds, text) in [(5, "5 s"), (61, "1 min"), (7200, "2 h"), (86_400 * 3, "3 days")] {
            assert_eq!(format_span(TimeDelta::seconds(seconds)), text);
        }
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(format_age(now - TimeDelta::hours(5), now), "5 h ago");
        assert_eq!(format_age(now + TimeDelta::hours(5), now), "in 5 h");
    }
}

//! The explorer: one HTML file with the whole history in it, to be scrolled and zoomed like a map. It needs no network.
//!
//! Rust packs the rows ([`columns`]) and writes the page; the scripts beside this file draw it. They are modules for their tests
//! and one script in the page.

mod columns;
mod tables;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Map, Value, json};

use crate::{
    html::{GENERATOR, PALETTE, ReportInput, ReportOptions, words},
    messages::Messages,
};
use tables::Tables;

/// The scripts in the order in which they use each other.
const SCRIPTS: [&str; 8] = [
    include_str!("columns.mjs"),
    include_str!("time.mjs"),
    include_str!("history.mjs"),
    include_str!("words.mjs"),
    include_str!("view.mjs"),
    include_str!("draw.mjs"),
    include_str!("panels.mjs"),
    include_str!("main.mjs"),
];
const STYLE: &str = include_str!("explore.css");
/// Nothing is loaded and nothing is sent, whatever the page contains.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:";

/// The explorer.
#[derive(Debug, Clone, Copy)]
pub struct Explorer;

impl Explorer {
    /// The whole page. The same input gives the same page.
    #[must_use]
    pub fn render(input: &ReportInput, options: &ReportOptions) -> String {
        let messages = Messages::new(options.language);
        let tables = Tables::new(input, options, &messages);
        Page { input, options, messages: &messages, tables: &tables }.render().into_string()
    }
}

struct Page<'a> {
    input: &'a ReportInput,
    options: &'a ReportOptions,
    messages: &'a Messages,
    tables: &'a Tables,
}

impl Page<'_> {
    fn translate(&self, key: &str) -> String {
        self.messages.translate(&format!("explore-{key}"))
    }

    fn render(&self) -> Markup {
        let window = words::describe_window(self.messages, &self.input.period.window);
        html! {
            (DOCTYPE)
            html lang=(self.options.language.tag()) {
                head {
                    meta charset="utf-8";
                    (PreEscaped(GENERATOR))
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    meta http-equiv="Content-Security-Policy" content=(POLICY);
                    title { (self.messages.translate("title")) ", " (window) }
                    style { (PreEscaped(PALETTE)) (PreEscaped(STYLE)) }
                }
                body {
                    header { h1 { (self.messages.translate("title")) } p.muted { (window) @if let Some(pump) = &self.input.pump { " · " (pump) } @if let Some(name) = &self.options.name { " · " (name) } } }
                    main {
                        p.warning { (self.translate("everything")) }
                        noscript { p.warning { (self.translate("needs-script")) } }
                        (self.tools())
                        (self.stage())
                        (self.panels())
                    }
                    footer { p { (self.messages.translate("closing-evidence")) " " (self.messages.translate("closing-no-advice")) } }
                    script type="application/json" id="info" { (PreEscaped(self.info())) }
                    script type="text/plain" id="data" { (self.tables.packed) }
                    script type="module" { (PreEscaped(script())) }
                }
            }
        }
    }

    fn tools(&self) -> Markup {
        let spans = [
            ("6", "6-hours"),
            ("24", "day"),
            ("72", "3-days"),
            ("168", "week"),
            ("336", "2-weeks"),
            ("720", "month"),
            ("8766", "year"),
            ("all", "all"),
        ];
        html! {
            div.tools role="group" aria-label=(self.translate("tools")) {
                span.group { button type="button" id="earlier" { "← " (self.translate("earlier")) } button type="button" id="later" { (self.translate("later")) " →" } }
                span.group { @for (hours, key) in spans { button type="button" data-span=(hours) { (self.translate(key)) } } }
                label { span.hidden { (self.translate("date")) } input type="date" id="date"; }
                span.group { button type="button" id="low-before" { (self.translate("low-before")) } button type="button" id="low-after" { (self.translate("low-after")) } }
                span.group { button type="button" id="keep-a" { (self.translate("keep-a")) } button type="button" id="keep-b" { (self.translate("keep-b")) } }
                button type="button" id="unit" {}
            }
        }
    }

    fn stage(&self) -> Markup {
        let legend = [
            ("meal", "legend-by-hand"),
            ("auto", "legend-automatic-boluses"),
            ("basal", "legend-basal-loop"),
            ("ink", "explore-legend-profile"),
            ("loop", "mode-control-iq"),
            ("sleep", "mode-sleep"),
            ("exercise", "mode-exercise"),
            ("alarm", "legend-alarm"),
            ("link", "explore-legend-site"),
            ("cgm", "explore-legend-sensor"),
            ("note-edge", "explore-legend-setting"),
        ];
        html! {
            div.stage {
                p.hidden id="glucose-unit" {}
                canvas id="picture" tabindex="0" role="application" aria-label=(self.translate("picture")) aria-describedby="said" {}
                div id="tip" hidden {}
            }
            p id="said" aria-live="polite" {}
            p.legend { @for (color, key) in legend { span { i style={ "background:var(--" (color) ")" } {} (self.messages.translate(key)) } } }
            p.muted { small { (self.translate("keys")) } }
        }
    }

    fn panels(&self) -> Markup {
        let panel = |id: &str, open: bool, body: Markup| html! { details.panel id=(id) open[open] { summary { h2 { (self.translate(id)) } } (body) } };
        let empty = || html! { div.body {} };
        let week = html! { details.panel id="week" { summary { h2 { (self.translate("week-map")) } } div.body {} } };
        html! {
            div.panels {
                (panel("now", true, empty()))
                (panel("compare", false, html! { div.body.chosen {} }))
                (week)
                (panel("lows", true, empty()))
                (panel("changes", false, empty()))
                (panel("evidence", false, html! { p { (self.translate("evidence-text")) } code.sql id="sql" {} p { (self.translate("evidence-event")) } }))
            }
        }
    }

    /// What the script needs to know beside the columns, safe inside a script element.
    fn info(&self) -> String {
        let (t, window) = (&self.options.thresholds, &self.input.period.window);
        let info = json!({
            "language": self.options.language.tag(),
            "mmol": self.options.unit == crate::GlucoseUnit::MmolPerL,
            "from": window.start.utc.timestamp(),
            "to": window.end.utc.timestamp(),
            "thresholds": {"veryLow": t.very_low, "low": t.low, "high": t.high, "veryHigh": t.very_high},
            "layout": self.tables.layout,
            "alarms": self.tables.alarms,
            "settings": self.tables.settings,
            "messages": self.script_messages(),
        });
        info.to_string().replace('<', "\\u003c")
    }

    fn script_messages(&self) -> Map<String, Value> {
        let own = self.messages.with_prefix("explore-").into_iter();
        let shared = ["range-", "weekday-"].into_iter().flat_map(|prefix| {
            self.messages.with_prefix(prefix).into_iter().map(move |(key, text)| (format!("{prefix}{key}"), text))
        });
        own.chain(shared).map(|(key, text)| (key, Value::String(text))).collect()
    }
}

/// The modules as one script: what they import from each other is all there.
fn script() -> String {
    let lines = SCRIPTS.iter().flat_map(|script| script.lines());
    let kept = lines.filter(|line| !line.starts_with("import ") && !line.starts_with("//"));
    kept.map(|line| line.strip_prefix("export ").unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_modules_are_one_script() {
        let script = script();
        for word in ["import ", "export "] {
            assert!(!script.lines().any(|line| line.starts_with(word)), "{word}");
        }
        assert!(!script.contains("</script"));
        let names = script.lines().filter_map(|line| {
            let words: Vec<&str> = line.split(|letter: char| !letter.is_alphanumeric() && letter != '_').collect();
            matches!(words.first(), Some(&"function" | &"class" | &"const")).then(|| words[1].to_owned())
        });
        let mut names: Vec<String> = names.collect();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "two modules have the same name for something: {names:?}");
    }
}

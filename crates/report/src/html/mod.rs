//! The report: one self-contained HTML page. Inline SVG and CSS, no outside address, readable without its script.
//!
//! This module says what a report is made of and in which order it is read; each part of the page has a module of its own.

mod buckets;
mod chart;
mod daily_log;
mod day_clock;
mod digest;
mod episode_list;
mod evidence;
mod frame;
mod glucose_page;
mod input;
mod lanes;
mod page;
mod paper;
mod patterns;
mod profile_chart;
mod pump_charts;
mod pump_page;
mod ranges_table;
mod settings_page;
mod summary;
mod trends;
pub(crate) mod words;

pub use input::{Alarm, Goals, InsulinOnBoard, Paper, Period, ReportInput, ReportOptions, SiteChange};
pub(crate) use page::alarm_name;
pub(crate) use settings_page::describe_changes;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::messages::Messages;
pub use crate::vocabulary::{AlarmFamily, SiteChangeKind};
use digest::Digest;
use page::Page;

/// What every page of tandem has near its beginning.
pub const GENERATOR: &str = "<meta name=\"generator\" content=\"tandem\">";

/// The report.
#[derive(Debug, Clone, Copy)]
pub struct Report;

impl Report {
    /// The whole page. The same input gives the same page.
    #[must_use]
    pub fn render(input: &ReportInput, options: &ReportOptions) -> String {
        let digest = Digest::new(&input.period, input.zone, options);
        let previous = input.previous.as_ref().map(|period| Digest::new(period, input.zone, options));
        let messages = Messages::new(options.language);
        let page = Page { input, options, messages: &messages, digest: &digest, previous: previous.as_ref() };
        page.render().into_string()
    }
}

pub(crate) const PALETTE: &str = include_str!("palette.css");
const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("hover.js");

impl Page<'_> {
    fn render(&self) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(self.options.language.tag()) {
                head {
                    meta charset="utf-8";
                    (PreEscaped(GENERATOR))
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.translate("title")) ", " (self.format_window(self.digest.window)) }
                    style { (PreEscaped(PALETTE)) (PreEscaped(STYLE)) (PreEscaped(paper::paper_style(self))) }
                }
                body.large-days[self.options.large_days].no-days[!self.options.day_pages].many-days[daily_log::has_too_many_for_paper(self)] {
                    a.skip href="#main" { (self.translate("skip")) }
                    (chart::shared_paint(&self.options.thresholds))
                    (frame::render_banner(self))
                    main #main { (self.parts()) }
                    (frame::render_closing(self))
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }

    fn parts(&self) -> Markup {
        html! {
            (frame::notes(self))
            (summary::render(self))
            (glucose_page::render(self))
            (pump_page::render(self))
            (settings_page::render(self))
            (episode_list::render(self))
            @if self.options.day_pages { (daily_log::render(self)) }
        }
    }
}

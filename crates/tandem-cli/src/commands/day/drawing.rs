//! A day on one time axis: glucose in braille dots, below it basal, boluses, carbs, modes and events, a line each.
//!
//! The axis is elapsed time, so that the days the clock changes are 23 and 25 hours long; its labels are the wall clock's.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use chrono::{DateTime, TimeDelta, Utc};
use console::{Color, style};
use report::insulin::{BolusOrigin, LoopMode, UserMode};
use report::printing::{self, fixed};
use report::{GlucoseUnit, MgPerDl, Period, Thresholds, Timestamp};

/// What stands for an alarm or alert.
pub(super) const ALARM: char = '!';
/// What stands for a new site, cartridge or sensor.
pub(super) const SITE: char = '+';

/// Columns of the labels to the left.
const LABEL: usize = 8;
/// Lines of the glucose chart, four dots each.
const LINES: usize = 12;
/// The scale begins here, in mg/dL.
const BOTTOM: f64 = 40.0;
/// It ends here at least, in mg/dL.
const LOWEST_TOP: f64 = 280.0;
/// Readings further apart are not joined.
const JOINED: TimeDelta = TimeDelta::minutes(15);
/// The widest drawing.
const WIDEST: usize = 144;
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The bits of a braille character, by column and line of its dots.
const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// What is drawn, and where.
pub(super) struct Drawing<'a> {
    period: &'a Period,
    hours: &'a [(u32, DateTime<Utc>)],
    unit: GlucoseUnit,
    columns: usize,
    top: f64,
}

impl<'a> Drawing<'a> {
    /// A drawing of `period` in `width` columns.
    pub(super) fn new(period: &'a Period, hours: &'a [(u32, DateTime<Utc>)], unit: GlucoseUnit, width: usize) -> Self {
        let highest = period.readings.iter().map(|reading| reading.glucose.get()).fold(LOWEST_TOP, f64::max);
        let top = (highest / 20.0).ceil() * 20.0;
        Self { period, hours, unit, columns: width.min(WIDEST).saturating_sub(LABEL).max(24), top }
    }

    /// The lines.
    pub(super) fn text(&self) -> String {
        let mut text = String::from("\n");
        if !self.period.readings.is_empty() {
            text += &self.glucose();
        }
        text += &self.hours_line();
        text += &self.basal();
        text += &self.boluses();
        text += &self.carbs();
        text += &self.modes();
        text += &self.events();
        text
    }

    /// The place of an instant, from 0 to the number of columns.
    fn place(&self, at: DateTime<Utc>) -> f64 {
        let window = &self.period.window;
        let (whole, part) = (window.end.utc - window.start.utc, at - window.start.utc);
        part.num_seconds() as f64 / (whole.num_seconds().max(1) as f64) * self.columns as f64
    }

    /// The column of a moment inside the day.
    fn column(&self, at: Timestamp) -> Option<usize> {
        self.period.window.contains(at).then(|| (self.place(at.utc) as usize).min(self.columns - 1))
    }

    fn glucose(&self) -> String {
        let dots = self.dots();
        let thresholds = Thresholds::default();
        let (low, high) = (self.line_of(thresholds.low), self.line_of(thresholds.high));
        let mut text = String::new();
        for (line, cells) in dots.iter().enumerate() {
            let label = match line {
                0 => printing::glucose(self.top, self.unit),
                _ if line == high => printing::glucose(thresholds.high, self.unit),
                _ if line == low => printing::glucose(thresholds.low, self.unit),
                _ if line + 1 == LINES => printing::glucose(BOTTOM, self.unit),
                _ => String::new(),
            };
            let ruled = line == low || line == high;
            let drawn: String = cells.iter().map(|cell| cell.drawn(ruled)).collect();
            let _ =
                writeln!(text, "{}{}", style(format!("{label:>width$} ", width = LABEL - 1)).dim(), drawn.trim_end());
        }
        text
    }

    /// The line of the chart that a concentration lies in.
    fn line_of(&self, mg_per_dl: f64) -> usize {
        self.dot_of(mg_per_dl) / 4
    }

    /// The dot of the chart that a concentration lies on, from the top.
    fn dot_of(&self, mg_per_dl: f64) -> usize {
        let last = (LINES * 4 - 1) as f64;
        ((self.top - mg_per_dl) / (self.top - BOTTOM) * last).round().clamp(0.0, last) as usize
    }

    fn dots(&self) -> Vec<Vec<Cell>> {
        let mut cells = vec![vec![Cell::default(); self.columns]; LINES];
        let mut previous: Option<(Timestamp, usize, usize)> = None;
        for reading in self.period.readings.iter().filter(|reading| self.period.window.contains(reading.at)) {
            let across = ((self.place(reading.at.utc) * 2.0) as usize).min(self.columns * 2 - 1);
            let down = self.dot_of(reading.glucose.get());
            let from = previous
                .filter(|(at, ..)| reading.at.utc - at.utc <= JOINED)
                .map_or((across, down), |(_, x, y)| (x, y));
            for (x, y) in line(from, (across, down)) {
                let cell = &mut cells[y / 4][x / 2];
                cell.bits |= DOTS[x % 2][y % 4];
                cell.worst(reading.glucose);
            }
            previous = Some((reading.at, across, down));
        }
        cells
    }

    fn hours_line(&self) -> String {
        let mut line = vec![' '; self.columns + 2];
        let every = if self.columns >= 96 { 2 } else { 3 };
        for (hour, at) in self.hours.iter().filter(|(hour, _)| hour.is_multiple_of(every)) {
            let place = (self.place(*at).round() as usize).min(self.columns);
            let text = format!("{hour:02}");
            if place + text.len() <= line.len() {
                line.splice(place..place + text.len(), text.chars());
            }
        }
        let line: String = line.into_iter().take(self.columns).collect();
        format!("{}{}\n", " ".repeat(LABEL), style(line.trim_end()).dim())
    }

    /// The average rate of each column, as a block.
    fn basal(&self) -> String {
        let basal = &self.period.insulin.basal;
        let mut units = vec![0.0; self.columns];
        let mut covered = vec![0.0; self.columns];
        for segment in basal {
            let (from, to) =
                (self.place(segment.start.utc).max(0.0), self.place(segment.end.utc).min(self.columns as f64));
            for column in from as usize..(to.ceil().max(0.0) as usize).min(self.columns) {
                let share = (to.min(column as f64 + 1.0) - from.max(column as f64)).max(0.0);
                units[column] += share * segment.units_per_hour;
                covered[column] += share;
            }
        }
        let rates: Vec<_> =
            units.iter().zip(&covered).map(|(units, covered)| (*covered > 0.0).then(|| units / covered)).collect();
        let highest = rates.iter().flatten().copied().fold(0.0, f64::max);
        let block = |rate: &Option<f64>| match rate {
            None => ' ',
            Some(rate) if *rate < 0.005 => '_',
            Some(rate) => BLOCKS[((rate / highest * 8.0).round() as usize).clamp(1, 8)],
        };
        Self::strip(
            "basal",
            &rates.iter().map(block).collect::<String>(),
            Color::Blue,
            &format!("to {} U/h", fixed(highest, 2)),
        )
    }

    fn boluses(&self) -> String {
        let mut line = vec![' '; self.columns];
        for bolus in &self.period.insulin.boluses {
            let Some(column) = self.column(bolus.start) else { continue };
            let mark = if bolus.origin == BolusOrigin::Automatic { '▵' } else { '▲' };
            if line[column] != '▲' {
                line[column] = mark;
            }
        }
        Self::strip("bolus", &line.iter().collect::<String>(), Color::Cyan, "▲ by the person  ▵ automatic")
    }

    fn carbs(&self) -> String {
        let mut line = vec![' '; self.columns];
        let entries = self.period.insulin.carbs.iter().map(|entry| (entry.at, entry.grams));
        let mut entries: Vec<_> = entries.filter(|(_, grams)| *grams > 0.0).collect();
        entries.sort_by_key(|(at, _)| *at);
        let mut written = 0;
        for (at, grams) in entries {
            let text = fixed(grams, 0);
            let Some(column) = self.column(at) else { continue };
            let column = column.min(self.columns - text.len()).max(if written > 0 && written >= column {
                written + 1
            } else {
                0
            });
            if column + text.len() <= self.columns {
                line.splice(column..column + text.len(), text.chars());
                written = column + text.len();
            }
        }
        Self::strip("carbs g", &line.iter().collect::<String>(), Color::Yellow, "")
    }

    fn modes(&self) -> String {
        let mut line = vec![' '; self.columns];
        let mut unknown = BTreeSet::new();
        for span in &self.period.insulin.loop_modes {
            match &span.value {
                LoopMode::ClosedLoop => {}
                LoopMode::NoControl | LoopMode::OpenLoop | LoopMode::Waiting => {
                    self.fill(&mut line, (span.start, span.end), 'm');
                }
                LoopMode::Unknown(label) => {
                    self.fill(&mut line, (span.start, span.end), '?');
                    unknown.insert(label.as_ref());
                }
            }
        }
        for span in &self.period.insulin.user_modes {
            match &span.value {
                UserMode::Sleeping => self.fill(&mut line, (span.start, span.end), 's'),
                UserMode::Exercising => self.fill(&mut line, (span.start, span.end), 'x'),
                UserMode::EatingSoon => self.fill(&mut line, (span.start, span.end), 'e'),
                UserMode::Normal => {}
                UserMode::Unknown(label) => {
                    self.fill(&mut line, (span.start, span.end), '?');
                    unknown.insert(label.as_ref());
                }
            }
        }
        for span in &self.period.suspensions {
            self.fill(&mut line, (span.start, span.end), '■');
        }
        let words =
            [('s', "sleep"), ('x', "exercise"), ('e', "eating soon"), ('m', "automation off"), ('■', "suspended")];
        let unknown = unknown.into_iter().map(|label| ('?', label));
        let used: Vec<_> = words
            .into_iter()
            .chain(unknown)
            .filter(|(mark, _)| line.contains(mark))
            .map(|(mark, word)| format!("{mark} {word}"))
            .collect();
        Self::strip("modes", &line.iter().collect::<String>(), Color::Magenta, &used.join("  "))
    }

    fn fill(&self, line: &mut [char], (start, end): (Timestamp, Timestamp), mark: char) {
        let Some((start, end)) = self.period.window.clip(start, end) else { return };
        let from = (self.place(start.utc) as usize).min(self.columns - 1);
        let to = (self.place(end.utc).ceil() as usize).clamp(from + 1, self.columns);
        line[from..to].fill(mark);
    }

    fn events(&self) -> String {
        let mut line = vec![' '; self.columns];
        let sites =
            self.period.site_changes.iter().map(|change| change.at).chain(self.period.sensor_starts.iter().copied());
        for at in sites {
            self.column(at).into_iter().for_each(|column| line[column] = SITE);
        }
        for alarm in &self.period.alarms {
            self.column(alarm.at).into_iter().for_each(|column| line[column] = ALARM);
        }
        Self::strip(
            "events",
            &line.iter().collect::<String>(),
            Color::Red,
            "! alarm or alert  + site, cartridge or sensor",
        )
    }

    /// A line with a label, and under it what its marks mean; nothing where there is nothing.
    fn strip(label: &str, line: &str, color: Color, legend: &str) -> String {
        if line.trim().is_empty() {
            return String::new();
        }
        let mut text = format!(
            "{}{}\n",
            style(format!("{label:>width$} ", width = LABEL - 1)).dim(),
            style(line.trim_end()).fg(color)
        );
        if !legend.is_empty() {
            let _ = writeln!(text, "{}{}", " ".repeat(LABEL), style(legend).dim());
        }
        text
    }
}

/// One character of the glucose chart.
#[derive(Clone, Copy, Default)]
struct Cell {
    bits: u32,
    color: Option<(u8, Color)>,
}

impl Cell {
    /// Takes the colour of `glucose` if it is further from the range than what is drawn already.
    fn worst(&mut self, glucose: MgPerDl) {
        let (value, t) = (glucose.get(), Thresholds::default());
        let this = if value < t.low {
            (3, Color::Red)
        } else if value > t.very_high {
            (2, Color::Magenta)
        } else if value > t.high {
            (1, Color::Yellow)
        } else {
            (0, Color::Green)
        };
        if self.color.is_none_or(|(weight, _)| this.0 > weight) {
            self.color = Some(this);
        }
    }

    fn drawn(self, ruled: bool) -> String {
        match self.color {
            Some((_, color)) => style(char::from_u32(0x2800 + self.bits).unwrap_or(' ')).fg(color).to_string(),
            None if ruled => style('┈').dim().to_string(),
            None => " ".to_owned(),
        }
    }
}

/// Every dot between two, both included.
fn line(from: (usize, usize), to: (usize, usize)) -> impl Iterator<Item = (usize, usize)> {
    let (dx, dy) = (to.0 as f64 - from.0 as f64, to.1 as f64 - from.1 as f64);
    let steps = dx.abs().max(dy.abs()).max(1.0);
    let at = move |start: usize, distance: f64, step: usize| {
        (start as f64 + distance * step as f64 / steps).round() as usize
    };
    (0..=steps as usize).map(move |step| (at(from.0, dx, step), at(from.1, dy, step)))
}

//! The third page: episodes in numbers, beside the period before, and one by one.

use maud::{Markup, html};

use super::{
    Page,
    digest::Digest,
    frame,
    words::{self, define},
};
use crate::episodes::{Episode, EpisodeKind, EpisodeSummaries, EpisodeSummary};

/// More rows than this of one group are not listed; the numbers above count them all.
const MOST_ROWS: usize = 150;

pub(super) fn render(page: &Page) -> Markup {
    let basis = frame::glucose_basis(page.digest);
    html! {
        section.sheet #episodes aria-labelledby="episodes-h" {
            div.page-head { h2 #episodes-h { "Episodes" } }
            @if page.digest.has_readings() {
                (frame::figure("counts", "How many", &basis, define::EPISODES, &counts(page)))
                (frame::figure("list", "One by one", &basis, define::EPISODES, &lists(page)))
            } @else {
                (frame::nothing("No CGM readings in this window."))
            }
        }
    }
}

fn name(kind: EpisodeKind, page: &Page) -> String {
    let t = &page.options.thresholds;
    let at = |edge: f64| format!("{} {}", page.glucose(edge), page.unit());
    match kind {
        EpisodeKind::Low => format!("Low, below {}", at(t.low)),
        EpisodeKind::VeryLow => format!("Very low, below {}", at(t.very_low)),
        EpisodeKind::ExtendedLow => format!("Extended low, over 2 h below {}", at(t.low)),
        EpisodeKind::High => format!("High, above {}", at(t.high)),
        EpisodeKind::VeryHigh => format!("Very high, above {}", at(t.very_high)),
        EpisodeKind::ExtendedHigh => format!("Extended high, 90 min above {}", at(t.very_high)),
    }
}

fn short_name(kind: EpisodeKind) -> &'static str {
    match kind {
        EpisodeKind::Low => "low",
        EpisodeKind::VeryLow => "very low",
        EpisodeKind::ExtendedLow => "extended low",
        EpisodeKind::High => "high",
        EpisodeKind::VeryHigh => "very high",
        EpisodeKind::ExtendedHigh => "extended high",
    }
}

fn summary_of(summaries: &EpisodeSummaries, kind: EpisodeKind) -> Option<EpisodeSummary> {
    match kind {
        EpisodeKind::Low => summaries.low,
        EpisodeKind::VeryLow => summaries.very_low,
        EpisodeKind::ExtendedLow => summaries.extended_low,
        EpisodeKind::High => summaries.high,
        EpisodeKind::VeryHigh => summaries.very_high,
        EpisodeKind::ExtendedHigh => summaries.extended_high,
    }
}

fn counts(page: &Page) -> Markup {
    let shown = |summary: Option<EpisodeSummary>| {
        summary.map_or_else(|| words::NOTHING.to_owned(), |s| s.total_episodes.to_string())
    };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Episodes by kind" {
            table.plain {
                thead {
                    tr {
                        th scope="col" { "Kind" }
                        th scope="col" { "Count" }
                        th scope="col" { "Per week" }
                        @if page.previous.is_some() { th scope="col" { "Before, per week" } }
                        th scope="col" { "Mean length" }
                        th scope="col" { "Mean glucose" }
                    }
                }
                tbody {
                    @for kind in EpisodeKind::ALL {
                        @let summary = summary_of(page.digest.episode_summaries(), kind);
                        tr {
                            th scope="row" { (name(kind, page)) }
                            td { (shown(summary)) }
                            td { (per_week(page.digest, kind)) }
                            @if let Some(previous) = page.previous { td { (per_week(previous, kind)) } }
                            td { (mean_length(summary)) }
                            td { (summary.and_then(|s| s.avg_ep_gl).map_or_else(|| words::NOTHING.to_owned(), |mean| page.glucose(mean))) }
                        }
                    }
                }
            }
        }
    }
}

/// Episodes per seven days of readings, so that periods of different length and wear can be compared, and why they say little
/// where they do.
fn per_week(digest: &Digest, kind: EpisodeKind) -> Markup {
    let rate = summary_of(digest.episode_summaries(), kind).and_then(|summary| summary.avg_ep_per_day);
    html! {
        (words::number(rate.map(|per_day| 7.0 * per_day), 1))
        @if let Some(why) = frame::low_wear(digest) { " " span.small-print { "(" (why) ")" } }
    }
}

fn mean_length(summary: Option<EpisodeSummary>) -> String {
    let some = summary.filter(|summary| summary.total_episodes > 0);
    some.map_or_else(|| words::NOTHING.to_owned(), |summary| words::duration(summary.avg_ep_duration))
}

fn lists(page: &Page) -> Markup {
    let of = |outer: EpisodeKind| page.digest.episodes.iter().filter(move |e| e.kind == outer).collect::<Vec<_>>();
    let (lows, highs) = (of(EpisodeKind::Low), of(EpisodeKind::High));
    html! {
        details.list open {
            summary { (words::count(lows.len(), "low", "lows")) }
            (table(page, &lows, "Lowest", EpisodeKind::VeryLow, EpisodeKind::ExtendedLow))
        }
        details.list {
            summary { (words::count(highs.len(), "high", "highs")) }
            (table(page, &highs, "Highest", EpisodeKind::VeryHigh, EpisodeKind::ExtendedHigh))
        }
    }
}

fn table(page: &Page, episodes: &[&Episode], extreme: &str, worse: EpisodeKind, longer: EpisodeKind) -> Markup {
    if episodes.is_empty() {
        return frame::nothing("None.");
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label={ "Episodes with their " (extreme.to_lowercase()) " value" } {
            table.plain {
                thead { tr { @for head in ["Day", "From", "Length", extreme, "Mean"] { th scope="col" { (head) } } th.text scope="col" { "Also" } } }
                tbody { @for episode in episodes.iter().take(MOST_ROWS) { (row(page, episode, worse, longer)) } }
            }
        }
        @if episodes.len() > MOST_ROWS { p.small-print { "and " (episodes.len() - MOST_ROWS) " more, which are not listed here" } }
    }
}

fn row(page: &Page, episode: &Episode, worse: EpisodeKind, longer: EpisodeKind) -> Markup {
    let holds = |kind: EpisodeKind| {
        let inside = |e: &Episode| e.kind == kind && e.start < episode.end && episode.start < e.end;
        page.digest.episodes.iter().any(inside)
    };
    let also: Vec<&str> = [worse, longer].into_iter().filter(|kind| holds(*kind)).map(short_name).collect();
    html! {
        tr {
            th scope="row" { (words::date(episode.start.date())) }
            td { (words::clock(episode.start.wall)) }
            td { (words::duration(episode.duration_minutes)) }
            td { (page.glucose(episode.extreme)) }
            td { (page.glucose(episode.mean)) }
            td.text { (also.join(", ")) }
        }
    }
}

//! The third page: episodes in numbers, beside the period before, and one by one.

use maud::{Markup, html};

use super::{digest::Digest, evidence, frame, page::Page, words};
use crate::episodes::{Episode, EpisodeKind, EpisodeSummaries, EpisodeSummary};

/// More rows than this of one group are not listed; the numbers above count them all.
const MAX_ROWS: usize = 150;

pub(super) fn render(page: &Page) -> Markup {
    let basis = frame::glucose_basis(page, page.digest);
    let figure = |class, key: &str, body: &Markup| {
        frame::render_figure(page, class, &page.translate(key), &basis, evidence::EPISODES, body)
    };
    html! {
        section.sheet #episodes aria-labelledby="episodes-h" {
            div.page-head { h2 #episodes-h { (page.translate("part-episodes")) } }
            @if page.digest.has_readings() {
                (figure("counts", "figure-counts", &counts(page)))
                (figure("list", "figure-list", &lists(page)))
            } @else {
                (frame::nothing(&page.translate("nothing-readings")))
            }
        }
    }
}

fn name(kind: EpisodeKind, page: &Page) -> String {
    let t = &page.options.thresholds;
    let (key, edge) = match kind {
        EpisodeKind::Low => ("episode-low", t.low),
        EpisodeKind::VeryLow => ("episode-very-low", t.very_low),
        EpisodeKind::ExtendedLow => ("episode-extended-low", t.low),
        EpisodeKind::High => ("episode-high", t.high),
        EpisodeKind::VeryHigh => ("episode-very-high", t.very_high),
        EpisodeKind::ExtendedHigh => ("episode-extended-high", t.very_high),
    };
    page.translate_with(key, &[("edge", format!("{} {}", page.glucose(edge), page.unit()).into())])
}

fn short_name(kind: EpisodeKind) -> &'static str {
    match kind {
        EpisodeKind::Low => "also-low",
        EpisodeKind::VeryLow => "also-very-low",
        EpisodeKind::ExtendedLow => "also-extended-low",
        EpisodeKind::High => "also-high",
        EpisodeKind::VeryHigh => "also-very-high",
        EpisodeKind::ExtendedHigh => "also-extended-high",
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
        div.scroll tabindex="0" role="region" aria-label=(page.translate("figure-counts")) {
            table.plain {
                thead {
                    tr {
                        th scope="col" { (page.translate("head-kind")) }
                        th scope="col" { (page.translate("head-count")) }
                        th scope="col" { (page.translate("head-per-week")) }
                        @if page.previous.is_some() { th scope="col" { (page.translate("head-before-per-week")) } }
                        th scope="col" { (page.translate("head-mean-length")) }
                        th scope="col" { (page.translate("head-mean-glucose")) }
                    }
                }
                tbody {
                    @for kind in EpisodeKind::ALL {
                        @let summary = summary_of(page.digest.episode_summaries(), kind);
                        tr {
                            th scope="row" { (name(kind, page)) }
                            td { (shown(summary)) }
                            td { (per_week(page, page.digest, kind)) }
                            @if let Some(previous) = page.previous { td { (per_week(page, previous, kind)) } }
                            td { (mean_length(page, summary)) }
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
fn per_week(page: &Page, digest: &Digest, kind: EpisodeKind) -> Markup {
    let rate = summary_of(digest.episode_summaries(), kind).and_then(|summary| summary.avg_ep_per_day);
    html! {
        (page.optional(rate.map(|per_day| 7.0 * per_day), 1))
        @if let Some(why) = frame::low_wear(page, digest) { " " span.small-print { "(" (why) ")" } }
    }
}

fn mean_length(page: &Page, summary: Option<EpisodeSummary>) -> String {
    let some = summary.filter(|summary| summary.total_episodes > 0);
    some.map_or_else(|| words::NOTHING.to_owned(), |summary| page.format_duration(summary.avg_ep_duration))
}

fn lists(page: &Page) -> Markup {
    let of = |outer: EpisodeKind| page.digest.episodes.iter().filter(move |e| e.kind == outer).collect::<Vec<_>>();
    let (lows, highs) = (of(EpisodeKind::Low), of(EpisodeKind::High));
    html! {
        details.list open {
            summary { (page.count("lows", lows.len())) }
            (table(page, &lows, "head-lowest", EpisodeKind::VeryLow, EpisodeKind::ExtendedLow))
        }
        details.list {
            summary { (page.count("highs", highs.len())) }
            (table(page, &highs, "head-highest", EpisodeKind::VeryHigh, EpisodeKind::ExtendedHigh))
        }
    }
}

fn table(page: &Page, episodes: &[&Episode], extreme: &str, worse: EpisodeKind, longer: EpisodeKind) -> Markup {
    if episodes.is_empty() {
        return frame::nothing(&page.translate("none"));
    }
    html! {
        div.scroll tabindex="0" role="region" aria-label=(page.translate("figure-list")) {
            table.plain {
                thead { tr { @for head in ["head-day", "head-from", "head-length", extreme, "head-mean"] { th scope="col" { (page.translate(head)) } } th.text scope="col" { (page.translate("head-also")) } } }
                tbody { @for episode in episodes.iter().take(MAX_ROWS) { (row(page, episode, worse, longer)) } }
            }
        }
        @if episodes.len() > MAX_ROWS { p.small-print { (page.count("more-episodes", episodes.len() - MAX_ROWS)) } }
    }
}

fn row(page: &Page, episode: &Episode, worse: EpisodeKind, longer: EpisodeKind) -> Markup {
    let holds = |kind: EpisodeKind| {
        let inside = |e: &Episode| e.kind == kind && e.start < episode.end && episode.start < e.end;
        page.digest.episodes.iter().any(inside)
    };
    let also: Vec<String> =
        [worse, longer].into_iter().filter(|kind| holds(*kind)).map(|kind| page.translate(short_name(kind))).collect();
    html! {
        tr {
            th scope="row" { (page.format_date(episode.start.date())) }
            td { (words::format_clock(episode.start.wall)) }
            td { (page.format_duration(episode.duration_minutes)) }
            td { (page.glucose(episode.extreme)) }
            td { (page.glucose(episode.mean)) }
            td.text { (also.join(", ")) }
        }
    }
}

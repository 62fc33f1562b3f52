//! The rules of episodes that make or break agreement, each on a series of its own.

use report::{
    Thresholds,
    episodes::{EpisodeKind, find_episodes},
};

use crate::support::{block, reading, series};

/// Episodes of `kind` as (minutes, mean).
fn found(values: &[f64], kind: EpisodeKind) -> Vec<(f64, f64)> {
    let all = find_episodes(&series(values), &Thresholds::default());
    all.iter().filter(|e| e.kind == kind).map(|e| (e.duration_minutes, e.mean)).collect()
}

#[track_caller]
fn check(name: &str, blocks: &[(f64, usize)], kind: EpisodeKind, expected: &[f64]) {
    let values: Vec<f64> = blocks.iter().flat_map(|(value, count)| block(*value, *count)).collect();
    let durations: Vec<f64> = found(&values, kind).iter().map(|(minutes, _)| *minutes).collect();
    assert_eq!(durations, expected, "{name}");
}

#[test]
fn durations_follow_the_consensus() {
    use EpisodeKind::{ExtendedHigh, ExtendedLow, High, Low, VeryHigh, VeryLow};
    check("three points are fifteen minutes", &[(110.0, 12), (65.0, 3), (110.0, 12)], Low, &[15.0]);
    check("two are not", &[(110.0, 12), (65.0, 2), (110.0, 12)], Low, &[]);
    check("a short recovery is part of it", &[(110.0, 3), (65.0, 3), (110.0, 2), (65.0, 3), (110.0, 3)], Low, &[40.0]);
    check("a whole recovery ends it", &[(65.0, 3), (110.0, 3), (65.0, 3), (110.0, 3)], Low, &[15.0, 15.0]);
    check("70 is not low", &[(110.0, 3), (70.0, 30), (110.0, 3)], Low, &[]);
    check("54 is not very low", &[(110.0, 3), (54.0, 30), (110.0, 3)], VeryLow, &[]);
    check("very low nests in low", &[(110.0, 3), (65.0, 3), (50.0, 3), (65.0, 3), (110.0, 3)], VeryLow, &[15.0]);
    check("the outer one lasts longer", &[(110.0, 3), (65.0, 3), (50.0, 3), (65.0, 3), (110.0, 3)], Low, &[45.0]);
    check("two hours are not extended", &[(110.0, 3), (65.0, 24), (110.0, 3)], ExtendedLow, &[]);
    check("more than two hours are", &[(110.0, 3), (65.0, 25), (110.0, 3)], ExtendedLow, &[125.0]);
    check("180 is not high", &[(110.0, 3), (180.0, 30)], High, &[]);
    check("the end of the data ends it", &[(110.0, 3), (181.0, 30)], High, &[150.0]);
    check("250 is not very high", &[(110.0, 3), (250.0, 30)], VeryHigh, &[]);
    check(
        "ninety of 120 minutes",
        &[(110.0, 3), (260.0, 9), (200.0, 6), (260.0, 9), (110.0, 3)],
        ExtendedHigh,
        &[120.0],
    );
    check("less than that", &[(110.0, 3), (260.0, 8), (200.0, 6), (260.0, 9), (110.0, 3)], ExtendedHigh, &[]);
}

#[test]
fn a_bridged_gap_joins_and_a_longer_one_cuts() {
    let low_around_a_gap_of = |minutes: i64| {
        let readings = [reading(5, 65.0), reading(10, 65.0), reading(10 + minutes, 65.0), reading(15 + minutes, 65.0)];
        let with_normal = readings.into_iter().chain((1..60).map(|n| reading(15 + minutes + 5 * n, 110.0)));
        let all = find_episodes(&with_normal.collect::<Vec<_>>(), &Thresholds::default());
        all.iter().map(|e| e.duration_minutes).collect::<Vec<_>>()
    };
    assert_eq!(low_around_a_gap_of(35), [50.0]);
    assert_eq!(low_around_a_gap_of(45), [60.0]);
    assert_eq!(low_around_a_gap_of(50), [] as [f64; 0]);
}

#[test]
fn an_episode_says_when_and_how_far() {
    let values: Vec<f64> = [block(110.0, 11), vec![68.0, 60.0, 64.0], block(110.0, 5)].concat();
    let episodes = find_episodes(&series(&values), &Thresholds::default());
    let [low] = episodes.as_slice() else { panic!("one episode, not {episodes:?}") };
    assert_eq!(low.start.wall.to_string(), "2024-03-04 01:00:00");
    assert_eq!(low.end.wall.to_string(), "2024-03-04 01:15:00");
    assert_eq!((low.mean, low.extreme), (64.0, 60.0));
}

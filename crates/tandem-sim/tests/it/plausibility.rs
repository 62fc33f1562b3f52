//! placeholder
use std::collections::BTreeMap;
use tandem_sim::history::*;

#[test]
fn stats() {
    for (name, scenario) in [("quiet", Scenario::quiet(14)), ("demo", Scenario::demo()), ("torture", Scenario::torture(1))] {
        let start = std::time::Instant::now();
        let history = scenario.simulate();
        eprintln!("== {name}: {} events in {:?}", history.event_count(), start.elapsed());
        for (pump, truth) in history.pumps.iter().zip(&history.truth.pumps) {
            let days = (*truth.instants.last().unwrap() - truth.instants[0]).num_seconds() as f64 / 86400.0;
            let mut codes: BTreeMap<u16, usize> = BTreeMap::new();
            for e in &pump.events { *codes.entry(e.header().code.0).or_default() += 1; }
            eprintln!("pump {} days {days:.1} events/day {:.0}", pump.serial, pump.events.len() as f64 / days);
            eprintln!("  codes/day {:?}", codes.iter().map(|(c, n)| (*c, (*n as f64 / days * 100.0).round() / 100.0)).collect::<Vec<_>>());
            let ok: Vec<f64> = truth.cgm.iter().map(|r| match r.status { CgmStatus::Low => 39.0, CgmStatus::High => 401.0, _ => f64::from(r.display_value) }).collect();
            let n = ok.len() as f64;
            let share = |f: &dyn Fn(f64) -> bool| 100.0 * ok.iter().filter(|v| f(**v)).count() as f64 / n;
            let mean = ok.iter().sum::<f64>() / n;
            let sd = (ok.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n).sqrt();
            eprintln!("  cgm/day {:.0} mean {mean:.0} cv {:.0}% TIR {:.1} <70 {:.1} <54 {:.1} >180 {:.1} >250 {:.1} low {} high {} hidden {} backfill {} twice {}", n / days, 100.0*sd/mean,
                share(&|v| (70.0..=180.0).contains(&v)), share(&|v| v < 70.0), share(&|v| v < 54.0), share(&|v| v > 180.0), share(&|v| v > 250.0),
                truth.cgm.iter().filter(|r| r.status == CgmStatus::Low).count(), truth.cgm.iter().filter(|r| r.status == CgmStatus::High).count(), truth.hidden_cgm.len(),
                truth.cgm.iter().filter(|r| r.backfill).count(), truth.cgm.iter().filter(|r| r.sequences.len() > 1).count());
            let basal: f64 = truth.basal.iter().map(|s| s.delivered().units()).sum();
            let bolus: f64 = truth.boluses.iter().map(|b| f64::from(b.delivered) / 1000.0).sum();
            eprintln!("  basal/day {:.1} bolus/day {:.1} boluses/day {:.1}", basal / days, bolus / days, truth.boluses.len() as f64 / days);
            let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
            for b in &truth.boluses { *kinds.entry(format!("{:?}", b.kind)).or_default() += 1; *kinds.entry(format!("{:?}", b.source)).or_default() += 1; *kinds.entry(format!("end {:?}", b.end)).or_default() += 1; }
            eprintln!("  {kinds:?}");
            eprintln!("  sessions {} modes {} control {} suspensions {} temps {} alarms {} clock {:?}", truth.sensor_sessions.len(), truth.user_modes.len(), truth.control_modes.len(), truth.suspensions.len(), truth.temp_rates.len(), truth.alarms.len(),
                truth.clock.iter().map(|c| (c.start.to_rfc3339(), c.offset_seconds)).collect::<Vec<_>>());
        }
    }
}

//! How a person wants to see things: from flags, the configuration, the pump, and where the person lives.

use anyhow::Result;
use chrono_tz::Tz;
use clap::ValueEnum;
use report::{GlucoseUnit, Language, Paper, Thresholds};

use super::arguments::Units;
use crate::context::Context;
use crate::failure::{Exit, Failure};
use crate::history::History;

/// Zones of countries that measure glucose in mmol/L; the others use mg/dL.
const MMOL_ZONES: [&str; 38] = [
    "America/Edmonton",
    "America/Halifax",
    "America/Moncton",
    "America/Montreal",
    "America/Regina",
    "America/St_Johns",
    "America/Toronto",
    "America/Vancouver",
    "America/Whitehorse",
    "America/Winnipeg",
    "Asia/Hong_Kong",
    "Asia/Kuala_Lumpur",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Atlantic/Reykjavik",
    "Africa/Johannesburg",
    "Europe/Amsterdam",
    "Europe/Belfast",
    "Europe/Belgrade",
    "Europe/Bratislava",
    "Europe/Copenhagen",
    "Europe/Dublin",
    "Europe/Helsinki",
    "Europe/Kiev",
    "Europe/Kyiv",
    "Europe/Ljubljana",
    "Europe/London",
    "Europe/Moscow",
    "Europe/Oslo",
    "Europe/Prague",
    "Europe/Riga",
    "Europe/Stockholm",
    "Europe/Tallinn",
    "Europe/Vilnius",
    "Europe/Zagreb",
    "Europe/Zurich",
    "Pacific/Auckland",
    "Pacific/Chatham",
];
/// Numbers of `[targets]` below this are mmol/L: no glucose in mg/dL is a target there.
const LEAST_MG_PER_DL: f64 = 35.0;

/// A language, as it is named on the command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LanguageName {
    /// English
    #[value(name = "en", alias = "english")]
    En,
    /// German
    #[value(name = "de", alias = "german", alias = "deutsch")]
    De,
}

/// A size of paper, as it is named on the command line.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum PaperName {
    /// 210 × 297 mm
    A4,
    /// 8.5 × 11 inches
    Letter,
}

/// The unit that a flag names, else the configuration, else the pump's own, else that of the country.
pub(crate) fn glucose_unit(
    flag: Option<Units>,
    context: &Context,
    history: Option<&History<'_>>,
) -> Result<GlucoseUnit> {
    let configured =
        configured(context.settings.file.glucose_unit.as_deref(), "glucose_unit", "\"mg/dL\" or \"mmol/L\"")?;
    if let Some(named) = flag.or(configured) {
        return Ok(match named {
            Units::MmolPerL => GlucoseUnit::MmolPerL,
            Units::MgPerDl => GlucoseUnit::MgPerDl,
        });
    }
    let of_pump = history.map(History::pump_unit).transpose()?.flatten();
    let zone = context.settings.zone.or(history.and_then(|history| history.zone));
    Ok(of_pump.unwrap_or_else(|| unit_in(zone)))
}

fn unit_in(zone: Option<Tz>) -> GlucoseUnit {
    let name = zone.map(Tz::name).unwrap_or_default();
    let uses_mmol = MMOL_ZONES.contains(&name) || name.starts_with("Australia/") || name.starts_with("Canada/");
    if uses_mmol { GlucoseUnit::MmolPerL } else { GlucoseUnit::MgPerDl }
}

/// The language that a flag names, else the configuration, else English.
pub(crate) fn language(flag: Option<LanguageName>, context: &Context) -> Result<Language> {
    let configured = configured(context.settings.file.language.as_deref(), "language", "\"en\" or \"de\"")?;
    Ok(match flag.or(configured) {
        Some(LanguageName::De) => Language::German,
        Some(LanguageName::En) | None => Language::English,
    })
}

/// The paper that a flag names, else the configuration, else Letter in America and A4 everywhere else.
pub(crate) fn paper(flag: Option<PaperName>, context: &Context, zone: Option<Tz>) -> Result<Paper> {
    let configured = configured(context.settings.file.paper.as_deref(), "paper", "\"a4\" or \"letter\"")?;
    let american = zone.is_some_and(|zone| zone.name().starts_with("America/") || zone.name().starts_with("US/"));
    Ok(match flag.or(configured) {
        Some(PaperName::Letter) => Paper::Letter,
        None if american => Paper::Letter,
        Some(PaperName::A4) | None => Paper::A4,
    })
}

/// A value of the configuration that is one of a few names.
fn configured<T: ValueEnum>(name: Option<&str>, key: &str, known: &str) -> Result<Option<T>> {
    let unknown = |name: &str| {
        Failure::new(Exit::Configuration, format!("unknown {key} {name:?} in the configuration file"))
            .hint(format!("use {known}"))
    };
    Ok(name.map(|name| T::from_str(name, true).map_err(|_| unknown(name))).transpose()?)
}

/// A person's own target range in mg/dL, where the configuration has one.
pub(crate) fn own_target(context: &Context) -> Result<Option<(f64, f64)>> {
    let Some(targets) = context.settings.file.targets else { return Ok(None) };
    let in_mg_per_dl = |value: f64| {
        if value < LEAST_MG_PER_DL {
            report::MgPerDl::from_mmol_per_l(value).map(report::MgPerDl::get)
        } else {
            Some(value)
        }
    };
    let usual = Thresholds::default();
    let range = in_mg_per_dl(targets.low).zip(in_mg_per_dl(targets.high));
    let plausible = range.filter(|(low, high)| usual.very_low < *low && low < high && *high < usual.very_high);
    let implausible = || {
        Failure::new(
            Exit::Configuration,
            format!("the targets {} to {} in the configuration file are not a target range", targets.low, targets.high),
        )
        .hint("[targets] takes low and high between 54 and 250 mg/dL, or 3.0 and 13.9 mmol/L")
    };
    Ok(Some(plausible.ok_or_else(implausible)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_have_their_units() {
        let rows = [
            ("America/New_York", GlucoseUnit::MgPerDl),
            ("America/Toronto", GlucoseUnit::MmolPerL),
            ("Europe/London", GlucoseUnit::MmolPerL),
            ("Europe/Berlin", GlucoseUnit::MgPerDl),
            ("Australia/Sydney", GlucoseUnit::MmolPerL),
            ("UTC", GlucoseUnit::MgPerDl),
        ];
        for (name, unit) in rows {
            assert_eq!(unit_in(name.parse().ok()), unit, "{name}");
        }
        let unknown: Vec<_> = MMOL_ZONES.iter().filter(|name| name.parse::<Tz>().is_err()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}

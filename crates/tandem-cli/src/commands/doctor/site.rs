//! The checks of a Nightscout site, where one is configured.

use nightscout::{ApiVersion, CgmPolicy, Examination, Nightscout};
use pipeline::SinkError;

use super::check::{Check, Grade};
use crate::context::Context;
use crate::failure;
use crate::output::format_span;

const NAME: &str = "nightscout";

/// Looks at the site: reachable, version, permissions, clock, units.
pub(super) fn check_site(context: &Context) -> Vec<Check> {
    if !context.settings.has_nightscout() {
        return Vec::new();
    }
    let settings = match context.settings.nightscout(None) {
        Ok(settings) => settings,
        Err(error) => return vec![Check::bad(NAME, &error)],
    };
    if settings.token_place().is_none() {
        let advice =
            "create a token under Admin Tools on your site, then set TANDEM_NIGHTSCOUT_TOKEN or `token_command`";
        return vec![Check::note(NAME, "an address, but no token", advice)];
    }
    let cgm = settings.cgm;
    let examined = Nightscout::new(settings.site_config()).and_then(|site| context.runtime.block_on(site.examine()));
    examined.map_or_else(|error| vec![unreachable(&error)], |examination| found(&examination, cgm))
}

fn unreachable(error: &SinkError) -> Check {
    let (advice, exit) = failure::of_sink(error.kind);
    Check { name: NAME, grade: Grade::Bad(exit), words: error.to_string(), advice: Some(advice) }
}

fn found(examination: &Examination, cgm: CgmPolicy) -> Vec<Check> {
    let mut checks = vec![version(examination)];
    checks.extend(permissions(examination, cgm));
    checks.extend(clock(examination));
    checks
}

fn version(examination: &Examination) -> Check {
    let api = if examination.api == ApiVersion::V3 { 3 } else { 1 };
    let site = examination.site_version.as_ref().map_or_else(String::new, |version| format!("version {version}, "));
    let units = examination.units.as_ref().map_or_else(String::new, |units| format!(", shows {units}"));
    let words = format!("answers: {site}API version {api}{units}");
    if examination.api == ApiVersion::V1 {
        return Check::note(NAME, words, "update the site: version 3 of the API identifies documents");
    }
    Check::good(NAME, words)
}

fn permissions(examination: &Examination, cgm: CgmPolicy) -> Option<Check> {
    let permissions = examination.permissions.as_ref()?;
    let needed = permissions.iter().filter(|permission| permission.collection != "entries" || cgm != CgmPolicy::Never);
    let missing = |permission: &nightscout::Permission| {
        permission
            .missing
            .iter()
            .map(|operation| format!("api:{}:{operation}", permission.collection))
            .collect::<Vec<_>>()
    };
    let missing: Vec<_> = needed.flat_map(missing).collect();
    if missing.is_empty() {
        return Some(Check::good(NAME, "the token may read, create, update and delete"));
    }
    let (advice, exit) = failure::of_sink(pipeline::SinkErrorKind::PermissionMissing);
    let words = format!("the token lacks {}", missing.join(", "));
    Some(Check { name: NAME, grade: Grade::Bad(exit), words, advice: Some(advice) })
}

fn clock(examination: &Examination) -> Option<Check> {
    let skew = examination.clock_skew.filter(|skew| skew.abs() > chrono::TimeDelta::minutes(5))?;
    let side = if skew > chrono::TimeDelta::zero() { "ahead of" } else { "behind" };
    let words = format!("the site's clock is {} {side} this computer's", format_span(skew.abs()));
    Some(Check::note(NAME, words, "set the server's clock: new data may appear old, or not at all"))
}

//! Time zones as people write them: an IANA name or a city. Never an offset, which is wrong half of the year.

use std::str::FromStr as _;

use anyhow::Result;
use chrono_tz::{TZ_VARIANTS, Tz};

use crate::failure::{Exit, Failure};

/// A suggestion shares at least this much with what was written: 1 less the share of letters to be changed.
const LIKENESS: f64 = 0.7;

/// Reads a time zone.
///
/// # Errors
/// A [`Failure`] with a hint that names a place, if the text is an offset, an abbreviation, or no zone.
pub(crate) fn parse_zone(text: &str) -> Result<Tz> {
    let wanted = normalize(text);
    match find_zone(&wanted) {
        Some(zone) if is_place(zone) => Ok(zone),
        _ => Err(reject(text.trim(), &wanted).into()),
    }
}

/// True for a zone whose clocks are those of some place; `UTC` is what it says. False for `EST`, `Etc/GMT+4` and the like.
pub(crate) fn is_place(zone: Tz) -> bool {
    const OFFSETS: [&str; 11] =
        ["EST", "MST", "HST", "GMT", "GMT0", "GMT+0", "GMT-0", "Greenwich", "UCT", "Universal", "Zulu"];
    let name = zone.name();
    name == "Etc/UTC" || !(name.starts_with("Etc/") || OFFSETS.contains(&name))
}

/// The zone with this name, or of this city.
fn find_zone(wanted: &str) -> Option<Tz> {
    let named = TZ_VARIANTS.iter().find(|zone| normalize(zone.name()) == wanted);
    named.copied().or_else(|| city_zone(wanted)).or_else(|| other_city_zone(wanted))
}

/// The zone named after a city. Some cities have an older name besides; the shorter of the two is the usual one.
fn city_zone(wanted: &str) -> Option<Tz> {
    let cities = TZ_VARIANTS.iter().filter(|zone| is_place(**zone) && normalize(city(**zone)) == wanted);
    cities.filter(|zone| zone.name().contains('/')).min_by_key(|zone| zone.name().len()).copied()
}

fn city(zone: Tz) -> &'static str {
    zone.name().rsplit('/').next().unwrap_or_default()
}

fn other_city_zone(wanted: &str) -> Option<Tz> {
    let found = OTHER_CITIES.iter().find(|(_, cities)| cities.split(", ").any(|city| normalize(city) == wanted));
    found.and_then(|(zone, _)| Tz::from_str(zone).ok())
}

/// Small letters without accents, and one sign for what separates words.
fn normalize(text: &str) -> String {
    let plain = |letter: char| match letter {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        letter if letter.is_whitespace() => '_',
        letter => letter,
    };
    text.trim().to_lowercase().chars().map(plain).filter(|letter| *letter != '.').collect()
}

fn reject(text: &str, wanted: &str) -> Failure {
    if let Some((_, places)) =
        ABBREVIATIONS.iter().find(|(names, _)| names.split(' ').any(|name| normalize(name) == wanted))
    {
        let message = format!("{text:?} is ambiguous or an offset from UTC, not the time zone of a place");
        return Failure::new(Exit::Configuration, message).hint(format!("give a place, for example {places}"));
    }
    if is_offset(wanted) {
        let message = format!("{text:?} is an offset from UTC, which ignores daylight-saving time");
        return Failure::new(Exit::Configuration, message)
            .hint("give the city you live in, for example Chicago or Berlin");
    }
    let failure = Failure::new(Exit::Configuration, format!("unknown time zone {text:?}"));
    match nearest(wanted) {
        Some(zone) => failure.hint(format!("did you mean {}?", zone.name())),
        None => failure.hint("give a city, or a time zone such as America/New_York or Europe/Berlin"),
    }
}

/// `UTC-5`, `+02:00`, `Etc/GMT+4`, `GMT`.
fn is_offset(wanted: &str) -> bool {
    let wanted = wanted.strip_prefix("etc/").unwrap_or(wanted);
    let rest = ["utc", "gmt", "z"].iter().find_map(|prefix| wanted.strip_prefix(prefix)).unwrap_or(wanted);
    let is_number = |letter: char| letter.is_ascii_digit() || "+-−:_h".contains(letter);
    (!wanted.is_empty() && rest.chars().all(is_number)) || ["greenwich", "uct", "universal", "zulu"].contains(&wanted)
}

/// The place whose zone or city is most like the text.
fn nearest(wanted: &str) -> Option<Tz> {
    let likeness = |zone: &Tz| {
        let like = |name: &str| strsim::normalized_damerau_levenshtein(&normalize(name), wanted);
        like(zone.name()).max(like(city(*zone)))
    };
    let places = TZ_VARIANTS.iter().filter(|zone| zone.name().contains('/') && is_place(**zone));
    let nearest = places.map(|zone| (zone, likeness(zone))).max_by(|one, other| one.1.total_cmp(&other.1))?;
    (nearest.1 >= LIKENESS).then_some(*nearest.0)
}

/// What people write for an offset or for several zones, and the places that they may mean.
const ABBREVIATIONS: &[(&str, &str)] = &[
    ("EST EDT ET", "New York; Panama or Jamaica, where clocks do not change"),
    ("CST CDT CT", "Chicago; Regina or Costa Rica, where clocks do not change; or Shanghai"),
    ("MST MDT MT", "Denver; Phoenix, where clocks do not change"),
    ("PST PDT PT", "Los Angeles"),
    ("AKST AKDT", "Anchorage"),
    ("HST", "Honolulu"),
    ("AST ADT", "Halifax; Puerto Rico, where clocks do not change; or Riyadh"),
    ("NST NDT", "St Johns"),
    ("GMT BST", "London; Accra, where clocks do not change"),
    ("IST", "Kolkata, Dublin or Jerusalem"),
    ("CEST MEZ MESZ", "Berlin"),
    ("EEST", "Athens or Helsinki"),
    ("WEST", "Lisbon"),
    ("MSK", "Moscow"),
    ("TRT", "Istanbul"),
    ("SAST", "Johannesburg"),
    ("GST", "Dubai"),
    ("SGT", "Singapore"),
    ("HKT", "Hong Kong"),
    ("JST", "Tokyo"),
    ("KST", "Seoul"),
    ("AEST AEDT", "Sydney; Brisbane, where clocks do not change"),
    ("ACST ACDT AWST", "Adelaide, Darwin or Perth"),
    ("NZST NZDT", "Auckland"),
];

/// Large cities after which no zone is named.
const OTHER_CITIES: &[(&str, &str)] = &[
    (
        "America/New_York",
        "Boston, Washington, Philadelphia, Miami, Atlanta, Orlando, Tampa, Charlotte, Baltimore, Pittsburgh, Cleveland, Columbus, Cincinnati, Raleigh, Buffalo",
    ),
    (
        "America/Chicago",
        "Dallas, Houston, Austin, San Antonio, Minneapolis, St Louis, Kansas City, Milwaukee, Nashville, Memphis, New Orleans, Oklahoma City, Omaha",
    ),
    ("America/Denver", "Salt Lake City, Colorado Springs, Albuquerque"),
    ("America/Phoenix", "Tucson"),
    ("America/Los_Angeles", "San Francisco, San Diego, Seattle, Sacramento, Las Vegas, Oakland"),
    ("America/Toronto", "Ottawa, Quebec"),
    ("America/Edmonton", "Calgary"),
    ("Europe/London", "Manchester, Liverpool, Leeds, Edinburgh, Glasgow, Cardiff, Bristol"),
    ("Europe/Berlin", "Munich, München, Hamburg, Frankfurt, Cologne, Köln, Stuttgart, Düsseldorf, Leipzig, Dresden"),
    ("Europe/Paris", "Lyon, Marseille, Toulouse, Nice, Bordeaux, Strasbourg"),
    ("Europe/Madrid", "Barcelona, Valencia, Seville, Sevilla, Bilbao"),
    ("Europe/Rome", "Milan, Milano, Naples, Napoli, Turin, Florence, Roma"),
    ("Europe/Zurich", "Geneva, Genève, Basel, Bern"),
    ("Europe/Vienna", "Wien, Graz, Salzburg"),
    ("Europe/Amsterdam", "Rotterdam, The Hague, Utrecht"),
    ("Europe/Brussels", "Antwerp, Ghent"),
    ("Europe/Stockholm", "Gothenburg, Malmö"),
    ("Europe/Copenhagen", "Aarhus"),
    ("Europe/Warsaw", "Krakow, Gdansk, Wroclaw"),
    ("Asia/Kolkata", "Mumbai, Delhi, New Delhi, Bangalore, Chennai, Hyderabad"),
    ("Asia/Shanghai", "Beijing, Guangzhou, Shenzhen"),
    ("Australia/Sydney", "Canberra"),
    ("Australia/Brisbane", "Gold Coast, Cairns"),
    ("Pacific/Auckland", "Wellington, Christchurch"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::in_brief;

    #[test]
    fn places_are_found() {
        for (text, zone) in [
            ("America/New_York", "America/New_York"),
            ("america/new_york", "America/New_York"),
            ("America/New York", "America/New_York"),
            (" Berlin ", "Europe/Berlin"),
            ("new york", "America/New_York"),
            ("São Paulo", "America/Sao_Paulo"),
            ("Zürich", "Europe/Zurich"),
            ("st. louis", "America/Chicago"),
            ("St Johns", "America/St_Johns"),
            ("San Francisco", "America/Los_Angeles"),
            ("Buenos Aires", "America/Buenos_Aires"),
            ("US/Pacific", "US/Pacific"),
            ("EST5EDT", "EST5EDT"),
            ("UTC", "UTC"),
        ] {
            assert_eq!(parse_zone(text).expect(text).name(), zone);
        }
    }

    #[test]
    fn what_is_no_place_is_refused_with_one() {
        for (text, hint) in [
            ("EST", "New York; Panama"),
            ("mst", "Denver; Phoenix"),
            ("HST", "Honolulu"),
            ("PST", "Los Angeles"),
            ("CEST", "Berlin"),
            ("GMT", "London; Accra"),
            ("Etc/GMT+4", "the city you live in"),
            ("etc/gmt-10", "the city you live in"),
            ("UTC-5", "the city you live in"),
            ("utc −5", "the city you live in"),
            ("GMT+1", "the city you live in"),
            ("+02:00", "the city you live in"),
            ("-0500", "the city you live in"),
            ("Zulu", "the city you live in"),
            ("", "give a city"),
            ("Europe/Berlim", "did you mean Europe/Berlin?"),
            ("New Yrok", "did you mean America/New_York?"),
            ("Mars", "give a city"),
            ("UTC+5:30 please", "give a city"),
        ] {
            let error = parse_zone(text).expect_err(text);
            let (message, given, _) = in_brief(&error);
            assert!(given.is_some_and(|given| given.contains(hint)), "{text}: {message}");
        }
    }

    #[test]
    fn cities_and_hints_name_zones_that_exist() {
        for (zone, _) in OTHER_CITIES {
            assert!(Tz::from_str(zone).is_ok(), "{zone}");
        }
        for (names, places) in ABBREVIATIONS {
            let first = places.split([';', ',']).next().unwrap_or_default();
            let first = first.split(" or ").next().unwrap_or_default();
            assert!(parse_zone(first).is_ok(), "{names}: {first}");
        }
    }
}

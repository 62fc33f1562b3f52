//! The text of a body, in the ways in which services and programs that save their answers write JSON.

use super::Unknown;
use super::event::Event;

/// How a body is written.
pub(super) struct Style {
    layout: Layout,
    unknown: Unknown,
}

/// The order of members, and the whitespace between them.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Layout {
    /// As in the published captures.
    Captured,
    /// Members in the opposite order, clock changes first.
    Reversed,
    /// With a blank behind each colon and comma.
    Spaced,
    /// Without the estimated time, and with members that no one knows.
    Changed,
    /// A line for each member.
    Indented,
}

const LAYOUTS: [Layout; 7] = [
    Layout::Captured,
    Layout::Reversed,
    Layout::Captured,
    Layout::Spaced,
    Layout::Captured,
    Layout::Changed,
    Layout::Indented,
];

/// A member of an object: name and JSON text.
type Member = (&'static str, String);

impl Style {
    /// The style of the body with this number.
    pub(super) fn of_body(number: u64, unknown: Unknown) -> Self {
        Self { layout: LAYOUTS[number as usize % LAYOUTS.len()], unknown }
    }

    /// The body with these events.
    pub(super) fn body(&self, pump: u64, events: &[Event], clock_changes: &[Event]) -> String {
        let array = |events: &[Event]| {
            let texts: Vec<String> = events.iter().map(|event| self.event(pump, event)).collect();
            format!("[{}]", texts.join(self.layout.separators().1))
        };
        self.object(vec![("events", array(events)), ("clockChanges", array(clock_changes))])
    }

    fn event(&self, pump: u64, event: &Event) -> String {
        let at = event.at.format("%Y-%m-%dT%H:%M:%S");
        let mut members = vec![
            ("deviceAssignmentId", format!("\"5c0ffee0-0000-4000-8000-{pump:012}\"")),
            ("eventCode", event.code.to_string()),
            ("sequenceGroup", "0".to_owned()),
            ("sequenceNumber", event.number.to_string()),
            ("pumpDateTime", format!("\"{at}\"")),
            ("eventProperties", self.object(self.properties(event))),
        ];
        members.push(match self.layout {
            Layout::Changed => ("uploadOrigin", "\"mobile\"".to_owned()),
            _ => ("estimatedDateTime", format!("\"{at}Z\"")),
        });
        self.object(members)
    }

    fn properties(&self, event: &Event) -> Vec<Member> {
        let mut members: Vec<Member> = event.properties.iter().map(|(name, value)| (*name, value.to_text())).collect();
        if self.layout == Layout::Changed && [61, 313].contains(&event.code) {
            members.push(("firmwareBlock", "7".to_owned()));
        }
        if self.unknown == Unknown::EveryEvent {
            members.push(("signalQuality", (event.number % 100).to_string()));
        }
        members
    }

    fn object(&self, mut members: Vec<Member>) -> String {
        if self.layout == Layout::Reversed {
            members.reverse();
        }
        let (colon, comma) = self.layout.separators();
        let texts: Vec<String> = members.iter().map(|(name, value)| format!("\"{name}\"{colon}{value}")).collect();
        format!("{{{}}}", texts.join(comma))
    }
}

impl Layout {
    /// What stands between name and value, and between two members or two events.
    fn separators(self) -> (&'static str, &'static str) {
        match self {
            Self::Captured | Self::Reversed | Self::Changed => (":", ","),
            Self::Spaced => (": ", ", "),
            Self::Indented => (": ", ",\n    "),
        }
    }
}

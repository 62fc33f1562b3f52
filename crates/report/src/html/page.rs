//! What every part of the page can look at.

use super::digest::Digest;
use super::input::{Alarm, ReportInput, ReportOptions};
use crate::messages::Messages;

/// A report with all that is drawn of it.
#[derive(Clone, Copy)]
pub(super) struct Page<'a> {
    pub(super) input: &'a ReportInput,
    pub(super) options: &'a ReportOptions,
    pub(super) messages: &'a Messages,
    pub(super) digest: &'a Digest<'a>,
    pub(super) previous: Option<&'a Digest<'a>>,
}

impl Page<'_> {
    /// An alarm in the words that the pump shows; one that the catalogue does not have goes by the pump's name of it.
    pub(super) fn alarm_name(&self, alarm: &Alarm) -> String {
        alarm_name(self.messages, &alarm.name)
    }
}

/// An alarm in the words that the pump shows, by the dictionary's name of it.
pub(crate) fn alarm_name(messages: &Messages, name: &str) -> String {
    messages.find(&format!("alarm-{name}"), &[]).unwrap_or_else(|| name.replace('_', " "))
}

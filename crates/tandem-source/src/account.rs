//! The answer of `bff/pumper`: the account's pumps with their settings.
//!
//! Only `pumps` is read; names and dates of birth beside it are skipped unread. A pump must say its serial number and
//! its assignment; whatever else is missing, `null` or of another type is left out.

use chrono::{DateTime, NaiveDateTime, Utc};
use pipeline::{Account, AssignmentId, PumpListing, SerialNumber, SettingsSnapshot};
use serde::Deserialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::cache::hex;
use crate::error::Failure;
use crate::http::HttpResponse;
use crate::lenient;

#[derive(Deserialize)]
struct Pumper<'a> {
    #[serde(borrow)]
    pumps: Option<Vec<Pump<'a>>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pump<'a> {
    #[serde(borrow, default)]
    serial_number: Option<&'a RawValue>,
    #[serde(borrow, default)]
    assignment_id: Option<&'a RawValue>,
    #[serde(borrow, default)]
    model_name: Option<&'a RawValue>,
    #[serde(borrow, default)]
    model_number: Option<&'a RawValue>,
    #[serde(borrow, default)]
    part_number: Option<&'a RawValue>,
    #[serde(borrow, default)]
    software_version: Option<&'a RawValue>,
    #[serde(borrow, default)]
    algorithm: Option<&'a RawValue>,
    #[serde(borrow, default)]
    last_upload_date: Option<&'a RawValue>,
    #[serde(borrow, default)]
    max_date_of_events: Option<&'a RawValue>,
    #[serde(borrow, default)]
    available_data_range: Option<&'a RawValue>,
    #[serde(borrow, default)]
    settings: Option<&'a RawValue>,
}

#[derive(Default, Deserialize)]
struct DataRange<'a> {
    #[serde(borrow, default)]
    start: Option<&'a RawValue>,
    #[serde(borrow, default)]
    end: Option<&'a RawValue>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Settings<'a> {
    #[serde(rename = "settingsHash", borrow, default)]
    hash: Option<&'a RawValue>,
    #[serde(borrow, default)]
    uploaded_time_stamp: Option<&'a RawValue>,
    #[serde(borrow, default)]
    details: Option<&'a RawValue>,
}

/// Reads the account; the session knows whose it is.
pub(crate) fn read_account(answer: &HttpResponse) -> Result<Account, Failure> {
    let pumper: Pumper<'_> = serde_json::from_str(&answer.body).map_err(|error| answer.unreadable(&error))?;
    let unknown = |detail: String| Failure::UnknownShape { label: answer.label.clone(), detail };
    let pumps = pumper.pumps.ok_or_else(|| unknown(format!("no pumps in {}", answer.outline())))?;
    let listings = pumps.iter().enumerate().map(|(index, pump)| {
        pump.listing()
            .map_err(|member| unknown(format!("pump {} of {} has no usable {member}", index + 1, pumps.len())))
    });
    Ok(Account { id: None, pumps: listings.collect::<Result<_, _>>()? })
}

impl Pump<'_> {
    /// The listing, or the name of the member without which there is none.
    fn listing(&self) -> Result<PumpListing, &'static str> {
        let serial_number = read_text(self.serial_number).ok_or("serialNumber")?;
        let assignment_id = read_text(self.assignment_id).ok_or("assignmentId")?;
        let range = self.available_data_range.and_then(|raw| serde_json::from_str(raw.get()).ok());
        let DataRange { start, end } = range.unwrap_or_default();
        Ok(PumpListing {
            serial_number: SerialNumber::new(serial_number),
            assignment_id: Some(AssignmentId::new(assignment_id)),
            model_name: read_text(self.model_name),
            model_number: read_text(self.model_number),
            part_number: read_text(self.part_number),
            software_version: read_text(self.software_version),
            algorithm: read_text(self.algorithm),
            last_upload: self.last_upload()?,
            first_event: wall_clock(start),
            last_event: wall_clock(self.max_date_of_events).or_else(|| wall_clock(end)),
            settings: self.settings.and_then(snapshot),
        })
    }

    /// `None` means never: a date that cannot be read must not pass for it, or the pump would silently rest.
    fn last_upload(&self) -> Result<Option<DateTime<Utc>>, &'static str> {
        read_text(self.last_upload_date).map(|date| lenient::instant(&date).ok_or("lastUploadDate")).transpose()
    }
}

fn snapshot(raw: &RawValue) -> Option<SettingsSnapshot> {
    let settings: Settings<'_> = serde_json::from_str(raw.get()).ok()?;
    let details = settings.details?.get();
    let hash = read_text(settings.hash).unwrap_or_else(|| hex(&Sha256::digest(details)));
    Some(SettingsSnapshot { hash, uploaded: wall_clock(settings.uploaded_time_stamp), details: details.to_owned() })
}

fn read_text(raw: Option<&RawValue>) -> Option<String> {
    raw.and_then(lenient::text_of)
}

fn wall_clock(raw: Option<&RawValue>) -> Option<NaiveDateTime> {
    lenient::wall_clock(&read_text(raw)?)
}

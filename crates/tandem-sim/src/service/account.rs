//! The account's bodies: `bff/pumper` with every pump ever assigned, and the account record.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::data::refusal;
use super::pages;
use super::state::{Shared, State as ServiceState};
use crate::history::{PumpModel, SettingsSnapshot, SimPump};
use crate::timeline::{Client, Upload};

/// `GET /api/reports/bff/pumper/{pumperId}`.
pub(super) async fn pumper(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&shared, &headers) {
        return refusal;
    }
    if id != shared.account.pumper_id {
        return pages::json_body(StatusCode::NOT_FOUND, &json!({"message": "Not Found"}));
    }
    let mut state = shared.state();
    let uploads = state.behaviour.uploads_per_poll;
    state.timeline.advance(uploads);
    let account = &shared.account;
    let body = json!({
        "firstName": account.first_name, "lastName": account.last_name,
        "name": format!("{} {}", account.first_name, account.last_name), "dateOfBirth": "1990-01-01",
        "lowGlucoseThreshold": 70, "highGlucoseThreshold": 180, "country": account.region.country(),
        "pumps": pumps(&shared, &state),
    });
    pages::json_body(StatusCode::OK, &body)
}

fn pumps(shared: &Shared, state: &ServiceState) -> Vec<Value> {
    let behaviour = &state.behaviour;
    if behaviour.no_pumps {
        return vec![];
    }
    let own = shared.history.pumps.iter().enumerate().filter_map(|(index, pump)| pump_body(state, index, pump));
    let mut pumps: Vec<Value> = own.collect();
    if behaviour.never_used_pump {
        pumps.push(never_used_pump());
    }
    if behaviour.pump_dated_2066 {
        pumps.push(pump_dated_2066());
    }
    pumps
}

/// A pump appears with its first upload.
fn pump_body(state: &ServiceState, index: usize, pump: &SimPump) -> Option<Value> {
    let upload = state.timeline.last_upload(index)?;
    let (first, last) = state.timeline.event_dates(index)?;
    let hardware = hardware(pump.model);
    Some(json!({
        "algorithm": "Control-IQ",
        "availableDataRange": {"start": first.to_string(), "end": last.to_string()},
        "assignmentId": pump.assignment_id,
        "lastUploadDate": upload.at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "maxDateOfEvents": last.to_string(),
        "modelNumber": hardware.number, "modelName": hardware.name, "partNumber": hardware.part,
        "serialNumber": pump.serial, "softwareVersion": hardware.software,
        "lastUploadClientType": client_type(upload.client),
        "settings": settings(pump, upload),
    }))
}

fn settings(pump: &SimPump, upload: &Upload) -> Value {
    let in_force = |snapshot: &&SettingsSnapshot| snapshot.from_utc_seconds <= upload.at.timestamp();
    let Some(snapshot) = pump.settings.iter().rev().find(in_force).or(pump.settings.first()) else {
        return Value::Null;
    };
    json!({
        "id": derived_id(&pump.assignment_id, "5e"),
        "deviceAssignmentId": pump.assignment_id,
        "uploadedTimeStamp": upload.at.format("%Y-%m-%dT%H:%M:%S%.3f").to_string(),
        "settingsHash": snapshot.hash,
        "uploadId": derived_id(&pump.assignment_id, &format!("{:x}", upload.at.timestamp())),
        "details": snapshot.details,
    })
}

/// Another identifier that goes with a known one.
fn derived_id(id: &str, mark: &str) -> String {
    format!("{mark}{}", &id[mark.len().min(7)..])
}

fn client_type(client: Client) -> &'static str {
    match client {
        Client::Phone => "mobile_tconnect",
        Client::Computer => "desktop_uploader",
    }
}

struct Hardware {
    number: &'static str,
    name: &'static str,
    part: &'static str,
    software: &'static str,
}

fn hardware(model: PumpModel) -> Hardware {
    match model {
        PumpModel::TslimX2 => {
            Hardware { number: "1000354", name: "t:slim X2™ Insulin Pump", part: "1011979", software: "7.8.0.0" }
        }
        PumpModel::Mobi => {
            Hardware { number: "1004000", name: "Tandem Mobi™ System", part: "1016587", software: "8.1.0.2" }
        }
    }
}

fn never_used_pump() -> Value {
    json!({
        "algorithm": "Basal-IQ", "availableDataRange": {"start": null, "end": null},
        "assignmentId": "f6631fff-f403-4ce4-9362-83eff9e2850e", "glucoseUnit": null,
        "lastUploadDate": null, "maxDateOfEvents": null,
        "modelNumber": "1000096", "modelName": "t:slim X2™ Insulin Pump", "partNumber": "1003314",
        "serialNumber": "514387", "softwareVersion": "6.0.3.0", "lastUploadClientType": null, "settings": null,
    })
}

/// The bogus date is one that was reported; the pump has no events.
fn pump_dated_2066() -> Value {
    json!({
        "algorithm": null, "availableDataRange": {"start": "2020-01-02T00:00:00", "end": "2066-05-24T04:59:14"},
        "assignmentId": "0b7c1b9e-5f6d-4a21-8d4e-7a2f90c6e113",
        "lastUploadDate": "2022-03-16T08:00:00Z", "maxDateOfEvents": "2066-05-24T04:59:14",
        "modelNumber": "1000096", "modelName": "t:slim X2™ Insulin Pump", "partNumber": "1003314",
        "serialNumber": "660524", "softwareVersion": "6.4.0.1", "lastUploadClientType": "mobile_tconnect", "settings": null,
    })
}

/// `GET /api/pumpers/pumpers/{pumperId}`.
pub(super) async fn record(State(shared): State<Arc<Shared>>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    if let Some(refusal) = refusal(&shared, &headers) {
        return refusal;
    }
    let account = &shared.account;
    if id != account.pumper_id {
        return pages::json_body(StatusCode::NOT_FOUND, &json!({"message": "Not Found"}));
    }
    let devices: Vec<Value> = shared.history.pumps.iter().map(device).collect();
    let body = json!({
        "id": account.pumper_id, "firstName": account.first_name, "lastName": account.last_name,
        "name": format!("{} {}", account.first_name, account.last_name), "birthdate": "1990-01-01", "type": "PersonalUser",
        "account": {"id": account.account_id, "email": account.email, "role": "personal_standard",
            "countrySubdivision": account.region.country(), "preferredLanguage": "en-US"},
        "devices": devices, "lowGlucoseThreshold": 70, "highGlucoseThreshold": 180,
    });
    pages::json_body(StatusCode::OK, &body)
}

fn device(pump: &SimPump) -> Value {
    let hardware = hardware(pump.model);
    json!({
        "modelNumber": hardware.number, "serialNumber": pump.serial, "modelName": hardware.name,
        "assignmentId": pump.assignment_id, "assignedAt": "2026-02-10T12:24:16.063+00:00",
    })
}

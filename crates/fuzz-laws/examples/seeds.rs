//! Writes the inputs that a search starts from into `fuzz/corpus`: `cargo run --release -p fuzz-laws --example seeds`.
//!
//! They are the published captures, one event of each kind that a simulated life has, and both in every encoding there is.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use pump_events::{Event, encode_record};
use tandem_sim::history::Scenario;
use tandem_sim::writers::{base64_body, event_json};

const PUMP: &str = "00000000-0000-4000-8000-000000000001";
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

fn main() -> std::io::Result<()> {
    let kinds = one_of_each_kind();
    let mut texts: Vec<String> = kinds.iter().map(|event| event_json(event, PUMP)).collect();
    texts.extend(test_data::events().iter().map(|capture| capture.text.to_owned()));
    let records: Vec<u8> = kinds.iter().flat_map(encode_record).collect();
    let bodies = bodies(&texts);
    write("event_text", &texts)?;
    write("records", &records.chunks(26 * 3 + 5).collect::<Vec<_>>())?;
    write("pump_logs", &bodies)?;
    write("id_token", &TOKENS)?;
    let binary = [records[..26 * 8].to_vec(), base64_body(&kinds[..8]).into_bytes(), b"PK\x03\x04".to_vec()];
    let lines = [texts[..4].join("\n"), format!("[{}]", texts[4..8].join(","))].map(String::into_bytes);
    let bodies = bodies.into_iter().map(String::into_bytes);
    write("archive", &binary.into_iter().chain(lines).chain(bodies).collect::<Vec<_>>())
}

fn one_of_each_kind() -> Vec<Event> {
    let history = Scenario::torture(1).simulate();
    let events = history.pumps.into_iter().flat_map(|pump| pump.events);
    events.map(|event| (event.header().code.0, event)).collect::<BTreeMap<_, _>>().into_values().collect()
}

fn bodies(texts: &[String]) -> Vec<String> {
    let body = |texts: &[String]| format!("{{\"events\":[{}],\"clockChanges\":[{}]}}", texts[1..].join(","), texts[0]);
    let odd = ["{}", r#"{"events":null}"#, r#"{"clockChanges":[],"events":[1,"x",{}]}"#].map(str::to_owned);
    texts.chunks(4).map(body).chain(odd).collect()
}

const TOKENS: [&str; 9] = [
    r#"{"iss":"https://issuer.example/api","aud":"client","exp":8210266876799,"nbf":-1e300,"pumperId":"x"}"#,
    r#"{"iss":"https://issuer.example/api","aud":"client","exp":1800000000,"pumperId":"1"}"#,
    "{\"alg\":\"RS256\",\"kid\":\"key\"}\n{\"iss\":\"https://issuer.example/api\",\"aud\":[\"client\"],\"exp\":1.8e9,\"nbf\":1,\"iat\":1,\"pumperId\":1}",
    "{\"alg\":\"HS256\",\"kid\":\"key\"}\n{}",
    "{\"alg\":\"none\"}\n{}",
    r#"[{"kid":"key","kty":"RSA","n":"AQAB","e":"AQAB"},{"kty":"EC"}]"#,
    "[]",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleSJ9.eyJwdW1wZXJJZCI6IjEifQ.AAAA",
    "e30.e30.",
];

/// One file an input; a minimised corpus replaces them later.
fn write<T: AsRef<[u8]>>(law: &str, inputs: &[T]) -> std::io::Result<()> {
    let folder = Path::new(ROOT).join("fuzz/corpus").join(law);
    fs::create_dir_all(&folder)?;
    inputs.iter().enumerate().try_for_each(|(index, input)| fs::write(folder.join(format!("seed-{index:03}")), input))
}

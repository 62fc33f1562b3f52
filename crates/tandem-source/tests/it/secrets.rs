//! Nothing that is secret or personal reaches the logs, at any level, ours or of the libraries beneath.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use pipeline::Source;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

use crate::cloud::{COOKIE, EMAIL, PASSWORD, Reply, Route};
use crate::setup::{Setup, daily, days, each_day, pump, window};

#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Capture {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The one test with a global subscriber: the libraries' `log` records go nowhere else. It hears the other tests of
/// this program, too, which only makes it stricter.
#[tokio::test]
async fn logs_hold_no_secrets() {
    let capture = Capture::default();
    tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(capture.clone()).init();
    let setup = Setup::new().await;
    setup.cloud.set_pumper(json!({
        "firstName": "Jane", "pumps": [{ "serialNumber": "90556643", "assignmentId": "a-b-c", "lastUploadDate": null }]
    }));
    setup.cloud.set_logs(|request| daily(each_day(window(request))));
    let source = tandem_source::TandemSource::new(setup.cached_config()).expect("good settings");
    source.account().await.expect("an account");
    source.events(&pump("2026-05-01", "2026-05-03"), days("2026-05-01", "2026-05-03")).await.expect("events");
    setup.cloud.revoke_tokens();
    setup
        .cloud
        .script(Route::Pumper, [Reply::json(500, r#"{"firstName":"Jane"}"#), Reply::json(404, r#"{"name":"Jane"}"#)]);
    let error = source.account().await.expect_err("gone");
    setup.password.set(Some("wrong-password-that-is-secret"));
    source.login().await.expect_err("refused");

    let text = String::from_utf8(capture.0.lock().expect("no panic").clone()).expect("text");
    assert!(text.contains("logged in") && text.contains("TRACE") && text.contains("hyper"), "nothing was captured");
    let text = format!("{text}{error:?}");
    for secret in [
        PASSWORD,
        "pass'w",
        "wrong-password",
        EMAIL,
        "jane",
        "Jane",
        "Doe",
        COOKIE,
        "access-token-",
        "code-that-is-secret",
        "Bearer",
        "eyJ",
        "90556643",
        "reading",
        "code_verifier",
    ] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret}");
    }
}

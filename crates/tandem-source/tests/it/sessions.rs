//! When there is a login, and when there must not be one.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use pipeline::{Source, SourceErrorKind as Kind};
use serde_json::json;
use tandem_source::TandemSource;

use crate::cloud::{EMAIL, PASSWORD, Reply, Route};
use crate::setup::Setup;

fn source(setup: &Setup) -> TandemSource {
    TandemSource::new(setup.cached_config()).expect("good settings")
}

#[tokio::test]
async fn a_session_serves_until_five_minutes_before_its_end() {
    // Lifetime in seconds, or none given; seconds until the second request; logins by then.
    let rows = [
        (json!(28_800), 28_499, 1),
        (json!(28_800), 28_500, 2),
        (json!("28800"), 28_499, 1),
        (json!(28_800.0), 28_500, 2),
        (json!(3_600), 3_299, 1),
        (json!(3_600), 3_300, 2),
        // A short life is used for three quarters.
        (json!(400), 299, 1),
        (json!(400), 300, 2),
        // Not given: as long as the identity token, 300 s.
        (json!(null), 224, 1),
        (json!(null), 225, 2),
    ];
    for (lifetime, later, logins) in rows {
        let setup = Setup::new().await;
        setup.cloud.set_id_token(|_| ());
        setup.cloud.set_expires_in(lifetime.clone());
        let first = source(&setup);
        first.account().await.expect("an account");
        setup.clock.advance(later);
        setup.cloud.set_id_token(move |token| token.claims["exp"] = json!(crate::cloud::NOW + later + 300));
        first.account().await.expect("an account");
        source(&setup).account().await.expect("an account");
        assert_eq!(setup.cloud.count(Route::Login), logins, "{lifetime} after {later} s");
    }
}

#[tokio::test]
async fn lifetimes_that_make_no_sense_are_refused() {
    for lifetime in [json!(0), json!(-5), json!(1e300)] {
        let setup = Setup::new().await;
        setup.cloud.set_expires_in(lifetime.clone());
        let error = setup.source().account().await.expect_err("no session");
        assert_eq!(error.kind, Kind::TokenInvalid, "{lifetime}");
    }
}

#[tokio::test]
async fn the_saved_session_is_used_by_the_next_program() {
    let setup = Setup::new().await;
    source(&setup).account().await.expect("an account");
    let second = source(&setup);
    let status = second.token_status().await.expect("a session");
    assert_eq!((status.expires - status.obtained).num_hours(), 8);
    assert!(status.usable);
    setup.password.set(None);
    second.account().await.expect("an account, without the password");
    assert_eq!(setup.cloud.count(Route::Login), 1);
    assert_eq!(setup.password.asked.load(Ordering::SeqCst), 1);

    assert!(second.logout().await.expect("a writable folder"));
    assert!(!second.logout().await.expect("a writable folder"));
    assert_eq!(second.token_status().await, None);
    let error = source(&setup).account().await.expect_err("logged out, no password");
    assert_eq!(error.kind, Kind::CredentialsMissing);
}

#[tokio::test]
async fn the_file_is_private_and_keeps_accounts_apart() {
    let setup = Setup::new().await;
    source(&setup).account().await.expect("an account");
    let text = fs::read_to_string(setup.token_file()).expect("the file");
    assert!(!text.contains("jane") && !text.contains("example") && !text.contains(PASSWORD), "{text}");
    assert_private(&setup);

    // The same address in other words, another address, another endpoint: one session each at most.
    let mut config = setup.cached_config();
    config.email = format!(" {} ", EMAIL.to_uppercase());
    assert!(TandemSource::new(config).expect("good").token_status().await.is_some());
    for change in [
        |config: &mut tandem_source::SourceConfig| config.email = "john@example.org".to_owned(),
        |config: &mut tandem_source::SourceConfig| config.region = tandem_source::Region::Us,
        |config: &mut tandem_source::SourceConfig| config.endpoint = None,
    ] {
        let mut config = setup.cached_config();
        change(&mut config);
        let other = TandemSource::new(config).expect("good");
        assert_eq!(other.token_status().await, None);
        assert!(!other.logout().await.expect("readable"));
    }
    assert!(source(&setup).token_status().await.is_some());
}

#[cfg(unix)]
fn assert_private(setup: &Setup) {
    use std::os::unix::fs::PermissionsExt;
    let mode = |path: &std::path::Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    let file = setup.token_file();
    assert_eq!((mode(&file), mode(file.parent().expect("a folder"))), (0o600, 0o700));
    let names: Vec<_> = fs::read_dir(file.parent().expect("a folder")).expect("a folder").collect();
    assert_eq!(names.len(), 1, "nothing is left beside it");
}

#[cfg(not(unix))]
fn assert_private(_: &Setup) {}

#[cfg(unix)]
#[tokio::test]
async fn an_open_file_is_closed_again() {
    use std::os::unix::fs::PermissionsExt;
    let setup = Setup::new().await;
    source(&setup).account().await.expect("an account");
    fs::set_permissions(setup.token_file(), fs::Permissions::from_mode(0o644)).expect("the file");
    source(&setup).account().await.expect("an account");
    assert_private(&setup);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_costs_a_login_and_no_more() {
    for contents in ["", "{", "[]", r#"{"version":9,"tokens":{}}"#, r#"{"version":1,"tokens":{"a":1}}"#] {
        let setup = Setup::new().await;
        fs::create_dir_all(setup.token_file().parent().expect("a folder")).expect("a folder");
        fs::write(setup.token_file(), contents).expect("a file");
        source(&setup).account().await.expect("an account");
        source(&setup).account().await.expect("an account");
        assert_eq!(setup.cloud.count(Route::Login), 1, "{contents}");
    }
    let setup = Setup::new().await;
    let mut config = setup.config();
    config.token_cache = Some(setup.folder.path().join("file").join("tokens.json"));
    fs::write(setup.folder.path().join("file"), "").expect("a file");
    TandemSource::new(config).expect("good").account().await.expect("an account, not to be saved");
}

#[tokio::test]
async fn a_refused_session_is_replaced_once() {
    let setup = Setup::new().await;
    let first = source(&setup);
    first.account().await.expect("an account");
    setup.cloud.revoke_tokens();
    first.account().await.expect("an account, with a new session");
    assert_eq!(setup.cloud.count(Route::Login), 2);
    assert_eq!(setup.cloud.count(Route::Pumper), 3);

    // Another program has logged in meanwhile: its session is taken over.
    setup.cloud.revoke_tokens();
    source(&setup).account().await.expect("an account");
    assert_eq!(setup.cloud.count(Route::Login), 3);
    first.account().await.expect("an account");
    assert_eq!(setup.cloud.count(Route::Login), 3);
}

#[tokio::test]
async fn a_service_that_refuses_fresh_tokens_is_not_stormed() {
    let setup = Setup::new().await;
    let source = source(&setup);
    setup.cloud.script(Route::Pumper, vec![Reply::json(401, "{}"); 6]);
    let ask = async || source.account().await.map(|_| ()).map_err(|error| error.kind);
    for minutes in [0, 5, 5] {
        setup.clock.advance(minutes * 60);
        assert_eq!(ask().await, Err(Kind::TokenInvalid));
    }
    assert_eq!(setup.cloud.count(Route::Login), 2, "one, and one in its place");
    setup.cloud.set_id_token(|token| token.claims["exp"] = json!(crate::cloud::NOW + 10_000));
    setup.clock.advance(5 * 60);
    assert_eq!(ask().await, Err(Kind::TokenInvalid));
    assert_eq!(setup.cloud.count(Route::Login), 3, "a quarter of an hour later");
    assert_eq!(ask().await, Ok(()), "it has recovered");
    assert_eq!(setup.cloud.count(Route::Login), 3);
}

#[tokio::test]
async fn many_callers_share_one_login() {
    let setup = Setup::new().await;
    let source = Arc::new(source(&setup));
    let all = |source: &Arc<TandemSource>| {
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                tokio::spawn({
                    let source = source.clone();
                    async move { source.account().await }
                })
            })
            .collect();
        async move {
            let mut outcomes = Vec::new();
            for task in tasks {
                outcomes.push(task.await.expect("no panic").map(|_| ()).map_err(|error| error.kind));
            }
            outcomes
        }
    };
    assert_eq!(all(&source).await, vec![Ok(()); 8]);
    assert_eq!(setup.cloud.count(Route::Login), 1);
    setup.cloud.revoke_tokens();
    assert_eq!(all(&source).await, vec![Ok(()); 8]);
    assert_eq!(setup.cloud.count(Route::Login), 2);

    let logins = setup.cloud.count(Route::Login);
    setup.cloud.revoke_tokens();
    setup.cloud.script(Route::Login, vec![Reply::json(500, "{}"); 4]);
    assert_eq!(all(&source).await, vec![Err(Kind::Unavailable); 8]);
    assert_eq!(setup.cloud.count(Route::Login), logins + 4, "all share the failure of one, retries included");
}

#[tokio::test]
async fn a_refused_password_is_not_sent_again() {
    let setup = Setup::new().await;
    let source = source(&setup);
    setup.password.set(Some("wrong"));
    for words in ["refused the e-mail and password", "refused this password before"] {
        let error = source.account().await.expect_err("refused");
        assert_eq!(error.kind, Kind::CredentialsRefused);
        assert!(error.message.contains(words), "{error}");
        assert!(error.message.contains("the other region, US"), "{error}");
    }
    assert_eq!(source.login().await.expect_err("refused").kind, Kind::CredentialsRefused);
    assert_eq!(setup.cloud.count(Route::Login), 1);
    setup.password.set(Some(PASSWORD));
    source.account().await.expect("an account");
    assert_eq!(setup.cloud.count(Route::Login), 2);
}

#[tokio::test]
async fn a_refused_password_is_not_sent_again_by_the_next_run() {
    let setup = Setup::new().await;
    setup.password.set(Some("wrong"));
    for words in ["refused the e-mail and password", "refused this password before", "refused this password before"] {
        let error = source(&setup).account().await.expect_err("refused");
        assert!(error.message.contains(words), "{error}");
    }
    assert_eq!(setup.cloud.count(Route::Login), 1);
    let kept = fs::read_to_string(setup.token_file()).expect("the file");
    assert!(!kept.contains("wrong"), "{kept}");
    // A person may insist.
    source(&setup).login().await.expect_err("refused");
    assert_eq!(setup.cloud.count(Route::Login), 2);
    setup.password.set(Some(PASSWORD));
    source(&setup).account().await.expect("an account");
    assert!(!fs::read_to_string(setup.token_file()).expect("the file").contains("refused"));
}

#[tokio::test]
async fn a_locked_account_is_left_alone_by_the_next_run() {
    let setup = Setup::new().await;
    setup.cloud.script(Route::Login, [Reply::json(400, r#"{"message":"Max attempted logins exceeded."}"#)]);
    for _ in 0..2 {
        assert_eq!(source(&setup).account().await.expect_err("locked").kind, Kind::AccountLocked);
    }
    assert_eq!(setup.cloud.count(Route::Login), 1);
}

#[tokio::test]
async fn a_locked_account_is_left_alone_for_an_hour() {
    let setup = Setup::new().await;
    let source = source(&setup);
    setup.cloud.script(Route::Login, [Reply::json(400, r#"{"message":"Max attempted logins exceeded."}"#)]);
    for seconds in [0, 3_599] {
        setup.clock.advance(seconds);
        assert_eq!(source.account().await.expect_err("locked").kind, Kind::AccountLocked);
    }
    assert_eq!(setup.cloud.count(Route::Login), 1);
    setup.clock.advance(1);
    setup.cloud.set_id_token(|token| token.claims["exp"] = json!(crate::cloud::NOW + 10_000));
    source.account().await.expect("an account");
}

#[tokio::test]
async fn nothing_is_sent_without_credentials() {
    let setup = Setup::new().await;
    for (email, password) in [("", Some(PASSWORD)), ("  ", Some(PASSWORD)), (EMAIL, None), (EMAIL, Some(""))] {
        setup.password.set(password);
        let mut config = setup.config();
        config.email = email.to_owned();
        let error = TandemSource::new(config).expect("good").login().await.expect_err("incomplete");
        assert_eq!(error.kind, Kind::CredentialsMissing, "{error}");
    }
    assert_eq!(setup.cloud.routes(), []);
}

#[tokio::test]
async fn an_explicit_login_is_a_login() {
    let setup = Setup::new().await;
    let first = source(&setup);
    first.login().await.expect("a session");
    let status = first.login().await.expect("a session");
    assert_eq!(setup.cloud.count(Route::Login), 2);
    assert_eq!((status.expires - status.renewed_from).num_minutes(), 5);
    first.account().await.expect("an account");
    assert_eq!(setup.cloud.count(Route::Login), 2);
}

//! Which identity tokens are believed.

use pipeline::{Source, SourceErrorKind as Kind};
use serde_json::json;

use crate::cloud::{EU_CLIENT, IdToken, NOW, Reply, Route, public_key};
use crate::setup::Setup;

async fn check(name: &str, tweak: fn(&mut IdToken), refused: Option<&str>) {
    let setup = Setup::new().await;
    setup.cloud.set_id_token(tweak);
    let outcome = setup.source().account().await;
    match (&outcome, refused) {
        (Ok(_), None) => {}
        (Err(error), Some(words)) => {
            assert_eq!(error.kind, Kind::TokenInvalid, "{name}: {error}");
            assert!(error.message.contains(words), "{name}: {words:?} not in {:?}", error.message);
            assert_eq!(setup.cloud.count(Route::Pumper), 0, "{name}: the token was used");
        }
        _ => panic!("{name}: {outcome:?}"),
    }
    assert_eq!(setup.cloud.count(Route::Login), 1, "{name}");
}

/// Name, what is changed, and the words of the refusal.
type Row = (&'static str, fn(&mut IdToken), Option<&'static str>);

#[tokio::test]
async fn tokens() {
    let rows: [Row; 22] = [
        ("as it is", |_| (), None),
        ("issued by the endpoint", |token| token.claims["iss"] = json!("ENDPOINT/accounts/api"), None),
        ("for several", |token| token.claims["aud"] = json!([EU_CLIENT, "other"]), None),
        ("clock 50 s behind", |token| shift(token, 50), None),
        ("clock 60 s behind", |token| shift(token, 60), None),
        ("clock 61 s behind", |token| shift(token, 61), Some("has not begun")),
        ("clock 50 s ahead", |token| token.claims["exp"] = json!(NOW - 50), None),
        ("expired", |token| token.claims["exp"] = json!(NOW - 60), Some("expired")),
        ("until the end of time", |token| token.claims["exp"] = json!(8_210_266_876_799_i64), None),
        (
            "without nbf and iat",
            |token| {
                remove(token, "nbf");
                remove(token, "iat");
            },
            None,
        ),
        ("numeric pumper", |token| token.claims["pumperId"] = json!(12345), None),
        ("without end", |token| remove(token, "exp"), Some("cannot be read")),
        ("without issuer", |token| remove(token, "iss"), Some("who issued it")),
        ("without audience", |token| remove(token, "aud"), Some("who issued it")),
        ("other issuer", |token| token.claims["iss"] = json!("https://evil.example"), Some("someone else")),
        (
            "other region",
            |token| token.claims["iss"] = json!("https://tdcservices.tandemdiabetes.com/accounts/api"),
            Some("someone else"),
        ),
        ("other audience", |token| token.claims["aud"] = json!("other"), Some("another program")),
        (
            "none",
            |token| {
                token.header["alg"] = json!("none");
                token.signature = Some(Vec::new());
            },
            Some("cannot be read"),
        ),
        ("HS256", |token| token.header["alg"] = json!("HS256"), Some("not signed with RS256")),
        ("forged", |token| token.signature = Some(vec![7; 256]), Some("signature is wrong")),
        ("no kid", |token| remove_header(token, "kid"), Some("does not name its key")),
        ("no pumper", |token| remove(token, "pumperId"), Some("pumperId")),
    ];
    for (name, tweak, refused) in rows {
        check(name, tweak, refused).await;
    }
}

#[tokio::test]
async fn unknown_keys_are_fetched_once_more() {
    let rows = [
        ("rotated", vec![vec!["key-0"], vec!["key-0", "key-1"]], true),
        ("never there", vec![vec!["key-0"], vec!["key-2"]], false),
        ("no keys", vec![vec![], vec![]], false),
    ];
    for (name, sets, believed) in rows {
        let setup = Setup::new().await;
        let replies = sets.iter().map(|set| {
            let keys: Vec<_> = set.iter().map(|kid| public_key(kid)).collect();
            Reply::json(200, json!({ "keys": keys }))
        });
        setup.cloud.script(Route::Jwks, replies);
        let outcome = setup.source().account().await;
        assert_eq!(outcome.is_ok(), believed, "{name}: {outcome:?}");
        assert_eq!(setup.cloud.count(Route::Jwks), 2, "{name}");
        assert_eq!(setup.cloud.count(Route::Login), 1, "{name}");
    }
}

#[tokio::test]
async fn keys_of_other_kinds_are_passed_over() {
    let setup = Setup::new().await;
    let keys =
        json!({ "keys": [{ "kty": "EC", "kid": "key-0", "crv": "P-999" }, { "odd": true }, public_key("key-1")] });
    setup.cloud.script(Route::Jwks, [Reply::json(200, keys)]);
    assert!(setup.source().account().await.is_ok());
}

fn shift(token: &mut IdToken, seconds: i64) {
    for claim in ["iat", "nbf", "exp"] {
        token.claims[claim] = json!(NOW + seconds);
    }
}

fn remove(token: &mut IdToken, claim: &str) {
    token.claims.as_object_mut().expect("an object").remove(claim);
}

fn remove_header(token: &mut IdToken, member: &str) {
    token.header.as_object_mut().expect("an object").remove(member);
}

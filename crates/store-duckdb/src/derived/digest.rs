//! The digest of an object: what it is built by, and what it depends on.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use pipeline::clock_model;
use pump_events::Dictionary;
use sha2::{Digest as _, Sha256};

use super::definition::{Piece, split_pieces};
use super::entries::OBJECTS;
use super::facts;
use super::insertion::insert_statement;
use super::object::{Kind, Lookback, Object};

/// The digests of one object.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Digest {
    /// Over its statements and everything it depends on. Layout and SQL comments do not count.
    pub(super) rule: String,
    /// Over its `COMMENT ON` statements.
    pub(super) comments: String,
}

/// The digests of this program's objects, in the order of the registry.
pub(super) fn current_digests() -> &'static [Digest] {
    static CURRENT: OnceLock<Vec<Digest>> = OnceLock::new();
    CURRENT.get_or_init(|| compute_digests(OBJECTS))
}

/// The digests of `objects`, of which each may depend on those before it.
pub(super) fn compute_digests(objects: &[Object]) -> Vec<Digest> {
    let mut digests: Vec<Digest> = Vec::with_capacity(objects.len());
    for (position, object) in objects.iter().enumerate() {
        let named = words_of(object);
        let before = objects[..position].iter().zip(&digests);
        let dependencies = before.filter(|(other, _)| follows(object, &named, other)).map(|(_, digest)| &digest.rule);
        let rule = rule_digest(object, dependencies);
        let comments = short_digest(|hash| hash_pieces(hash, object.definition().comments));
        digests.push(Digest { rule, comments });
    }
    digests
}

fn rule_digest<'a>(object: &Object, dependencies: impl Iterator<Item = &'a String>) -> String {
    let definition = object.definition();
    short_digest(|hash| {
        let mut add = |text: &str| hash_pieces(hash, text);
        add(object.kind.as_str());
        [definition.create, definition.delete, definition.update].into_iter().for_each(&mut add);
        // With the rule of `local_time`, which no table's own statement has.
        add(&insert_statement(object));
        match object.kind {
            Kind::Clock => add(&clock_model::REVISION.to_string()),
            Kind::Decoded => {
                add(Dictionary::get().digest());
                add(&facts::find_rule(object.name).unwrap_or_default());
            }
            Kind::Domain(domain) => {
                add(&format!("{:?}", domain.lookback));
            }
            Kind::Stored | Kind::Comments | Kind::View | Kind::TableMacro | Kind::ScalarMacro => {}
        }
        dependencies.for_each(|digest| add(digest));
    })
}

/// True when `object` of the registry depends on `other`.
pub(crate) fn depends_on(object: &Object, other: &Object) -> bool {
    static WORDS: OnceLock<HashMap<&str, HashSet<&str>>> = OnceLock::new();
    let words = WORDS.get_or_init(|| OBJECTS.iter().map(|object| (object.name, words_of(object))).collect());
    words.get(object.name).is_some_and(|words| follows(object, words, other))
}

/// True when the text of `object`, which consists of `words`, names `other`, and of every domain table and what is decoded.
fn follows(object: &Object, words: &HashSet<&str>, other: &Object) -> bool {
    (other.kind == Kind::Decoded && object.domain().is_some()) || words.contains(other.name)
}

/// Every name, keyword and number in the statements of `object`.
fn words_of(object: &Object) -> HashSet<&'static str> {
    let lookback = match object.domain().map(|domain| domain.lookback) {
        Some(Lookback::Query(query)) => query,
        _ => "",
    };
    let definition = object.definition();
    let texts = [definition.create, definition.delete, definition.insert, definition.update, lookback];
    let words = |text| {
        split_pieces(text).filter_map(|piece| match piece {
            Piece::Word(word) => Some(word),
            Piece::Other(_) => None,
        })
    };
    texts.into_iter().flat_map(words).collect()
}

fn short_digest(fill: impl FnOnce(&mut Sha256)) -> String {
    let mut hash = Sha256::new();
    fill(&mut hash);
    hex::encode(&hash.finalize()[..16])
}

fn hash_pieces(hash: &mut Sha256, sql: &str) {
    for piece in split_pieces(sql) {
        let (Piece::Word(text) | Piece::Other(text)) = piece;
        hash.update(text);
        hash.update([0]);
    }
    hash.update([1]);
}

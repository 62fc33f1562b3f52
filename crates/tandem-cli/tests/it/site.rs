//! A simulated Nightscout site beside the test, and the binary pointed at it.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::SystemTime;

use serde_json::Value;
use tandem_sim::nightscout::{SiteConfig, SiteHandle, start};
use tokio::runtime::Runtime;

use crate::support::{Place, Said};

/// What a site's administration page gives out.
pub(crate) const TOKEN: &str = "tandem-0123456789abcdef";

/// A running site; it ends with this.
pub(crate) struct Site {
    // The order matters: the handle must go before what drives it.
    pub(crate) handle: SiteHandle,
    _runtime: Runtime,
}

impl Site {
    /// A site of today, with `change` applied to how it behaves.
    pub(crate) fn start(change: impl FnOnce(&mut SiteConfig)) -> Self {
        let mut config = SiteConfig::new(TOKEN, || SystemTime::now().into());
        change(&mut config);
        let runtime = Runtime::new().expect("a runtime");
        let handle = runtime.block_on(start(config)).expect("loopback");
        Self { handle, _runtime: runtime }
    }

    /// A command of `place` with the site's address and token in its environment.
    pub(crate) fn command(&self, place: &Place, arguments: &[&str]) -> Command {
        let mut command = place.command(arguments);
        command.env("TANDEM_NIGHTSCOUT_URL", self.handle.url()).env("TANDEM_NIGHTSCOUT_TOKEN", TOKEN);
        command
    }

    /// Runs `tandem push nightscout` with `more`.
    pub(crate) fn push(&self, place: &Place, more: &[&str]) -> Said {
        let mut command = self.command(place, &[&["push", "nightscout"], more].concat());
        self.said(place, &mut command)
    }

    /// Runs a command; the site's address is taken out of what it says.
    pub(crate) fn said(&self, place: &Place, command: &mut Command) -> Said {
        let said = place.said(&command.output().expect("the binary runs"));
        let host = self.handle.url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        Said { talk: said.talk.replace(&host, "127.0.0.1:PORT"), ..said }
    }

    /// Every document, by collection and identifier.
    pub(crate) fn documents(&self) -> BTreeMap<String, Value> {
        let collections = ["entries", "treatments", "profile", "devicestatus"];
        let of = |collection: &str| {
            let documents = self.handle.documents(collection);
            documents.into_iter().map(|(name, document)| (format!("{collection} {name}"), document)).collect::<Vec<_>>()
        };
        collections.into_iter().flat_map(of).collect()
    }

    /// How many requests of a method there were so far.
    pub(crate) fn count(&self, method: &str) -> usize {
        self.handle.requests().iter().filter(|request| request.method == method).count()
    }
}

//! A simulated Tandem Source beside the test, and the binary pointed at it.

use std::process::Command;
use std::time::SystemTime;

use tandem_sim::history::Scenario;
use tandem_sim::{Sim, SimConfig, SimHandle};
use tokio::runtime::Runtime;

use crate::support::{Place, Said};

/// A running service; it ends with this.
pub(crate) struct Service {
    // The order matters: the handle must go before what drives it.
    pub(crate) handle: SimHandle,
    _runtime: Runtime,
    email: String,
    password: String,
}

impl Service {
    /// Two quiet days of one pump, with `change` applied to how the service behaves.
    pub(crate) fn start(change: impl FnOnce(&mut SimConfig)) -> Self {
        let mut config = SimConfig::new(Scenario::quiet(2).simulate(), SystemTime::now);
        change(&mut config);
        let (email, password) = (config.account.email.clone(), config.account.password.clone());
        let runtime = Runtime::new().expect("a runtime");
        let handle = runtime.block_on(Sim::start(config)).expect("loopback");
        Self { handle, _runtime: runtime, email, password }
    }

    /// A command of `place` with the account's credentials in its environment.
    pub(crate) fn command(&self, place: &Place, arguments: &[&str]) -> Command {
        let mut command = place.command(arguments);
        command.env("TANDEM_ENDPOINT", self.handle.url()).env("TANDEM_REGION", "us");
        command.env("TANDEM_EMAIL", &self.email).env("TANDEM_PASSWORD", &self.password);
        command
    }

    /// Runs such a command; the service's address is taken out of what it says.
    pub(crate) fn run(&self, place: &Place, arguments: &[&str]) -> Said {
        self.said(place, self.command(place, arguments))
    }

    /// Runs a command, as changed by the caller.
    pub(crate) fn said(&self, place: &Place, mut command: Command) -> Said {
        let said = place.said(&command.output().expect("the binary runs"));
        let host = self.handle.url().replace("http://", "");
        let hide = |text: String| text.replace(&host, "127.0.0.1:PORT");
        Said { code: said.code, data: hide(said.data), talk: hide(said.talk) }
    }
}

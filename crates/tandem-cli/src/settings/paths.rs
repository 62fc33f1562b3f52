//! The program's own files, in the platform's folders.

use std::path::PathBuf;

use anyhow::Result;
use etcetera::BaseStrategy as _;

use crate::failure::{Exit, Failure};

/// The folders that belong to this program.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    config: PathBuf,
    state: PathBuf,
}

impl Paths {
    /// Finds them by the platform's rules.
    pub(crate) fn find() -> Result<Self> {
        let strategy = etcetera::base_strategy::choose_native_strategy().map_err(|error| {
            Failure::new(Exit::Configuration, "cannot find the home folder").hint("set HOME").because(error)
        })?;
        let state = strategy.state_dir().unwrap_or_else(|| strategy.data_dir());
        Ok(Self { config: strategy.config_dir().join("tandem"), state: state.join("tandem") })
    }

    /// The configuration file.
    pub(crate) fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The file that keeps tokens from run to run.
    pub(crate) fn token_file(&self) -> PathBuf {
        self.state.join("tokens.json")
    }
}

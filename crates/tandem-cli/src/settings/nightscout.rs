//! The Nightscout site: its address, its token, and what it is to hold.

use std::sync::Arc;

use anyhow::Result;
use nightscout::{CgmPolicy, SiteConfig};
use secrecy::SecretString;
use url::Url;

use super::Settings;
use super::password::{Keyring, PasswordChain, PasswordSource};
use crate::clock::SystemClock;
use crate::failure::{Exit, Failure};

/// A site, ready to make a client of.
pub(crate) struct NightscoutSettings {
    pub(crate) url: Url,
    pub(crate) cgm: CgmPolicy,
    /// True where the pump's alarms are pushed, too.
    pub(crate) alarms: bool,
    tokens: PasswordChain,
}

impl Settings {
    /// True where an address is configured.
    pub(crate) fn has_nightscout(&self) -> bool {
        self.nightscout_url(None).is_some()
    }

    /// The site that `url`, the environment or the configuration file names.
    pub(crate) fn nightscout(&self, url: Option<&str>) -> Result<NightscoutSettings> {
        let text = self.nightscout_url(url).ok_or_else(|| {
            let hint = "set `url` in the table [nightscout] of the configuration file, or TANDEM_NIGHTSCOUT_URL";
            Failure::new(Exit::Configuration, "no Nightscout site is configured").hint(hint)
        })?;
        let url = Url::parse(&text).map_err(|error| {
            Failure::new(Exit::Configuration, "the Nightscout address is not a URL")
                .hint("it looks like https://example.org")
                .because(error)
        })?;
        let section = self.file.nightscout.clone().unwrap_or_default();
        let cgm = section.cgm.as_deref().map_or(Ok(CgmPolicy::default()), parse_cgm)?;
        Ok(NightscoutSettings {
            cgm,
            alarms: section.alarms.unwrap_or(false),
            tokens: self.nightscout_tokens(&url, &text),
            url,
        })
    }

    fn nightscout_url(&self, url: Option<&str>) -> Option<String> {
        let named = url.map(str::to_owned).or_else(|| self.of_environment("TANDEM_NIGHTSCOUT_URL"));
        named.or_else(|| self.configured_url().map(str::to_owned)).filter(|url| !url.trim().is_empty())
    }

    /// What the environment says belongs to no one in particular where several people are synced in one run.
    fn of_environment(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|_| !self.is_one_of_many)
    }

    fn configured_url(&self) -> Option<&str> {
        self.file.nightscout.as_ref()?.url.as_deref()
    }

    /// A token of the file belongs to the address beside it, and to no other.
    fn nightscout_tokens(&self, url: &Url, text: &str) -> PasswordChain {
        let fixed = |password: SecretString, place| PasswordSource::Fixed { password, place };
        let mut chain = PasswordChain::default();
        chain.add(
            self.of_environment("TANDEM_NIGHTSCOUT_TOKEN")
                .map(|token| fixed(token.trim().to_owned().into(), "TANDEM_NIGHTSCOUT_TOKEN")),
        );
        if let Some(section) =
            self.file.nightscout.clone().filter(|section| section.url.as_deref().is_none_or(|url| url == text))
        {
            chain.add(section.token_command.map(|command| PasswordSource::Command { command, what: "token" }));
            chain.add(section.token.map(|token| fixed(token, "the configuration file")));
        }
        chain.add(Some(PasswordSource::Keyring(token_keyring(url))));
        chain
    }
}

impl NightscoutSettings {
    /// The client's configuration.
    pub(crate) fn site_config(self) -> SiteConfig {
        let mut config = SiteConfig::new(self.url, Arc::new(self.tokens), Arc::new(SystemClock));
        config.cgm = self.cgm;
        config
    }

    /// The place that has the token; commands are believed, not run.
    pub(crate) fn token_place(&self) -> Option<&'static str> {
        self.tokens.place()
    }
}

/// The place of a site's token in the operating system's keyring.
pub(crate) fn token_keyring(url: &Url) -> Keyring {
    Keyring::for_email(&format!("nightscout {}", url.host_str().unwrap_or_default()))
}

fn parse_cgm(text: &str) -> Result<CgmPolicy> {
    match text {
        "always" => Ok(CgmPolicy::Always),
        "missing" => Ok(CgmPolicy::Missing),
        "never" => Ok(CgmPolicy::Never),
        _ => {
            let failure = Failure::new(Exit::Configuration, format!("cgm = {text:?} is not valid"));
            Err(failure.hint("use always, missing or never").into())
        }
    }
}

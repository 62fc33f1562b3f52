//! Passwords, from the first place that has one, and only when a login needs it.

use std::io::IsTerminal;
use std::process::{Command, Stdio};

use nightscout::{TokenError, TokenProvider};
use secrecy::SecretString;
use tandem_source::{PasswordError, PasswordProvider};

use crate::failure::{Exit, Failure};
use crate::stderr::suspend_bar;

/// The name under which the keyring keeps passwords of this program.
const KEYRING_SERVICE: &str = "tandem";

/// Places to look, in order.
#[derive(Default)]
pub(super) struct PasswordChain(Vec<PasswordSource>);

/// A place that may have a password.
pub(super) enum PasswordSource {
    /// It is at hand.
    Fixed { password: SecretString, place: &'static str },
    /// A command prints it; `what` it is called in messages.
    Command { command: String, what: &'static str },
    /// The operating system keeps it.
    Keyring(Keyring),
    /// The person knows it; for this address.
    Prompt(String),
}

impl PasswordChain {
    pub(super) fn add(&mut self, source: Option<PasswordSource>) {
        self.0.extend(source);
    }

    pub(super) fn leave_out_prompt(&mut self) {
        self.0.retain(|source| !matches!(source, PasswordSource::Prompt(_)));
    }

    /// The first place that has one without asking a person.
    pub(super) fn place(&self) -> Option<&'static str> {
        self.0.iter().find_map(PasswordSource::place)
    }
}

impl PasswordChain {
    fn first(&self) -> Result<Option<SecretString>, PasswordError> {
        for source in &self.0 {
            if let Some(password) = source.ask()? {
                return Ok(Some(password));
            }
        }
        Ok(None)
    }
}

impl PasswordProvider for PasswordChain {
    fn password(&self) -> Result<SecretString, PasswordError> {
        self.first()?.ok_or_else(|| "none is configured, and there is no terminal to ask".into())
    }
}

impl TokenProvider for PasswordChain {
    fn token(&self) -> Result<SecretString, TokenError> {
        self.first()?.ok_or_else(|| "none is configured".into())
    }
}

impl PasswordSource {
    /// The password, if this place has one.
    fn ask(&self) -> Result<Option<SecretString>, PasswordError> {
        match self {
            Self::Fixed { password, .. } => Ok(Some(password.clone())),
            Self::Command { command, what } => run(command, what).map(Some),
            Self::Keyring(keyring) => keyring.read().or_else(|error| {
                tracing::debug!(%error, "cannot read the keyring");
                Ok(None)
            }),
            Self::Prompt(email) => prompt(email),
        }
    }

    fn place(&self) -> Option<&'static str> {
        match self {
            Self::Fixed { place, .. } => Some(place),
            Self::Command { what: "token", .. } => Some("the token command"),
            Self::Command { .. } => Some("the password command"),
            Self::Keyring(keyring) => keyring.read().ok().flatten().map(|_| "this computer's keyring"),
            Self::Prompt(_) => None,
        }
    }
}

/// Asks on the terminal for the password of `email`, without an echo; `None` where there is no terminal.
pub(crate) fn prompt(email: &str) -> Result<Option<SecretString>, PasswordError> {
    if !std::io::stdin().is_terminal() {
        return Ok(None);
    }
    let question = format!("Password of {email} on Tandem Source: ");
    match suspend_bar(|| rpassword::prompt_password(question)) {
        Ok(password) => Ok(Some(password.into())),
        // Ctrl-C at the prompt is no missing password.
        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {
            Err(Failure::new(Exit::Interrupted, "no password was given").into())
        }
        Err(error) => Err(error.into()),
    }
}

fn run(command: &str, what: &str) -> Result<SecretString, PasswordError> {
    let (shell, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut asking = Command::new(shell);
    asking.args([flag, command]).stdin(Stdio::inherit()).stderr(Stdio::inherit());
    // It may ask on the terminal.
    let output = suspend_bar(|| asking.output())?;
    if !output.status.success() {
        return Err(format!("the {what} command failed ({})", output.status).into());
    }
    let text = String::from_utf8(output.stdout)
        .map_err(|_| format!("the {what} command printed something other than text"))?;
    // The line's end belongs to the command, blanks to the password.
    Ok(text.trim_end_matches(['\r', '\n']).to_owned().into())
}

/// One account's place in the operating system's keyring.
pub(crate) struct Keyring {
    email: String,
}

impl Keyring {
    /// The place of `email`.
    pub(crate) fn for_email(email: &str) -> Self {
        Self { email: email.trim().to_lowercase() }
    }

    /// The password, if there is one.
    pub(crate) fn read(&self) -> Result<Option<SecretString>, PasswordError> {
        match self.entry()?.get_password() {
            Ok(password) => Ok(Some(password.into())),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Keeps the password.
    pub(crate) fn write(&self, password: &SecretString) -> Result<(), PasswordError> {
        Ok(self.entry()?.set_password(secrecy::ExposeSecret::expose_secret(password))?)
    }

    /// Forgets the password; true when there was one.
    pub(crate) fn remove(&self) -> Result<bool, PasswordError> {
        match self.entry()?.delete_credential() {
            Ok(()) => Ok(true),
            Err(keyring::Error::NoEntry) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn entry(&self) -> Result<keyring::Entry, PasswordError> {
        Ok(keyring::Entry::new(KEYRING_SERVICE, &self.email)?)
    }
}

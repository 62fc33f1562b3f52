//! The file that keeps tokens from run to run, so that starting the program often does not mean logging in often; and what was
//! refused, so that a timer does not send a wrong password until the account is locked.
//!
//! One file for all accounts, readable by its owner alone, replaced in one step. An entry's key is a digest of e-mail,
//! region and endpoint: the file does not tell whose it is. A file that cannot be read is treated as an empty one, as
//! all it can cost is a login. Two programs that write at the same moment may lose one entry; again a login.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use crate::Region;

/// A token that opens the account's data for some hours.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) access: SecretString,
    pub(crate) pumper_id: String,
    pub(crate) obtained: DateTime<Utc>,
    pub(crate) expires: DateTime<Utc>,
}

/// A password that is not to be sent again. Of it only 16 bits are kept, under a salt: enough to know it again, and too little
/// to find out what it was.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Refused {
    salt: u64,
    mark: u16,
    /// Until then no password is sent at all.
    pub(crate) locked_until: Option<DateTime<Utc>>,
}

impl Refused {
    pub(crate) fn new(password: &SecretString, locked_until: Option<DateTime<Utc>>) -> Self {
        let salt = rand::random();
        Self { salt, mark: mark(salt, password), locked_until }
    }

    pub(crate) fn is(&self, password: &SecretString) -> bool {
        self.mark == mark(self.salt, password)
    }
}

fn mark(salt: u64, password: &SecretString) -> u16 {
    let digest = Sha256::new().chain_update(salt.to_le_bytes()).chain_update(password.expose_secret()).finalize();
    u16::from_le_bytes([digest[0], digest[1]])
}

/// One account's place in the file.
#[derive(Clone, Debug)]
pub(crate) struct TokenFile {
    path: PathBuf,
    key: String,
}

const VERSION: u32 = 1;

#[derive(Default, Deserialize, Serialize)]
struct Contents {
    version: u32,
    tokens: BTreeMap<String, Entry>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    refused: BTreeMap<String, Refused>,
}

#[derive(Clone, Deserialize, Serialize)]
struct Entry {
    access_token: String,
    pumper_id: String,
    obtained: DateTime<Utc>,
    expires: DateTime<Utc>,
}

impl TokenFile {
    pub(crate) fn new(path: PathBuf, email: &str, region: Region, endpoint: Option<&Url>) -> Self {
        Self { path, key: account_key(email, region, endpoint) }
    }

    /// The account's token, expired or not.
    pub(crate) fn read(&self) -> Option<Token> {
        let Entry { access_token, pumper_id, obtained, expires } = self.contents().tokens.remove(&self.key)?;
        Some(Token { access: access_token.into(), pumper_id, obtained, expires })
    }

    /// Keeps `token` for the next run.
    pub(crate) fn write(&self, token: &Token) -> io::Result<()> {
        let mut contents = self.contents();
        let entry = Entry {
            access_token: token.access.expose_secret().to_owned(),
            pumper_id: token.pumper_id.clone(),
            obtained: token.obtained,
            expires: token.expires,
        };
        contents.tokens.retain(|_, entry| entry.expires > token.obtained);
        contents.tokens.insert(self.key.clone(), entry);
        contents.refused.remove(&self.key);
        self.replace(contents)
    }

    /// What was refused last, unless a login succeeded since.
    pub(crate) fn read_refused(&self) -> Option<Refused> {
        self.contents().refused.remove(&self.key)
    }

    /// Keeps what was refused for the next run.
    pub(crate) fn write_refused(&self, refused: &Refused) -> io::Result<()> {
        let mut contents = self.contents();
        contents.refused.insert(self.key.clone(), refused.clone());
        self.replace(contents)
    }

    /// Forgets the account's token; true when there was one.
    pub(crate) fn remove(&self) -> io::Result<bool> {
        let mut contents = self.contents();
        let was_there = contents.tokens.remove(&self.key).is_some();
        if was_there {
            self.replace(contents)?;
        }
        Ok(was_there)
    }

    fn contents(&self) -> Contents {
        match read_private(&self.path).map(|text| serde_json::from_str::<Contents>(&text)) {
            Ok(Ok(contents)) if contents.version == VERSION => contents,
            Ok(_) => {
                tracing::warn!("the file of saved sessions is not usable and will be replaced");
                Contents::default()
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Contents::default(),
            Err(error) => {
                tracing::warn!(kind = %error.kind(), "the file of saved sessions cannot be read");
                Contents::default()
            }
        }
    }

    fn replace(&self, contents: Contents) -> io::Result<()> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        make_private_folder(folder)?;
        // Created with mode 0600, in the same folder: the rename is one step.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, &Contents { version: VERSION, ..contents })?;
        file.flush()?;
        file.as_file().sync_all()?;
        file.persist(&self.path)?;
        Ok(())
    }
}

/// Addresses of e-mail differ in case only by accident.
fn account_key(email: &str, region: Region, endpoint: Option<&Url>) -> String {
    let endpoint = endpoint.map_or("", Url::as_str);
    let text = format!("tandem-source token\n{}\n{region}\n{endpoint}", email.trim().to_lowercase());
    hex(&Sha256::digest(text))
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("memory takes all");
        text
    })
}

fn read_private(path: &Path) -> io::Result<String> {
    let text = fs::read_to_string(path)?;
    tighten(path)?;
    Ok(text)
}

/// Takes everybody else's rights away from a file that was copied or made with too many.
#[cfg(unix)]
fn tighten(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    const OTHERS: u32 = 0o077;
    if fs::metadata(path)?.permissions().mode() & OTHERS == 0 {
        return Ok(());
    }
    tracing::warn!("the file of saved sessions was open to others; it is the owner's alone again");
    fs::set_permissions(path, fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn tighten(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

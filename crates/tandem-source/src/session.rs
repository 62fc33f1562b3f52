//! Who is logged in: one token for all, renewed in time, and never more logins than needed.
//!
//! A login is single-flight: whoever needs a token while another is getting one waits, and shares what it came to. A
//! password that was refused is not sent again, and a locked account is left alone for an hour: too many attempts lock
//! people out of their own data, and out of the pump's application with it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Duration, Utc};
use pipeline::SourceErrorKind;
use secrecy::{ExposeSecret, SecretString};

use tokio::sync::Mutex;

use crate::cache::{Refused, Token, TokenFile};
use crate::config::SourceConfig;
use crate::error::Failure;
use crate::http::Transport;
use crate::login::Login;
use crate::request_label::RequestLabel;
use crate::service::Service;

/// A token is renewed this long before its end, so that none ends under way.
const RENEW_BEFORE: Duration = Duration::minutes(5);

/// A locked account is not tried again before this has passed.
const LOCKED_PAUSE: Duration = Duration::hours(1);

/// A token that was got because its predecessor was refused, and is refused itself, is not replaced before this.
const REFUSED_PAUSE: Duration = Duration::minutes(15);

/// What there is to know about the token, without the token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct TokenStatus {
    /// When it was issued, by this computer's clock.
    pub obtained: DateTime<Utc>,
    /// When the service ends it.
    pub expires: DateTime<Utc>,
    /// From here on the next request logs in again.
    pub renewed_from: DateTime<Utc>,
    /// True when the next request can still use it.
    pub usable: bool,
}

/// A token in use.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) token: Token,
    origin: Origin,
    /// The service has accepted it.
    proven: AtomicBool,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Origin {
    Saved,
    Login,
    /// A login because the token before was refused.
    Replacement,
}

/// Keeps the session. Cheap to ask.
pub(crate) struct Sessions {
    config: Arc<SourceConfig>,
    service: Arc<Service>,
    transport: Arc<Transport>,
    file: Option<TokenFile>,
    state: Mutex<State>,
    /// Logins that have ended, well or not.
    finished: AtomicU64,
}

#[derive(Default)]
struct State {
    session: Option<Arc<Session>>,
    refused: Option<Refused>,
    failed: Option<Failed>,
}

/// What the login with this number came to.
struct Failed {
    number: u64,
    kind: SourceErrorKind,
    message: String,
}

impl Session {
    fn new(token: Token, origin: Origin) -> Arc<Self> {
        Arc::new(Self { token, origin, proven: AtomicBool::new(false) })
    }

    /// To be called when the service has accepted it.
    pub(crate) fn prove(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }
}

impl Token {
    /// Tokens of minutes are used for three quarters of them, lest each request log in.
    pub(crate) fn renewed_from(&self) -> DateTime<Utc> {
        self.expires - RENEW_BEFORE.min((self.expires - self.obtained).max(Duration::zero()) / 4)
    }

    pub(crate) fn status(&self, now: DateTime<Utc>) -> TokenStatus {
        let Self { obtained, expires, .. } = *self;
        TokenStatus { obtained, expires, renewed_from: self.renewed_from(), usable: self.is_usable(now) }
    }

    fn is_usable(&self, now: DateTime<Utc>) -> bool {
        now < self.renewed_from()
    }

    fn is(&self, other: &Self) -> bool {
        self.access.expose_secret() == other.access.expose_secret()
    }
}

impl Sessions {
    pub(crate) fn new(
        config: Arc<SourceConfig>,
        service: Arc<Service>,
        transport: Arc<Transport>,
        file: Option<TokenFile>,
    ) -> Self {
        Self { config, service, transport, file, state: Mutex::default(), finished: AtomicU64::new(0) }
    }

    /// The session to use now: the one at hand, the saved one, or a new one.
    pub(crate) async fn current(&self) -> Result<Arc<Session>, Failure> {
        let finished = self.finished.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(session) = self.at_hand(&mut state, None) {
            return Ok(session);
        }
        self.recall_refusal(&mut state);
        self.shared_login(&mut state, finished, Origin::Login).await
    }

    /// A session in label of `refused`, which `label` did not accept.
    pub(crate) async fn replaced(&self, refused: &Session, label: &RequestLabel) -> Result<Arc<Session>, Failure> {
        let finished = self.finished.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(session) = self.at_hand(&mut state, Some(&refused.token)) {
            return Ok(session);
        }
        let untried = refused.origin == Origin::Replacement && !refused.proven.load(Ordering::Relaxed);
        if untried && self.now() < refused.token.obtained + REFUSED_PAUSE {
            return Err(Failure::FreshTokenRefused { label: label.clone() });
        }
        self.shared_login(&mut state, finished, Origin::Replacement).await
    }

    /// Logs in even if there is a session, and even if another run was refused: a person asked for it.
    pub(crate) async fn log_in(&self) -> Result<Arc<Session>, Failure> {
        let mut state = self.state.lock().await;
        self.login(&mut state, Origin::Login).await
    }

    /// Forgets the session, in memory and in the file; true when there was one.
    pub(crate) async fn log_out(&self) -> std::io::Result<bool> {
        let mut state = self.state.lock().await;
        let had_session = state.session.take().is_some();
        let had_entry = self.file.as_ref().map_or(Ok(false), TokenFile::remove)?;
        Ok(had_session || had_entry)
    }

    pub(crate) async fn status(&self) -> Option<TokenStatus> {
        let state = self.state.lock().await;
        let token = state.session.as_ref().map(|session| session.token.clone()).or_else(|| self.saved());
        token.map(|token| token.status(self.now()))
    }

    /// Whose data the session is for; `None` without a session.
    pub(crate) async fn pumper_id(&self) -> Option<String> {
        self.state.lock().await.session.as_ref().map(|session| session.token.pumper_id.clone())
    }

    /// A usable session without a login: this process's, or one that another has saved meanwhile.
    fn at_hand(&self, state: &mut State, refused: Option<&Token>) -> Option<Arc<Session>> {
        let fits = |token: &Token| token.is_usable(self.now()) && !refused.is_some_and(|refused| token.is(refused));
        if let Some(session) = state.session.as_ref().filter(|session| fits(&session.token)) {
            return Some(session.clone());
        }
        let session = Session::new(self.saved().filter(fits)?, Origin::Saved);
        tracing::debug!(expires = %session.token.expires, "using the saved session");
        state.session = Some(session.clone());
        Some(session)
    }

    fn saved(&self) -> Option<Token> {
        self.file.as_ref()?.read()
    }

    /// Logs in, unless a login ended while this caller waited for its turn: then it shares that one's failure.
    async fn shared_login(&self, state: &mut State, finished: u64, origin: Origin) -> Result<Arc<Session>, Failure> {
        if let Some(failed) = state.failed.as_ref().filter(|failed| failed.number > finished) {
            return Err(Failure::Shared { kind: failed.kind, message: failed.message.clone() });
        }
        self.login(state, origin).await
    }

    async fn login(&self, state: &mut State, origin: Origin) -> Result<Arc<Session>, Failure> {
        let result = self.checked_login(state).await;
        let number = self.finished.fetch_add(1, Ordering::AcqRel) + 1;
        match result {
            Ok(token) => {
                self.save(&token);
                let session = Session::new(token, origin);
                state.session = Some(session.clone());
                state.failed = None;
                Ok(session)
            }
            Err(failure) => {
                state.failed = Some(Failed { number, kind: failure.kind(), message: failure.to_string() });
                Err(failure)
            }
        }
    }

    async fn checked_login(&self, state: &mut State) -> Result<Token, Failure> {
        self.config.email()?;
        let password = self.password().await?;
        self.refuse_again(state.refused.as_ref(), &password)?;
        let result = Login::new(&self.config, &self.service, &self.transport)?.run(&password).await;
        state.refused = match &result {
            Err(Failure::AccountLocked { .. }) => Some(Refused::new(&password, Some(self.now() + LOCKED_PAUSE))),
            Err(Failure::CredentialsRefused { .. }) => Some(Refused::new(&password, None)),
            _ => None,
        };
        if let (Some(refused), Some(file)) = (&state.refused, &self.file)
            && let Err(error) = file.write_refused(refused)
        {
            tracing::warn!(kind = %error.kind(), "what was refused could not be noted; the next run will try it again");
        }
        result
    }

    /// A new run knows what an earlier one was refused.
    fn recall_refusal(&self, state: &mut State) {
        if state.refused.is_none() {
            state.refused = self.file.as_ref().and_then(TokenFile::read_refused);
        }
    }

    /// Does without a login what it would come to.
    fn refuse_again(&self, refused: Option<&Refused>, password: &SecretString) -> Result<(), Failure> {
        let region = self.service.region;
        match refused {
            Some(Refused { locked_until: Some(until), .. }) if self.now() < *until => {
                Err(Failure::AccountLocked { region })
            }
            Some(before) if before.locked_until.is_none() && before.is(password) => {
                Err(Failure::CredentialsRefusedBefore { region })
            }
            _ => Ok(()),
        }
    }

    /// Providers may block: a prompt waits for a person.
    async fn password(&self) -> Result<SecretString, Failure> {
        let provider = self.config.password.clone();
        let answer = tokio::task::spawn_blocking(move || provider.password()).await;
        let password =
            answer.unwrap_or_else(|panic| Err(Box::new(panic))).map_err(|source| Failure::NoPassword { source })?;
        if password.expose_secret().is_empty() { Err(Failure::EmptyPassword) } else { Ok(password) }
    }

    /// A token that cannot be saved still serves this run.
    fn save(&self, token: &Token) {
        if let Some(Err(error)) = self.file.as_ref().map(|file| file.write(token)) {
            tracing::warn!(kind = %error.kind(), "the session could not be saved; the next run will log in again");
        }
    }

    fn now(&self) -> DateTime<Utc> {
        self.config.clock.now()
    }
}

//! [`TandemSource`]: an account on the service, and the requests it takes.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use chrono::{DateTime, Utc};
use pipeline::{Account, AccountId, AssignmentId, DayRange, SourceError};
use reqwest::Client;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderValue, ORIGIN, REFERER};
use secrecy::ExposeSecret;

use crate::cache::TokenFile;
use crate::config::SourceConfig;
use crate::error::Failure;
use crate::events::{self, Events};
use crate::http::{HttpResponse, Transport};
use crate::reachability::{self, HostCheck};
use crate::selection::{self, Effective};
use crate::service::{Service, Target};
use crate::session::{Session, Sessions, TokenStatus};
use crate::{EventSelection, account};

/// An account on Tandem Source. Logs in when it must; may be shared between tasks.
pub struct TandemSource {
    config: Arc<SourceConfig>,
    service: Arc<Service>,
    transport: Arc<Transport>,
    sessions: Sessions,
    client: Client,
    selection: Effective,
    max_window_days: AtomicU32,
}

impl TandemSource {
    /// Prepares a source; asks nothing of the network yet.
    ///
    /// # Errors
    /// [`Configuration`](pipeline::SourceErrorKind::Configuration) for settings that cannot work.
    pub fn new(config: SourceConfig) -> Result<Self, SourceError> {
        let config = Arc::new(config.validated()?);
        let service = Arc::new(Service::new(config.region, config.endpoint.as_ref())?);
        let transport = Arc::new(Transport::new(config.clone(), &service));
        let file = config
            .token_cache
            .clone()
            .map(|path| TokenFile::new(path, &config.email, config.region, config.endpoint.as_ref()));
        Ok(Self {
            client: data_client(&config, &transport)?,
            sessions: Sessions::new(config.clone(), service.clone(), transport.clone(), file),
            selection: Effective::new(config.events),
            max_window_days: AtomicU32::new(config.max_window_days),
            config,
            service,
            transport,
        })
    }

    /// Logs in now, also when there is a session, and keeps the new one.
    ///
    /// # Errors
    /// A [`SourceError`] as from any request; a password that this source saw refused is not sent again.
    pub async fn login(&self) -> Result<TokenStatus, SourceError> {
        Ok(self.sessions.log_in().await?.token.status(self.now()))
    }

    /// Forgets the session, here and in the token file; true when there was one. The service is not asked.
    ///
    /// # Errors
    /// When the token file cannot be replaced.
    pub async fn logout(&self) -> std::io::Result<bool> {
        self.sessions.log_out().await
    }

    /// What there is to know about the session, without asking the service; `None` when there is none.
    pub async fn token_status(&self) -> Option<TokenStatus> {
        self.sessions.status().await
    }

    /// Asks each host of the service for something that needs no account, once.
    pub async fn check_reachability(&self) -> Vec<HostCheck> {
        reachability::check_hosts(&self.service, &self.transport, &self.client).await
    }

    pub(crate) fn selection(&self) -> &Effective {
        &self.selection
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.config.clock.now()
    }

    /// What the service has been found to put up with; for [`TandemSource::forget`].
    pub(crate) fn findings(&self) -> (selection::State, u32) {
        (self.selection.state(), self.longest_window_now())
    }

    /// Goes back to earlier findings: what came after them did not help.
    pub(crate) fn forget(&self, (selection, max_window_days): (selection::State, u32)) {
        self.selection.restore(selection);
        self.max_window_days.store(max_window_days, Ordering::Relaxed);
    }

    /// The most days that the service has not shown to be too many.
    pub(crate) fn longest_window_now(&self) -> u32 {
        self.max_window_days.load(Ordering::Relaxed)
    }

    pub(crate) fn shorten_windows(&self, days: u32) {
        self.max_window_days.fetch_min(days, Ordering::Relaxed);
    }

    /// The person and the pumps.
    pub(crate) async fn ask_account(&self) -> Result<Account, Failure> {
        let target = |session: &Session| self.service.pumper(&session.token.pumper_id);
        let mut account = self.read(&target, async |answer| account::read_account(&answer)).await?;
        account.id = self.sessions.pumper_id().await.map(AccountId::new);
        Ok(account)
    }

    /// The most days to ask for at once, as configured.
    pub(crate) fn configured_window_days(&self) -> u32 {
        self.config.max_window_days
    }

    /// One question for the events of some days.
    #[tracing::instrument(level = "debug", skip_all, fields(%days))]
    pub(crate) async fn ask(
        &self,
        pump: &AssignmentId,
        days: DayRange,
        selection: EventSelection,
    ) -> Result<Events, Failure> {
        let codes = selection.codes();
        let target = |session: &Session| {
            let mut target = self.service.pump_logs(pump.as_str());
            let mut query = target.url.query_pairs_mut();
            query.append_pair("pumperId", &session.token.pumper_id);
            query.append_pair("startDate", &format!("{}T00:00:00Z", days.first()));
            query.append_pair("endDate", &format!("{}T23:59:59Z", days.last()));
            if let Some(codes) = &codes {
                query.append_pair("eventCodes", codes);
            }
            drop(query);
            target
        };
        let read = |answer: HttpResponse| {
            let pump = pump.clone();
            // A month is tens of megabytes of text: too long for a thread that others share.
            blocking(move || events::read_events(&answer, &pump, days))
        };
        let events = self.read(&target, read).await?;
        tracing::debug!(events = events.batch.len(), rejected = events.batch.rejected().len(), "read");
        Ok(events)
    }

    /// Gets what needs a session and makes sense of it. A session that the service refuses is replaced, once.
    async fn read<T, Reading>(
        &self,
        target: &(dyn Fn(&Session) -> Target + Sync),
        read: impl Fn(HttpResponse) -> Reading,
    ) -> Result<T, Failure>
    where
        Reading: Future<Output = Result<T, Failure>>,
    {
        let session = self.sessions.current().await?;
        let refused = match self.read_with(&session, target, &read).await {
            Err(Failure::Unauthorized { label }) => label,
            settled => return settled,
        };
        tracing::info!("the session was refused; logging in once");
        let session = self.sessions.replaced(&session, &refused).await?;
        self.read_with(&session, target, &read).await.map_err(|failure| match failure {
            Failure::Unauthorized { label } => Failure::FreshTokenRefused { label },
            other => other,
        })
    }

    async fn read_with<T, Reading>(
        &self,
        session: &Session,
        target: &(dyn Fn(&Session) -> Target + Sync),
        read: &impl Fn(HttpResponse) -> Reading,
    ) -> Result<T, Failure>
    where
        Reading: Future<Output = Result<T, Failure>>,
    {
        let attempt = || async { read(self.get(session, target(session)).await?).await };
        self.transport.retrying(attempt).await
    }

    async fn get(&self, session: &Session, target: Target) -> Result<HttpResponse, Failure> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", session.token.access.expose_secret()))
            .map_err(|_| Failure::TokenInvalid { reason: "it holds characters that no token has", source: None })?;
        bearer.set_sensitive(true);
        let request = self
            .client
            .get(target.url)
            .header(AUTHORIZATION, bearer)
            .header(ACCEPT, "application/json")
            .header(ORIGIN, self.service.origin())
            .header(REFERER, self.service.referer());
        let answer = self.transport.send(&target.label, request).await?.ensure_accepted()?;
        session.prove();
        Ok(answer)
    }
}

impl std::fmt::Debug for TandemSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("TandemSource").field("config", &self.config).finish_non_exhaustive()
    }
}

fn data_client(config: &SourceConfig, transport: &Transport) -> Result<Client, Failure> {
    let timeouts = config.timeouts;
    let builder = transport.client_builder().read_timeout(timeouts.data_idle).timeout(timeouts.data_whole);
    builder.build().map_err(|_| Failure::Configuration { reason: "no encrypted connections can be made".to_owned() })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

//! The one place through which requests go out: at which pace, how long each is tried, and what is tried again.
//!
//! Messages keep the pace of their chat and share a bounded number of connections. What is worthless in seconds, an answer
//! to a tap or to typing, waits for neither.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::requests::Payload;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::metrics::{Metrics, RequestResult};
use crate::telegram::api::{Api, ApiError};
use crate::telegram::outbound::rate_limit::Pace;

/// How long a message is tried, apart from the pauses that Telegram asks for.
const DEADLINE: Duration = Duration::from_secs(60);
/// The longest that Telegram may make a request wait in all.
const REST_MAX: Duration = Duration::from_secs(3_600);
/// How long an answer to a tap or to typing is tried: later nobody looks at it any more. Telegram takes answers to typing
/// for about 30 s, to taps for longer.
pub(crate) const CALLBACK_DEADLINE: Duration = Duration::from_secs(10);
/// An ephemeral command is to be answered within 15 s (Bot API 10.2); the rest is for the answer's way.
pub(crate) const ASIDE: Duration = Duration::from_secs(13);
/// How long an answer to a guest is tried: nothing says how long Telegram takes it.
pub(crate) const GUEST: Duration = Duration::from_secs(60);
/// Messages under way at once: each has a connection, and connections are what memory goes into.
const SLOTS: usize = 24;
/// Answers to typing under way at once: a storm of it must not open a connection for each letter.
const TYPING_SLOTS: usize = 16;

/// Sends requests.
pub(crate) struct Sender {
    api: Api,
    pace: Pace,
    slots: Semaphore,
    typing_slots: Semaphore,
    metrics: Arc<Metrics>,
}

impl Sender {
    /// `cap` is the most requests a second in all that the operator wants.
    pub(crate) fn new(api: Api, cap: Option<NonZeroU32>, metrics: Arc<Metrics>) -> Self {
        let (slots, typing_slots) = (Semaphore::new(SLOTS), Semaphore::new(TYPING_SLOTS));
        Self { api, pace: Pace::new(cap), slots, typing_slots, metrics }
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Sends or edits a message: at the pace of its chat (of none under a card of inline mode), as long as it takes.
    /// `missed` is told each time nobody is there.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`].
    pub(crate) async fn message<P: Payload + Serialize>(
        &self,
        chat: Option<i64>,
        payload: &P,
        missed: impl Fn(),
    ) -> Result<(), ApiError> {
        let send = async || {
            self.pace.turn(chat).await;
            let _slot = self.slots.acquire().await;
            let sent = self.once(payload).await;
            if let (Err(ApiError::RetryAfter(_)), Some(chat)) = (&sent, chat) {
                self.pace.refused(chat);
            }
            sent
        };
        self.retry(send, missed).await
    }

    /// Whether a message to this chat may go another way right now; if so, it is counted.
    pub(crate) fn may_now(&self, chat: i64) -> bool {
        self.pace.may_now(chat)
    }

    /// Whether what goes to this chat waits for the chat's own pace.
    pub(crate) fn is_rate_limited(&self, chat: i64) -> bool {
        self.pace.is_rate_limited(chat)
    }

    /// Sends what is worthless after `lifetime`.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`]; [`ApiError::Unreachable`] when the time is over.
    pub(crate) async fn send_with_deadline<P: Payload + Serialize>(
        &self,
        lifetime: Duration,
        payload: &P,
    ) -> Result<(), ApiError> {
        let sent = tokio::time::timeout(lifetime, self.retry(async || self.once(payload).await, || ())).await;
        sent.unwrap_or_else(|_| Err(ApiError::Unreachable("the time for this answer is over".into())))
    }

    /// Waits for one of the few connections that a storm of typing shares; it is taken until what this gives is dropped.
    pub(crate) async fn inline_slot(&self) -> Option<SemaphorePermit<'_>> {
        self.typing_slots.acquire().await.ok()
    }

    /// Asks something of Telegram and reads the answer.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`].
    pub(crate) async fn ask<P: Payload + Serialize, T: DeserializeOwned>(&self, payload: &P) -> Result<T, ApiError> {
        let ask = async || self.counted(P::NAME, self.api.call(payload, Duration::ZERO)).await;
        self.retry(ask, || ()).await
    }

    async fn once<P: Payload + Serialize>(&self, payload: &P) -> Result<(), ApiError> {
        self.counted(P::NAME, self.api.send(payload)).await
    }

    async fn counted<T>(
        &self,
        method: &'static str,
        request: impl Future<Output = Result<T, ApiError>>,
    ) -> Result<T, ApiError> {
        let began = Instant::now();
        let done = request.await;
        let outcome = match &done {
            Ok(_) => RequestResult::Ok,
            Err(ApiError::RetryAfter(_)) => RequestResult::TooManyRequests,
            Err(ApiError::Unreachable(_)) => RequestResult::Unreachable,
            Err(ApiError::Refused(..) | ApiError::MigratedTo(_)) => RequestResult::Refused,
        };
        self.metrics.request(method, outcome, began.elapsed());
        done
    }

    /// Tries until Telegram answers: waits as long as a 429 asks for, and longer each time when nobody is there, which
    /// `missed` is told.
    ///
    /// # Errors
    ///
    /// The refusal; [`ApiError::Unreachable`] after [`DEADLINE`]; [`ApiError::RetryAfter`] when the pauses that Telegram asks
    /// for pass [`REST_MAX`].
    async fn retry<T>(&self, request: impl AsyncFn() -> Result<T, ApiError>, missed: impl Fn()) -> Result<T, ApiError> {
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(8))
            .with_jitter()
            .without_max_times()
            .build();
        let (mut tried, mut rested) = (Duration::ZERO, Duration::ZERO);
        loop {
            let began = Instant::now();
            match request().await {
                Err(ApiError::RetryAfter(pause)) => {
                    rested = rested.saturating_add(pause);
                    if rested > REST_MAX {
                        return Err(ApiError::RetryAfter(pause));
                    }
                    tokio::time::sleep(pause).await;
                    self.metrics.retry();
                }
                Err(error @ ApiError::Unreachable(_)) => {
                    missed();
                    let pause = pauses.next().unwrap_or_default();
                    tried += began.elapsed() + pause;
                    if tried > DEADLINE {
                        return Err(error);
                    }
                    tokio::time::sleep(pause).await;
                    self.metrics.retry();
                }
                done => return done,
            }
        }
    }
}

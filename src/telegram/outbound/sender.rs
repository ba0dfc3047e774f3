//! Requests of answers and of the profile go out here: within the rate limits, with their deadlines, tried again where that helps,
//! and counted.
//!
//! Messages keep the rate limit of their chat and share a bounded number of connections; answers to inline queries share a smaller
//! one. The answer to a callback query waits for neither.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use teloxide::requests::Payload;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::Instant;

use crate::message;
use crate::metrics::{Metrics, RequestResult};
use crate::telegram::api::upload::Upload;
use crate::telegram::api::{Api, ApiError, ApiResponse, method_name};
use crate::telegram::outbound::rate_limit::RateLimiter;

/// How long a request is tried while Telegram cannot be reached.
const RETRY_DEADLINE: Duration = Duration::from_secs(60);
/// The longest that 429s may make one request wait in all.
const RATE_LIMITED_MAX: Duration = Duration::from_secs(3_600);
/// How long an answer to a tap or to an inline query is tried: later nobody looks at it any more. Telegram takes answers to
/// inline queries for about 30 s, to taps for longer.
pub(crate) const CALLBACK_DEADLINE: Duration = Duration::from_secs(10);
/// An ephemeral command is to be answered within 15 s (Bot API 10.2); two of them are for the request's way.
pub(crate) const EPHEMERAL_DEADLINE: Duration = Duration::from_secs(13);
/// How long an answer to a guest is tried: the Bot API names no limit.
pub(crate) const GUEST_DEADLINE: Duration = Duration::from_secs(60);
/// Most messages sent at once. Each has a connection, and connections take most of the memory.
const MESSAGE_SLOTS: usize = 16;
/// Most answers to inline queries at once, so that a flood of them does not open a connection for each letter typed.
const INLINE_SLOTS: usize = 16;

/// Sends requests.
pub(crate) struct Sender {
    api: Api,
    rate_limiter: RateLimiter,
    message_slots: Semaphore,
    inline_slots: Semaphore,
    metrics: Arc<Metrics>,
}

impl Sender {
    /// `max_per_second` is the operator's limit for all chats together.
    pub(crate) fn new(api: Api, max_per_second: Option<NonZeroU32>, metrics: Arc<Metrics>) -> Self {
        Self {
            api,
            rate_limiter: RateLimiter::new(max_per_second),
            message_slots: Semaphore::new(MESSAGE_SLOTS),
            inline_slots: Semaphore::new(INLINE_SLOTS),
            metrics,
        }
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Calls any method of the Bot API and gives its result.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`].
    pub(crate) async fn call<P>(&self, payload: &P) -> Result<P::Output, ApiError>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.retry(async || self.measure::<P, _>(self.api.call(payload)).await, || ()).await
    }

    /// Calls a method once and reads its result in a way of the caller's.
    ///
    /// # Errors
    ///
    /// Those of the request and of `read`; nothing is tried again.
    pub(crate) async fn call_once<P: Payload + Serialize, T>(
        &self,
        payload: &P,
        read: impl FnOnce(ApiResponse) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.measure::<P, _>(async { read(self.api.post(payload).await?) }).await
    }

    /// Sends or edits a message within the rate limit of its chat; an inline message has none. `on_unreachable` is called each
    /// time Telegram cannot be reached.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`].
    pub(crate) async fn send_rate_limited<P: Payload + Serialize>(
        &self,
        chat: Option<i64>,
        payload: &P,
        on_unreachable: impl Fn(),
    ) -> Result<(), ApiError> {
        let send = async || {
            self.rate_limiter.acquire(chat).await;
            let _slot = self.message_slots.acquire().await;
            let sent = self.send(payload).await;
            if let (Err(ApiError::RetryAfter(pause)), Some(chat)) = (&sent, chat) {
                self.rate_limiter.too_many_requests(chat, *pause);
            }
            sent
        };
        self.retry(send, on_unreachable).await
    }

    /// Uploads a file with a message: within the rate limit of its chat, or, of an ephemeral one, before its deadline. `upload` makes the
    /// request anew for each try.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`]; [`ApiError::Unreachable`] after the deadline.
    pub(crate) async fn upload<P>(
        &self,
        chat: Option<i64>,
        upload: impl Fn() -> Result<Upload<P>, ApiError>,
    ) -> Result<P::Output, ApiError>
    where
        P: Payload + 'static,
        P::Output: DeserializeOwned,
    {
        let send = async || {
            if chat.is_some() {
                self.rate_limiter.acquire(chat).await;
            }
            let _slot = self.message_slots.acquire().await;
            let sent = self.measure::<P, _>(async { self.api.upload(upload()?).await }).await;
            if let (Err(ApiError::RetryAfter(pause)), Some(chat)) = (&sent, chat) {
                self.rate_limiter.too_many_requests(chat, *pause);
            }
            sent
        };
        match chat {
            Some(_) => self.retry(send, || ()).await,
            None => tokio::time::timeout(EPHEMERAL_DEADLINE, self.retry(send, || ()))
                .await
                .unwrap_or_else(|_| Err(too_late())),
        }
    }

    /// Uploads a file that is no message: outside of the rate limits. `upload` makes the request anew for each try.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`].
    pub(crate) async fn upload_without_chat<P>(
        &self,
        upload: impl Fn() -> Result<Upload<P>, ApiError>,
    ) -> Result<P::Output, ApiError>
    where
        P: Payload + 'static,
        P::Output: DeserializeOwned,
    {
        self.retry(async || self.measure::<P, _>(async { self.api.upload(upload()?).await }).await, || ()).await
    }

    /// Takes a token of the chat's rate limit for a message that goes another way, if there is one now.
    pub(crate) fn try_acquire(&self, chat: i64) -> bool {
        self.rate_limiter.try_acquire(chat)
    }

    /// Whether messages to this chat wait: for its own rate limit, or because of a 429.
    pub(crate) fn is_rate_limited(&self, chat: i64) -> bool {
        self.rate_limiter.is_rate_limited(chat)
    }

    /// Sends what is worthless after `deadline`, outside of the rate limits.
    ///
    /// # Errors
    ///
    /// As [`Sender::retry`]; [`ApiError::Unreachable`] after the deadline.
    pub(crate) async fn send_with_deadline<P: Payload + Serialize>(
        &self,
        deadline: Duration,
        payload: &P,
    ) -> Result<(), ApiError> {
        let sent = tokio::time::timeout(deadline, self.retry(async || self.send(payload).await, || ())).await;
        sent.unwrap_or_else(|_| Err(too_late()))
    }

    /// Waits for one of [`INLINE_SLOTS`]; it is free again when the permit is dropped.
    pub(crate) async fn inline_slot(&self) -> Option<SemaphorePermit<'_>> {
        self.inline_slots.acquire().await.ok()
    }

    async fn send<P: Payload + Serialize>(&self, payload: &P) -> Result<(), ApiError> {
        self.measure::<P, _>(self.api.send(payload)).await
    }

    async fn measure<P: Payload, T>(&self, request: impl Future<Output = Result<T, ApiError>>) -> Result<T, ApiError> {
        let start = Instant::now();
        let result = request.await;
        let outcome = match &result {
            Ok(_) => RequestResult::Ok,
            Err(ApiError::RetryAfter(_)) => RequestResult::TooManyRequests,
            Err(ApiError::Unreachable(_)) => RequestResult::Unreachable,
            Err(ApiError::Refused { .. } | ApiError::UnknownMethod(_) | ApiError::MigratedTo(_)) => {
                RequestResult::Refused
            }
        };
        self.metrics.request(method_name::<P>(), outcome, start.elapsed());
        result
    }

    /// Tries until Telegram answers: after a 429 as late as it asks for, while it cannot be reached at growing intervals.
    ///
    /// # Errors
    ///
    /// The refusal; [`ApiError::Unreachable`] after [`RETRY_DEADLINE`]; [`ApiError::RetryAfter`] when the pauses of 429s pass
    /// [`RATE_LIMITED_MAX`].
    async fn retry<T>(
        &self,
        request: impl AsyncFn() -> Result<T, ApiError>,
        on_unreachable: impl Fn(),
    ) -> Result<T, ApiError> {
        let mut pauses = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(8))
            .with_jitter()
            .without_max_times()
            .build();
        let (mut unreachable_for, mut rate_limited_for) = (Duration::ZERO, Duration::ZERO);
        loop {
            let start = Instant::now();
            match request().await {
                Err(ApiError::RetryAfter(pause)) => {
                    rate_limited_for += pause;
                    if rate_limited_for > RATE_LIMITED_MAX {
                        return Err(ApiError::RetryAfter(pause));
                    }
                    tokio::time::sleep(pause).await;
                }
                Err(error @ ApiError::Unreachable(_)) => {
                    on_unreachable();
                    let pause = pauses.next().unwrap_or_default();
                    unreachable_for += start.elapsed() + pause;
                    if unreachable_for > RETRY_DEADLINE {
                        return Err(error);
                    }
                    tokio::time::sleep(pause).await;
                }
                done => return done,
            }
            self.metrics.retry();
        }
    }
}

fn too_late() -> ApiError {
    ApiError::Unreachable(message!("the time for this answer is over"))
}

//! The adapter to Telegram: updates in, requests out, and between them nothing that is lost.
//!
//! - `api`: one request to the Bot API, and what its failure means.
//! - `inbound`: updates: polling or a webhook, the dispatcher, what is confirmed when.
//! - `outbound`: rate limits, retries, rendering, and where an answer goes when it cannot go where it should.
//! - `profile`: commands, descriptions, name, picture and settings at Telegram.

pub(crate) mod api;
#[cfg(feature = "fuzzing")]
pub mod fuzzing;
mod inbound;
mod outbound;
pub(crate) mod profile;

use std::num::NonZeroU32;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use api::token::{Token, TokenError, TokenFault};
pub use api::{Api, ApiConfigError};
pub use inbound::crash_guard::CrashGuard;
pub use inbound::source::webhook::{DeliveryOutcome, Webhook, WebhookDelivery};

use api::ApiError;
use api::newer::{GetMe, Me};
use inbound::context::Context;
use inbound::dispatcher::Dispatcher;
use inbound::source::polling::Polling;
use inbound::source::webhook::WebhookSource;
use outbound::sender::Sender;
use profile::Publisher;

use crate::bot::reply::{Reply, Request, reply};
use crate::build_info;
use crate::content::Content;
use crate::metrics::unanswered::Unanswered;
use crate::metrics::{Health, Metrics};

/// What makes replies: [`crate::bot::reply::reply`], or a stand-in that a test wants to see fail.
pub type ReplyFn = fn(&Content, &Request<'_>) -> Reply;

/// The kinds of update that the bot asks for.
pub(crate) const ALLOWED_UPDATES: [&str; 4] = ["message", "callback_query", "inline_query", "guest_message"];

/// The longest silence of Telegram after which the bot still counts as ready: three long polls, with their request's own time.
pub const SILENCE_MAX: Duration = Duration::from_secs(120);
/// How long after the start the content is prepared for questions: what waited for the start is in progress by then, and
/// Telegram is still busy with the first poll.
const PREPARE_DELAY: Duration = Duration::from_millis(20);

/// Why a bot ended that was not stopped. The sentence is for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// 401, or 404 from `getMe`.
    #[error("Telegram does not know this token: copy it once more from @BotFather")]
    UnknownToken,
    /// `setWebhook` was refused; Telegram's reason.
    #[error("Telegram does not take PALABRE_WEBHOOK_URL: {0}")]
    WebhookRefused(String),
}

/// A bot: its content, and how it is to behave on Telegram.
pub struct Bot {
    api: Api,
    content: Content,
    reply: ReplyFn,
    max_per_second: Option<NonZeroU32>,
    contents: Option<mpsc::Receiver<Content>>,
    webhook: Option<Webhook>,
    health: Arc<Health>,
    metrics: Arc<Metrics>,
    unanswered: Option<Arc<Unanswered>>,
    crash_guard: CrashGuard,
}

impl Bot {
    /// A bot that says `content` and polls.
    #[must_use]
    pub fn new(api: Api, content: Content) -> Self {
        let health = Arc::new(Health::new(SILENCE_MAX));
        let metrics = Arc::new(Metrics::new(Arc::clone(&health)));
        Self {
            api,
            content,
            reply,
            max_per_second: None,
            contents: None,
            webhook: None,
            health,
            metrics,
            unanswered: None,
            crash_guard: CrashGuard::default(),
        }
    }

    /// With something else than [`reply`] to make replies.
    #[must_use]
    pub fn reply(self, reply: ReplyFn) -> Self {
        Self { reply, ..self }
    }

    /// With a limit of messages a second to all chats together.
    #[must_use]
    pub fn max_per_second(self, max: Option<NonZeroU32>) -> Self {
        Self { max_per_second: max, ..self }
    }

    /// With newer contents, each of which replaces the one before between two updates.
    #[must_use]
    pub fn contents(self, contents: mpsc::Receiver<Content>) -> Self {
        Self { contents: Some(contents), ..self }
    }

    /// With a webhook instead of polling.
    #[must_use]
    pub fn webhook(self, webhook: Option<Webhook>) -> Self {
        Self { webhook, ..self }
    }

    /// With what counts, and with what notes that Telegram was heard from.
    #[must_use]
    pub fn metrics(self, health: Arc<Health>, metrics: Arc<Metrics>, unanswered: Option<Arc<Unanswered>>) -> Self {
        Self { health, metrics, unanswered, ..self }
    }

    /// With a guard that gives up updates which end the process.
    #[must_use]
    pub fn crash_guard(self, crash_guard: CrashGuard) -> Self {
        Self { crash_guard, ..self }
    }

    /// Answers until `stop` resolves; then finishes the updates in progress, within five seconds. Runs on a [`LocalRuntime`].
    ///
    /// # Errors
    ///
    /// When Telegram refuses the token or the webhook.
    ///
    /// # Panics
    ///
    /// On another runtime.
    ///
    /// [`LocalRuntime`]: tokio::runtime::LocalRuntime
    pub async fn run(self, stop: impl Future<Output = ()>) -> Result<(), RunError> {
        let mut stop = pin!(stop);
        let me = tokio::select! {
            () = &mut stop => return Ok(()),
            me = get_me(&self.api) => me?,
        };
        let content = self.content;
        let languages: Vec<String> = content.languages().map(|lang| content.tag(lang).to_string()).collect();
        log::info!(
            "palabre {} answers as @{}: {} sections in {}",
            build_info::VERSION,
            me.username,
            content.sections().len(),
            languages.join(", "),
        );
        let sender = Sender::new(self.api, self.max_per_second, self.metrics);
        let mut context = Context::new(sender, me, self.reply, content);
        context.answer_in_response = self.webhook.as_ref().is_some_and(|webhook| webhook.answer_in_response);
        context.unanswered = self.unanswered;
        context.crash_guard = self.crash_guard;
        let context = Rc::new(context);
        // They end when this is dropped.
        let mut background = JoinSet::new();
        background.spawn_local(follow_contents(Rc::clone(&context), self.contents));
        background.spawn_local(prepare(Rc::clone(&context)));
        let dispatcher = Dispatcher::new(Rc::clone(&context));
        match self.webhook {
            Some(webhook) => {
                inbound::run(dispatcher, WebhookSource::new(context, self.health, webhook), &mut stop).await
            }
            None => inbound::run(dispatcher, Polling::new(context, self.health), &mut stop).await,
        }
    }
}

/// Prepares the content for questions while nobody waits. A question that is asked sooner does it itself.
async fn prepare(context: Rc<Context>) {
    tokio::time::sleep(PREPARE_DELAY).await;
    context.content().content.prepare();
}

/// Publishes the profile, and serves and publishes each newer content.
async fn follow_contents(context: Rc<Context>, contents: Option<mpsc::Receiver<Content>>) {
    let mut publisher = Publisher::default();
    let Some(mut contents) = contents else { return publish(&mut publisher, &context).await };
    loop {
        let newer = tokio::select! {
            newer = contents.recv() => newer,
            () = async { publish(&mut publisher, &context).await; std::future::pending().await } => None,
        };
        match newer {
            Some(content) => {
                let version = content.version();
                context.replace_content(content);
                log::info!("content {version} is served from now on");
            }
            None => return publish(&mut publisher, &context).await,
        }
    }
}

/// Tells Telegram the profile, until it has it.
async fn publish(publisher: &mut Publisher, context: &Context) {
    let mut pauses = backoff();
    loop {
        let (me, served) = (context.me(), context.content());
        let was_set = |settings| context.settings_were_set(settings);
        let published = publisher.publish(&context.sender, &me, &served.content, was_set).await;
        let Err(error) = published else { break };
        let pause = pauses.next().unwrap_or_default();
        log::warn!("the bot's profile is not up to date: {error}; trying again in {:.1} s", pause.as_secs_f32());
        tokio::time::sleep(pause).await;
    }
}

/// Asks Telegram who the bot is, until it answers.
async fn get_me(api: &Api) -> Result<Me, RunError> {
    let mut pauses = backoff();
    loop {
        match api.call(&GetMe {}).await {
            Ok(me) => return Ok(me),
            Err(error) => tokio::time::sleep(pause_after(&error, &mut pauses)?).await,
        }
    }
}

/// Pauses that grow from half a second to half a minute.
fn backoff() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(30))
        .with_jitter()
        .without_max_times()
        .build()
}

/// Logs what is wrong, and says how long to wait, unless waiting does not help.
fn pause_after(error: &ApiError, pauses: &mut ExponentialBackoff) -> Result<Duration, RunError> {
    if error.is_unknown_token() {
        return Err(RunError::UnknownToken);
    }
    let pause = match error {
        ApiError::RetryAfter(pause) => *pause,
        _ => pauses.next().unwrap_or_default(),
    };
    log::warn!("{error}; trying again in {:.1} s", pause.as_secs_f32());
    Ok(pause)
}

//! The adapter to Telegram: updates in, requests out, and between them nothing that is lost.
//!
//! - [`Api`]: one request to the Bot API, and what its failure means.
//! - `rate_limit`, `sender`: at which rate requests go out, and what is tried again.
//! - `update`: what of an update concerns us.
//! - `render`, `inline`: a view as the Bot API takes it, as a message and as a card.
//! - `deliver`: one update, answered: where it goes, and where else when it cannot go there.
//! - `flood`, `dispatcher`: what is in hand: whose turn it is, and who has had enough.
//! - `crash_guard`: what is not taken in hand again, because it ended the process.
//! - `offset`, `poll`: updates by polling, confirmed after they are answered.
//! - `webhook`: updates by a webhook, likewise.
//! - `profile`: commands and descriptions at Telegram.
//! - [`doctor`]: what Telegram says of the bot's state, judged for its operator.

pub(crate) mod api;
#[cfg(fuzzing)]
pub mod fuzzing;
mod inbound;
mod outbound;
pub(crate) mod profile;

use std::num::NonZeroU32;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use api::token::{Token, TokenError};
pub use api::{Api, ApiConfigError};
pub use inbound::crash_guard::CrashGuard;
pub use inbound::webhook::Webhook;

use api::ApiError;
use api::newer::{GetMe, Me};
use inbound::dispatcher::{Context, Dispatcher};
use outbound::sender::Sender;

use crate::bot::reply::{Reply, Request, reply};
use crate::content::Content;
use crate::metrics::unanswered::Unanswered;
use crate::metrics::{Health, Metrics};

/// What answers: [`crate::bot::reply::reply`], or a stand-in that a test wants to see fail.
pub type Answer = fn(&Content, &Request<'_>) -> Reply;

/// What we want to hear of.
pub(crate) const ALLOWED_UPDATES: [&str; 4] = ["message", "callback_query", "inline_query", "guest_message"];
/// On a signal: time to finish what is in hand. With the last confirmation it stays under five seconds.
const DRAIN: Duration = Duration::from_millis(3_500);

/// The longest silence of Telegram after which the bot still counts as ready: three long polls.
pub const SILENCE_MAX: Duration = Duration::from_secs(120);
/// Less than any request is given.
const TICK: Duration = Duration::from_secs(5);
/// How long after the start the content is prepared for questions: what waited for the start is under way by then, and Telegram is
/// still busy with the first poll.
const PREPARED_AFTER: Duration = Duration::from_millis(20);

/// A bot: what it says, and how it is to behave on Telegram.
pub struct Bot {
    api: Api,
    content: Content,
    answer: Answer,
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
            answer: reply,
            max_per_second: None,
            contents: None,
            webhook: None,
            health,
            metrics,
            unanswered: None,
            crash_guard: CrashGuard::default(),
        }
    }

    /// With something else than [`reply`] to answer.
    #[must_use]
    pub fn answer(self, answer: Answer) -> Self {
        Self { answer, ..self }
    }

    /// With so many messages a second at most, to all chats together.
    #[must_use]
    pub fn max_per_second(self, max: Option<NonZeroU32>) -> Self {
        Self { max_per_second: max, ..self }
    }

    /// With newer contents that take the place of the one before, between two updates.
    #[must_use]
    pub fn contents(self, contents: mpsc::Receiver<Content>) -> Self {
        Self { contents: Some(contents), ..self }
    }

    /// With a webhook instead of polling.
    #[must_use]
    pub fn webhook(self, webhook: Option<Webhook>) -> Self {
        Self { webhook, ..self }
    }

    /// Counting here what happens, and telling `health` when Telegram was heard from.
    #[must_use]
    pub fn metrics(self, health: Arc<Health>, metrics: Arc<Metrics>, unanswered: Option<Arc<Unanswered>>) -> Self {
        Self { health, metrics, unanswered, ..self }
    }

    /// Giving up updates that end the process.
    #[must_use]
    pub fn crash_guard(self, crash_guard: CrashGuard) -> Self {
        Self { crash_guard, ..self }
    }

    /// Answers until `stop` is there; then finishes what is in hand, within five seconds. Runs on a [`LocalRuntime`].
    ///
    /// # Errors
    ///
    /// A sentence for the operator when Telegram refuses the token or the webhook.
    ///
    /// # Panics
    ///
    /// On another runtime.
    ///
    /// [`LocalRuntime`]: tokio::runtime::LocalRuntime
    pub async fn run(self, stop: impl Future<Output = ()> + 'static) -> Result<(), String> {
        // A task of its own, for each time that `block_on` wakes its own future costs a call of the system. It ends when
        // this is dropped.
        let mut task = JoinSet::new();
        task.spawn_local(self.work(Box::pin(stop)));
        match task.join_next().await {
            Some(Ok(result)) => result,
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()), // nobody aborts it
            None => Ok(()),
        }
    }

    async fn work(self, mut stop: impl Future<Output = ()> + Unpin) -> Result<(), String> {
        let me = tokio::select! {
            () = &mut stop => return Ok(()),
            me = get_me(&self.api) => me?,
        };
        let content = self.content;
        let languages: Vec<String> = content.languages().map(|lang| content.tag(lang).to_string()).collect();
        log::info!(
            "palabre {} answers as @{}: {} sections in {}",
            env!("CARGO_PKG_VERSION"),
            me.username,
            content.sections().len(),
            languages.join(", "),
        );
        let sender = Sender::new(self.api, self.max_per_second, self.metrics);
        let in_response = self.webhook.as_ref().is_some_and(|webhook| webhook.answer_in_response);
        let mut context = Context::new(sender, me, self.answer, content);
        (context.in_response, context.unanswered, context.crash_guard) =
            (in_response, self.unanswered, self.crash_guard);
        let context = Rc::new(context);
        // They end with this.
        let mut beside = JoinSet::new();
        beside.spawn_local(follow(Rc::clone(&context), self.contents));
        beside.spawn_local(prepare(Rc::clone(&context)));
        beside.spawn_local(tick());
        let dispatcher = Dispatcher::new(context);
        match self.webhook {
            Some(webhook) => inbound::webhook::work(dispatcher, webhook, self.health, &mut stop).await,
            None => inbound::polling::work(dispatcher, self.health, &mut stop).await,
        }
    }
}

/// Sleeps and sleeps again. A time limit that is nearer than all others costs a call of the system, and each of a batch of
/// requests would be: this one is nearer than theirs.
async fn tick() {
    loop {
        tokio::time::sleep(TICK).await;
    }
}

/// Prepares for questions while nobody waits. A question that is asked sooner does it itself.
async fn prepare(context: Rc<Context>) {
    tokio::time::sleep(PREPARED_AFTER).await;
    context.served().content.prepare();
}

/// Tells Telegram the commands and descriptions, and again with each newer content.
async fn follow(context: Rc<Context>, contents: Option<mpsc::Receiver<Content>>) {
    let Some(mut contents) = contents else { return publish(&context).await };
    loop {
        let newer = tokio::select! {
            newer = contents.recv() => newer,
            () = async { publish(&context).await; std::future::pending().await } => None,
        };
        match newer {
            Some(content) => context.swap(content),
            None => return publish(&context).await,
        }
    }
}

/// Tells Telegram the commands and descriptions, until it has them.
async fn publish(context: &Context) {
    let mut pauses = growing_pauses();
    while let Err(error) = profile::publish(&context.sender, &context.served().content).await {
        let pause = pauses.next().unwrap_or_default();
        log::warn!("the menu of commands is not up to date: {error}; trying again in {:.1} s", pause.as_secs_f32());
        tokio::time::sleep(pause).await;
    }
}

/// Asks who we are until Telegram says it.
async fn get_me(api: &Api) -> Result<Me, String> {
    let mut pauses = growing_pauses();
    loop {
        match api.call(&GetMe {}).await {
            Ok(me) => return Ok(me),
            Err(error) => tokio::time::sleep(pause_after(&error, &mut pauses)?).await,
        }
    }
}

fn growing_pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_min_delay(Duration::from_millis(500))
        .with_max_delay(Duration::from_secs(30))
        .with_jitter()
        .without_max_times()
        .build()
}

/// Says what is wrong and how long to wait, unless waiting does not help.
fn pause_after(error: &ApiError, pauses: &mut ExponentialBackoff) -> Result<Duration, String> {
    if error.is_unknown_token() {
        return Err("Telegram does not know this token: copy it once more from @BotFather".into());
    }
    let pause = match error {
        ApiError::RetryAfter(pause) => *pause,
        _ => pauses.next().unwrap_or_default(),
    };
    log::warn!("{error}; trying again in {:.1} s", pause.as_secs_f32());
    Ok(pause)
}

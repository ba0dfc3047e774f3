//! What is counted while it runs, for Prometheus. No label and no value says anything about a person.
//!
//! The values of every label are known beforehand: those of a [`Kind`] and the like, the methods of the Bot API that the
//! code names, the sections and languages of the content. To count is an atomic addition and at most two look-ups, with
//! no allocation once a label has been seen.

mod answers;
mod health;
mod label;
mod requests;
pub mod unanswered;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

pub use health::{Health, NotReady};
pub use label::{Delivery, Kind, Outcome, QuestionOutcome, Queue, Reload, Surface};

use answers::Answers;
use health::Serving;
use label::{Counts, Label};
use requests::Requests;

/// The media type of [`Metrics::encode`] (OpenMetrics 1.0).
pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted. Shared by reference; made once a process.
pub struct Metrics {
    registry: Registry,
    updates: Counts<Kind>,
    answers: Arc<Answers>,
    questions: Counts<QuestionOutcome>,
    requests: Requests,
    deliveries: Counts<Delivery>,
    reloads: Counts<Reload>,
    retries: Counter,
    given_up: Counter,
    floods: Counter,
    queues: Box<[Gauge]>,
    serving: Arc<Serving>,
}

impl Metrics {
    /// Metrics that are all zero.
    #[must_use]
    pub fn new(health: Arc<Health>) -> Self {
        let mut registry = Registry::with_prefix("palabre");
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "What runs", build);
        let updates = Counts::new(&mut registry, "updates", "Updates from Telegram, once each");
        let answers = Arc::new(Answers::default());
        registry.register_collector(Box::new(Arc::clone(&answers)));
        let questions =
            Counts::new(&mut registry, "questions", "Questions in people's own words, by what came of them");
        let requests = Requests::new(&mut registry);
        let deliveries = Counts::new(&mut registry, "webhook_requests", "Requests to the webhook");
        let reloads = Counts::new(&mut registry, "content_reloads", "Changes of the content while it ran");
        let retries = count(&mut registry, "retries", "Requests to the Bot API that were made once more");
        let given_up = count(&mut registry, "updates_given_up", "Updates that were not answered after every try");
        let floods = count(&mut registry, "flood_notices", "Chats that were told to slow down");
        let queues = Queue::gauges(&mut registry, "queue_updates", "Updates that are not finished");
        let serving = Arc::new(Serving::new(health));
        registry.register_collector(Box::new(Arc::clone(&serving)));
        Self {
            registry,
            updates,
            answers,
            questions,
            requests,
            deliveries,
            reloads,
            retries,
            given_up,
            floods,
            queues,
            serving,
        }
    }

    /// An update came in, for the first time.
    pub fn update(&self, kind: Kind) {
        self.updates.add(kind);
    }

    /// A page or a card went out. `page` is a section's id or the name of another page (`home`, `help`), `lang` the tag of
    /// its words. Both must be the content's, never a person's.
    pub fn answer(&self, page: &str, lang: &str, surface: Surface) {
        self.answers.add(page, lang, surface);
    }

    /// What came of a question in somebody's own words.
    pub fn question(&self, asked: QuestionOutcome) {
        self.questions.add(asked);
    }

    /// The Bot API was asked `method` once; it took so long until its answer was there, or until it was clear that there
    /// will be none.
    pub fn request(&self, method: &'static str, outcome: Outcome, took: Duration) {
        self.requests.add(method, outcome, took);
    }

    /// A request is made once more.
    pub fn retry(&self) {
        self.retries.inc();
    }

    /// An update is given up.
    pub fn give_up(&self) {
        self.given_up.inc();
    }

    /// Somebody is told to slow down.
    pub fn flood_notice(&self) {
        self.floods.inc();
    }

    /// What came of a request to the webhook.
    pub fn delivery(&self, delivery: Delivery) {
        self.deliveries.add(delivery);
    }

    /// How many updates stand there now.
    pub fn queue(&self, queue: Queue, updates: usize) {
        self.queues[queue.index()].set(i64::try_from(updates).unwrap_or(i64::MAX));
    }

    /// This content serves from now on. `version` tells it from others: a digest or a name that the operator gave it.
    pub fn content(&self, version: &str) {
        self.serving.content(version);
    }

    /// What came of a change of the content.
    pub fn reload(&self, reload: Reload) {
        self.reloads.add(reload);
    }

    /// Everything, as OpenMetrics text ([`MEDIA_TYPE`]).
    #[must_use]
    pub fn encode(&self) -> String {
        let mut page = String::with_capacity(16 * 1024);
        // Writing into a string cannot fail.
        let _ = text::encode(&mut page, &self.registry);
        page
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

fn count(registry: &mut Registry, name: &str, help: &str) -> Counter {
    let counter = Counter::default();
    registry.register(name, help, counter.clone());
    counter
}

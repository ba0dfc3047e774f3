//! Counters and gauges for Prometheus. No label and no value says anything about a person.
//!
//! The number of time series is bounded: the values of a label are variants of an enum, methods of the Bot API that the code
//! names, or sections and languages of the content, which have a limit.

mod feedback;
mod health;
mod labels;
mod process;
pub mod unanswered;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use chrono::NaiveDate;
use prometheus_client::encoding::{EncodeLabelSet, prometheus_text, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Metric, Registry, Unit};
use strum::VariantArray;

pub use health::{Health, NotReady};
pub use labels::{
    FindingWay, QuestionOutcome, QueueState, ReloadResult, RequestResult, Surface, UpdateKind, WebhookResult,
};

use feedback::FeedbackCounts;
use health::ServingCollector;
use process::ProcessCollector;

use labels::{AnswerLabels, MethodLabels, QuestionLabels, QueueLabels, RequestLabels, ResultLabels, UpdateLabels};

use crate::build_info;

/// How metrics are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricsFormat {
    /// OpenMetrics 1.0.
    OpenMetrics,
    /// The text format of Prometheus, 0.0.4: it has no `info` and no units.
    Prometheus,
}

impl MetricsFormat {
    /// Its media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Self::Prometheus => prometheus_text::CONTENT_TYPE,
        }
    }
}

/// The most time series of `palabre_answers_total`, about 2 MB: a content that changes its ids again and again must not fill
/// memory. Answers beyond are counted with section and language `other`.
pub const ANSWER_SERIES_MAX: usize = 10_000;
/// The section and the language of answers beyond [`ANSWER_SERIES_MAX`].
const OTHER: &str = "other";

/// Upper bounds of the buckets of request durations, in seconds. Telegram answers in 30 to 300 ms; `getUpdates` is held for
/// 25 s.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// All metrics of a process. Shared by reference; counting takes `&self`.
pub struct Metrics {
    registry: Registry,
    updates: Family<UpdateLabels, Counter>,
    answers: Family<AnswerLabels, Counter>,
    answer_series: AtomicUsize,
    questions: Family<QuestionLabels, Counter>,
    feedback: Arc<FeedbackCounts>,
    requests: Family<RequestLabels, Counter>,
    request_durations: Family<MethodLabels, Histogram, fn() -> Histogram>,
    webhook_requests: Family<ResultLabels, Counter>,
    reloads: Family<ResultLabels, Counter>,
    retries: Counter,
    given_up: Counter,
    flood_notices: Counter,
    log_lines_dropped: Counter,
    queue: Family<QueueLabels, Gauge>,
    serving: Arc<ServingCollector>,
}

impl Metrics {
    /// Metrics that are all zero.
    #[must_use]
    pub fn new(health: Arc<Health>) -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(ProcessCollector::new()));
        let all = registry.sub_registry_with_prefix("palabre");
        let build = [("version", build_info::VERSION), ("commit", build_info::COMMIT)];
        all.register("build", "What runs", Info::new(build));
        let help = "Updates from Telegram, once each";
        let updates = of_each(all, "updates", help, |kind: UpdateKind| UpdateLabels { kind: kind.into() });
        let answers = registered(all, "answers", "Pages and cards that went out", Family::default());
        let labels = |result: QuestionOutcome| QuestionLabels { outcome: result.into() };
        let questions = of_each(all, "questions", "Questions in people's own words, by what came of them", labels);
        let feedback = Arc::<FeedbackCounts>::default();
        all.register_collector(Box::new(Arc::clone(&feedback)));
        let requests = registered(all, "bot_api_requests", "Requests to the Bot API, each try", Family::default());
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let help = "How long the Bot API took to answer";
        all.register_with_unit("bot_api_request_duration", help, Unit::Seconds, durations.clone());
        let labels = |result: WebhookResult| ResultLabels { result: result.into() };
        let webhook_requests = of_each(all, "webhook_requests", "Requests to the webhook", labels);
        let labels = |result: ReloadResult| ResultLabels { result: result.into() };
        let reloads = of_each(all, "content_reloads", "Changes of the content while it ran", labels);
        let mut counter = |name, help| registered(all, name, help, Counter::default());
        let retries = counter("retries", "Requests to the Bot API that were made once more");
        let given_up = counter(
            "updates_given_up",
            "Updates that were not answered: after every try, or because Telegram refuses the answer",
        );
        let flood_notices = counter("flood_notices", "People and chats that were told to slow down");
        let log_lines_dropped = counter("log_lines_dropped", "Lines of the log that nobody read in time");
        let labels = |state: QueueState| QueueLabels { state: state.into() };
        let queue = of_each(all, "queue_updates", "Updates that are not finished", labels);
        let serving = Arc::new(ServingCollector::new(health));
        all.register_collector(Box::new(Arc::clone(&serving)));
        Self {
            registry,
            updates,
            answers,
            answer_series: AtomicUsize::new(0),
            questions,
            feedback,
            requests,
            request_durations: durations,
            webhook_requests,
            reloads,
            retries,
            given_up,
            flood_notices,
            log_lines_dropped,
            queue,
            serving,
        }
    }

    /// An update came in for the first time.
    pub fn update(&self, kind: UpdateKind) {
        self.updates.get_or_create(&UpdateLabels { kind: kind.into() }).inc();
    }

    /// A page or a contact card was sent in the language with the tag `lang`. `page` is a section's id, or for what is no
    /// section one of `home`, `help`, `languages`, `suggestions`, `unknown_command`, `unknown`, `contact_card` and, of
    /// a talk topic, `talk_` and its name. Both must come from the content or the code, never from a person.
    pub fn answer(&self, page: &str, lang: &str, surface: Surface) {
        let mut labels = AnswerLabels { section: page.into(), language: lang.into(), surface: surface.into() };
        if let Some(counter) = self.answers.get(&labels) {
            counter.inc();
            return;
        }
        if self.answer_series.fetch_add(1, Ordering::Relaxed) >= ANSWER_SERIES_MAX {
            (labels.section, labels.language) = (OTHER.into(), OTHER.into());
        }
        self.answers.get_or_create(&labels).inc();
    }

    /// What a question in a person's own words led to.
    pub fn question(&self, result: QuestionOutcome) {
        self.questions.get_or_create(&QuestionLabels { outcome: result.into() }).inc();
    }

    /// Somebody says whether the answer of a section helped. Both texts must come from the content.
    pub fn feedback(&self, section: &str, lang: &str, found: FindingWay, helped: bool) {
        self.feedback.count(section, lang, found, helped);
    }

    /// What people have said of answers since the start, a line for each section.
    #[must_use]
    pub fn feedback_report(&self) -> String {
        self.feedback.to_string()
    }

    /// One request to the Bot API ended after this time, tries counted one by one.
    pub fn request(&self, method: &'static str, result: RequestResult, took: Duration) {
        let labels = |result: RequestResult| RequestLabels { method, result: result.into() };
        if let Some(counter) = self.requests.get(&labels(result)) {
            counter.inc();
        } else {
            create_all(&self.requests, labels);
            self.requests.get_or_create(&labels(result)).inc();
        }
        // How long nobody answered says nothing about how fast Telegram is.
        if result != RequestResult::Unreachable {
            self.request_durations.get_or_create(&MethodLabels { method }).observe(took.as_secs_f64());
        }
    }

    /// A request is sent again.
    pub fn retry(&self) {
        self.retries.inc();
    }

    /// An update is given up.
    pub fn give_up(&self) {
        self.given_up.inc();
    }

    /// A flood notice is sent.
    pub fn flood_notice(&self) {
        self.flood_notices.inc();
    }

    /// How a request to the webhook ended.
    pub fn webhook_request(&self, result: WebhookResult) {
        self.webhook_requests.get_or_create(&ResultLabels { result: result.into() }).inc();
    }

    /// How many updates are in this state now.
    pub fn queue(&self, state: QueueState, updates: usize) {
        let updates = i64::try_from(updates).unwrap_or(i64::MAX);
        self.queue.get_or_create(&QueueLabels { state: state.into() }).set(updates);
    }

    /// This content is served from now on. `version` is its digest; `facts_checked` the first day of the month in which its facts
    /// were last compared with their source.
    pub fn content(&self, version: &str, facts_checked: NaiveDate) {
        self.serving.content(version, facts_checked);
    }

    /// Whether the content's files have errors, so that something older is served.
    pub fn content_broken(&self, is_broken: bool) {
        self.serving.set_broken(is_broken);
    }

    /// How a change of the content ended.
    pub fn reload(&self, result: ReloadResult) {
        self.reloads.get_or_create(&ResultLabels { result: result.into() }).inc();
    }

    /// A line of the log is dropped: whoever reads the log is too slow.
    pub fn drop_log_line(&self) {
        self.log_lines_dropped.inc();
    }

    /// All metrics as text.
    #[must_use]
    pub fn encode(&self, format: MetricsFormat) -> String {
        let mut page = String::with_capacity(16 * 1024);
        let encoded = match format {
            MetricsFormat::OpenMetrics => text::encode(&mut page, &self.registry),
            MetricsFormat::Prometheus => prometheus_text::encode(&mut page, &self.registry),
        };
        // Writing into a string cannot fail.
        debug_assert!(encoded.is_ok());
        page
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

fn registered<M: Metric + Clone>(registry: &mut Registry, name: &str, help: &str, metric: M) -> M {
    registry.register(name, help, metric.clone());
    metric
}

/// A family with a metric for each variant.
fn of_each<V, S, M>(registry: &mut Registry, name: &str, help: &str, labels: impl Fn(V) -> S) -> Family<S, M>
where
    V: VariantArray + Copy,
    S: EncodeLabelSet + Clone + Eq + std::hash::Hash,
    M: Default,
    Family<S, M>: Metric,
{
    let family = registered(registry, name, help, Family::default());
    create_all(&family, labels);
    family
}

/// Creates the metrics of all variants with zero, so that a rate can be taken of the first event.
fn create_all<V, S, M>(family: &Family<S, M>, labels: impl Fn(V) -> S)
where
    V: VariantArray + Copy,
    S: Clone + Eq + std::hash::Hash,
    M: Default,
{
    for variant in V::VARIANTS {
        drop(family.get_or_create(&labels(*variant)));
    }
}

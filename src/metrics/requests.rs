//! Requests to the Bot API: how they ended and how long they took.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use rustc_hash::FxHashMap;

use super::label::{Label, Outcome};

/// Upper ends of the buckets, in seconds. Telegram answers in 30 to 300 ms; `getUpdates` is held for 25 s.
const BUCKETS: [f64; 12] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

type Labels<const N: usize> = [(&'static str, &'static str); N];

/// How requests ended and how long they took, by method.
pub(super) struct Requests {
    results: Family<Labels<2>, Counter>,
    seconds: Family<Labels<1>, Histogram, fn() -> Histogram>,
    /// The metrics of the methods seen so far.
    methods: RwLock<FxHashMap<&'static str, Arc<Method>>>,
}

struct Method {
    results: Box<[Counter]>,
    seconds: Histogram,
}

impl Requests {
    pub(super) fn new(registry: &mut Registry) -> Self {
        let results = Family::default();
        registry.register("bot_api_requests", "Requests to the Bot API, each try", results.clone());
        let seconds = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let help = "How long the Bot API took to answer";
        registry.register_with_unit("bot_api_request_duration", help, Unit::Seconds, seconds.clone());
        Self { results, seconds, methods: RwLock::default() }
    }

    pub(super) fn add(&self, method: &'static str, outcome: Outcome, took: Duration) {
        let methods = self.methods.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = methods.get(method) {
            return known.add(outcome, took);
        }
        drop(methods);
        let known = Arc::new(self.method(method));
        known.add(outcome, took);
        self.methods.write().unwrap_or_else(PoisonError::into_inner).insert(method, known);
    }

    fn method(&self, method: &'static str) -> Method {
        let labels = |result: &&'static str| [("method", method), (Outcome::NAME, *result)];
        Method {
            results: Outcome::VALUES.iter().map(|value| self.results.get_or_create_owned(&labels(value))).collect(),
            seconds: self.seconds.get_or_create_owned(&[("method", method)]),
        }
    }
}

impl Method {
    fn add(&self, outcome: Outcome, took: Duration) {
        self.results[outcome.index()].inc();
        // How long nobody answered says nothing about how fast Telegram is.
        if outcome != Outcome::Unreachable {
            self.seconds.observe(took.as_secs_f64());
        }
    }
}

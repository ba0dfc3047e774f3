//! Failures of Telegram and of the way to it, on demand.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::{bot_api, params, state::Refusal};

/// For [`Fault::times`]: until `Fake::clear_faults`.
pub const ALWAYS: usize = usize::MAX;

/// What goes wrong, and with which requests.
#[derive(Clone, Debug)]
pub struct Fault {
    /// In any case of letters; `None` is every method, `getUpdates` too.
    pub method: Option<&'static str>,
    /// Only requests with this `chat_id`.
    pub chat: Option<i64>,
    /// Only requests whose buttons have fields newer than Bot API 9.1: `style`, `disabled`, `icon_custom_emoji_id`.
    pub newer_buttons: bool,
    /// How many requests it meets.
    pub times: usize,
    /// What goes wrong.
    pub kind: FaultKind,
}

impl Fault {
    /// Meets the next request of any method.
    pub fn new(kind: FaultKind) -> Fault {
        Fault { method: None, chat: None, newer_buttons: false, times: 1, kind }
    }

    /// Refuses every keyboard with fields newer than Bot API 9.1 with `BUTTON_STYLE_INVALID`, until `Fake::clear_faults`.
    pub fn newer_buttons() -> Fault {
        let kind = FaultKind::refuse(400, "Bad Request: BUTTON_STYLE_INVALID");
        Fault { newer_buttons: true, times: ALWAYS, ..Fault::new(kind) }
    }

    /// Only requests of this method.
    #[must_use]
    pub fn on(self, method: &'static str) -> Fault {
        Fault { method: Some(method), ..self }
    }

    /// Only requests with this `chat_id`.
    #[must_use]
    pub fn in_chat(self, chat: i64) -> Fault {
        Fault { chat: Some(chat), ..self }
    }

    /// The next so many requests; [`ALWAYS`] is all of them.
    #[must_use]
    pub fn times(self, times: usize) -> Fault {
        Fault { times, ..self }
    }

    fn fits(&self, method: &str, params: &Map<String, Value>) -> bool {
        self.method.is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.chat.is_none_or(|wanted| params::chat_id(params) == Some(wanted))
            && (!self.newer_buttons || bot_api::has_newer_buttons(params))
    }
}

/// How a request goes wrong. It is left without effect, unless the kind says otherwise.
#[derive(Clone, Debug, PartialEq)]
pub enum FaultKind {
    /// 429. A request of the same method in the same chat before `retry_after` seconds have passed is a violation.
    TooManyRequests {
        /// Seconds.
        retry_after: u64,
    },
    /// 502 with an HTML page, as a proxy gives it.
    ServerError,
    /// 500 in the form of the Bot API.
    InternalJson,
    /// The connection is closed without an answer.
    Reset,
    /// No answer, until the faults are cleared.
    Hang,
    /// 200 with something that is not JSON.
    Garbage,
    /// An error of the Bot API.
    Refuse {
        /// The HTTP status and `error_code`.
        code: u16,
        /// As the Bot API words it.
        description: String,
        /// `ResponseParameters`, or null.
        parameters: Value,
    },
    /// The request is carried out, then the connection is closed without an answer.
    AnswerLost,
    /// The request is carried out; of its answer half is sent, then the connection is closed.
    Truncated,
    /// The request is carried out; its answer comes in small pieces over this time.
    Slow(Duration),
}

impl FaultKind {
    /// An error of the Bot API without `parameters`.
    pub fn refuse(code: u16, description: &str) -> FaultKind {
        FaultKind::Refuse { code, description: description.to_owned(), parameters: Value::Null }
    }

    /// 403: the person has blocked the bot.
    pub fn blocked() -> FaultKind {
        FaultKind::refuse(403, "Forbidden: bot was blocked by the user")
    }

    /// 409: somebody else polls with the same token.
    pub fn conflict() -> FaultKind {
        FaultKind::refuse(409, CONFLICT)
    }

    /// 400: the group has become a supergroup of another id.
    pub fn migrated(to: i64) -> FaultKind {
        FaultKind::Refuse {
            code: 400,
            description: "Bad Request: group chat was upgraded to a supergroup chat".to_owned(),
            parameters: json!({ "migrate_to_chat_id": to }),
        }
    }

    /// Whether the request has its effect all the same.
    pub(crate) fn is_carried_out(&self) -> bool {
        matches!(self, FaultKind::AnswerLost | FaultKind::Truncated | FaultKind::Slow(_))
    }

    /// What the bot gets, as far as it is an error of the Bot API.
    pub(crate) fn refusal(&self) -> Refusal {
        match self {
            FaultKind::TooManyRequests { retry_after } => Refusal {
                parameters: json!({ "retry_after": retry_after }),
                ..Refusal::new(429, format!("Too Many Requests: retry after {retry_after}"))
            },
            FaultKind::ServerError => Refusal::new(502, "an HTML page"),
            FaultKind::InternalJson => Refusal::new(500, "Internal Server Error"),
            FaultKind::Garbage => Refusal::new(200, "not JSON"),
            FaultKind::Refuse { code, description, parameters } => {
                Refusal { parameters: parameters.clone(), ..Refusal::new(*code, description) }
            }
            FaultKind::Reset | FaultKind::Hang => Refusal::new(0, "no answer"),
            FaultKind::AnswerLost | FaultKind::Truncated | FaultKind::Slow(_) => Refusal::new(0, "no whole answer"),
        }
    }
}

/// Random faults, the same ones for the same seed and the same requests.
#[derive(Clone, Debug)]
pub struct Storm {
    /// One request in this many meets a fault, on average.
    pub one_in: u32,
    /// Which faults there are. A kind that stands here twice comes twice as often.
    pub kinds: Vec<FaultKind>,
    /// Of the random number generator.
    pub seed: u64,
}

/// The description with which the older of two concurrent `getUpdates` ends.
pub(crate) const CONFLICT: &str = "Conflict: terminated by other getUpdates request; \
     make sure that only one bot instance is running";

/// The faults that wait for a request, and the cooldowns of `retry_after`.
#[derive(Default)]
pub(crate) struct Faults {
    waiting: Vec<Fault>,
    storm: Option<(Storm, fastrand::Rng)>,
    cooldowns: Vec<Cooldown>,
    /// Counts the clearings, so that a request that hangs notices its own.
    pub cleared: u64,
}

/// The time within which a method must leave a chat alone.
struct Cooldown {
    method: String,
    chat: Option<i64>,
    until: Instant,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.waiting.push(fault);
    }

    pub(crate) fn set_storm(&mut self, storm: Storm) {
        let chance = fastrand::Rng::with_seed(storm.seed);
        self.storm = Some((storm, chance));
    }

    pub(crate) fn clear(&mut self) {
        self.storm = None;
        self.waiting.clear();
        self.cooldowns.clear();
        self.cleared += 1;
    }

    /// The fault for this request, if any; one use of it is spent.
    pub(crate) fn take(&mut self, now: Instant, method: &str, params: &Map<String, Value>) -> Option<FaultKind> {
        self.waiting.retain(|fault| fault.times > 0);
        let kind = match self.waiting.iter_mut().find(|fault| fault.fits(method, params)) {
            Some(fault) => {
                if fault.times != ALWAYS {
                    fault.times -= 1;
                }
                fault.kind.clone()
            }
            None => self.at_random()?,
        };
        if let FaultKind::TooManyRequests { retry_after } = kind {
            self.cooldowns.push(Cooldown {
                method: method.to_owned(),
                chat: params::chat_id(params),
                until: now + Duration::from_secs(retry_after),
            });
        }
        Some(kind)
    }

    fn at_random(&mut self) -> Option<FaultKind> {
        let (storm, chance) = self.storm.as_mut()?;
        let meets = chance.u32(0..storm.one_in) == 0;
        meets.then(|| chance.choice(&storm.kinds).cloned())?
    }

    /// How much too early this request comes after a 429.
    pub(crate) fn too_early(&self, now: Instant, method: &str, params: &Map<String, Value>) -> Option<Duration> {
        let chat = params::chat_id(params);
        let cooldowns = self.cooldowns.iter().filter(|cooldown| cooldown.method == method && cooldown.chat == chat);
        let left = cooldowns.map(|cooldown| cooldown.until.saturating_duration_since(now)).max()?;
        (!left.is_zero()).then_some(left)
    }
}

//! Labels whose values are all known when the code is written.

use std::marker::PhantomData;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Metric, Registry};

/// A label with a few values.
pub(super) trait Label: Copy + 'static {
    /// The label's name.
    const NAME: &'static str;
    /// What the values are called, in their order.
    const VALUES: &'static [&'static str];

    /// The value's place in [`Self::VALUES`].
    fn index(self) -> usize;
}

/// An enum and its names as a label, side by side.
macro_rules! label {
    ($(#[$doc:meta])* $enum:ident, $name:literal: $($(#[$value_doc:meta])* $value:ident = $text:literal,)+) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $enum {
            $($(#[$value_doc])* $value,)+
        }

        impl Label for $enum {
            const NAME: &'static str = $name;
            const VALUES: &'static [&'static str] = &[$($text),+];

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

label! {
    /// The kind of an update.
    Kind, "kind":
    /// A message in a chat.
    Message = "message",
    /// A tap on a button.
    CallbackQuery = "callback_query",
    /// Somebody types behind the bot's name.
    InlineQuery = "inline_query",
    /// A mention where the bot is no member.
    GuestMessage = "guest_message",
    /// A card of inline mode was sent.
    ChosenInlineResult = "chosen_inline_result",
    /// The bot was let in, thrown out, blocked.
    MyChatMember = "my_chat_member",
    /// A kind that does not concern us, or that a newer Bot API has.
    Other = "other",
    /// No update that could be read.
    Unreadable = "unreadable",
}

label! {
    /// Where an answer is read.
    Surface, "surface":
    /// In a chat with one person.
    Private = "private",
    /// In a group, for everybody.
    Group = "group",
    /// On a card, wherever it was shared, after a tap.
    InlineMessage = "card",
    /// Offered while somebody typed.
    Inline = "inline",
    /// A card in a chat where the bot is no member.
    Guest = "guest",
    /// In a group, for one person.
    Ephemeral = "ephemeral",
}

label! {
    /// What came of a question in somebody's own words.
    QuestionOutcome, "outcome":
    /// It has an answer.
    Answered = "answered",
    /// Sections were offered.
    Suggested = "suggested",
    /// Nothing is known about it.
    Unknown = "unknown",
    /// It was a greeting, thanks or a goodbye.
    SmallTalk = "talk",
    /// It was recognised as not ours.
    OutOfScope = "not_ours",
}

label! {
    /// What came of a request to the Bot API.
    Outcome, "result":
    /// It was done.
    Ok = "ok",
    /// Telegram said no.
    Refused = "refused",
    /// Telegram said: later (429).
    TooManyRequests = "too_many_requests",
    /// There was no answer, or one of a broken server.
    Unreachable = "unreachable",
}

label! {
    /// What came of a request to the webhook.
    Delivery, "result":
    /// 200: the update is handled.
    Handled = "handled",
    /// 401: the secret is missing or wrong.
    Unauthorized = "unauthorized",
    /// 413: over the limit.
    TooLarge = "too_large",
    /// 400 or 408: the body broke off, or took too long.
    Broken = "broken",
    /// 503: no room; Telegram delivers it once more.
    Busy = "busy",
    /// 503: not handled in time; Telegram delivers it once more.
    Late = "late",
}

label! {
    /// What came of a change of the content.
    Reload, "result":
    /// The new content serves.
    Ok = "ok",
    /// It had errors: the last good content goes on serving.
    Failed = "failed",
}

label! {
    /// Where updates stand that are not finished.
    Queue, "state":
    /// Being answered or waiting for their turn, and held for us by Telegram.
    InHand = "in_hand",
    /// Held by this process alone.
    Carried = "carried",
    /// Waiting for their turn behind others of their chat.
    Waiting = "waiting",
}

/// A counter for each value of a label. All are there from the start, so that a rate can be taken of the first event.
pub(super) struct Counts<L> {
    counters: Box<[Counter]>,
    label: PhantomData<fn(L)>,
}

impl<L: Label> Counts<L> {
    pub(super) fn new(registry: &mut Registry, name: &str, help: &str) -> Self {
        Self { counters: of_each::<L, Counter>(registry, name, help), label: PhantomData }
    }

    pub(super) fn add(&self, value: L) {
        self.counters[value.index()].inc();
    }
}

impl Queue {
    pub(super) fn gauges(registry: &mut Registry, name: &str, help: &str) -> Box<[Gauge]> {
        of_each::<Self, Gauge>(registry, name, help)
    }
}

fn of_each<L: Label, M>(registry: &mut Registry, name: &str, help: &str) -> Box<[M]>
where
    M: Clone + Default,
    Family<[(&'static str, &'static str); 1], M>: Metric,
{
    let family = Family::<[(&'static str, &'static str); 1], M>::default();
    let metrics = L::VALUES.iter().map(|value| family.get_or_create_owned(&[(L::NAME, *value)])).collect();
    registry.register(name, help, family);
    metrics
}

//! What every answer needs, and how a reply is made of an update.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

use super::crash_guard::CrashGuard;
use super::update::Update;
use crate::bot::inline;
use crate::bot::reply::{Place, Reply, ReplyMeta, apology};
use crate::content::Content;
use crate::metrics::unanswered::Unanswered;
use crate::metrics::{FindingWay, Metrics, QuestionOutcome};
use crate::telegram::ReplyFn;
use crate::telegram::api::newer::{BotSettings, Me};
use crate::telegram::outbound::deliver::{Delivered, TooNew, UnreachableChats};
use crate::telegram::outbound::files::FileIds;
use crate::telegram::outbound::render::{ContentCache, Rendered, Surroundings};
use crate::telegram::outbound::sender::Sender;

/// What every answer needs. One for the process.
pub(crate) struct Context {
    pub(crate) sender: Sender,
    pub(crate) reply: ReplyFn,
    pub(crate) unreachable: UnreachableChats,
    pub(crate) files: FileIds,
    pub(crate) too_new: TooNew,
    /// Whether an answer that is one request goes out in the response to a webhook.
    pub(crate) answer_in_response: bool,
    /// Where the words of unanswered questions are counted, if at all.
    pub(crate) unanswered: Option<Arc<Unanswered>>,
    pub(crate) crash_guard: CrashGuard,
    me: RefCell<Rc<Me>>,
    content: RefCell<Rc<ContentCache>>,
}

impl Context {
    pub(crate) fn new(sender: Sender, me: Me, reply: ReplyFn, content: Content) -> Self {
        Self {
            sender,
            reply,
            unreachable: UnreachableChats::default(),
            files: FileIds::default(),
            too_new: TooNew::default(),
            answer_in_response: false,
            unanswered: None,
            crash_guard: CrashGuard::default(),
            me: RefCell::new(Rc::new(me)),
            content: RefCell::new(Rc::new(ContentCache::new(content))),
        }
    }

    pub(crate) fn metrics(&self) -> &Metrics {
        self.sender.metrics()
    }

    /// The bot itself, as Telegram knows it now.
    pub(crate) fn me(&self) -> Rc<Me> {
        Rc::clone(&self.me.borrow())
    }

    /// Answers from now on by settings that Telegram has taken.
    pub(crate) fn settings_were_set(&self, set: BotSettings) {
        let mut me = Me::clone(&self.me());
        me.settings = me.settings.with(set);
        self.me.replace(Rc::new(me));
    }

    /// The content that is served now; an answer keeps the one that it began with.
    pub(crate) fn content(&self) -> Rc<ContentCache> {
        Rc::clone(&self.content.borrow())
    }

    /// Serves another content from now on.
    pub(crate) fn replace_content(&self, content: Content) {
        self.content.replace(Rc::new(ContentCache::new(content)));
    }

    /// The reply to an update, ready to be sent; an apology when making it panicked. `None` when making it has ended too many
    /// processes, or even the apology panicked.
    pub(crate) fn make_reply(
        &self,
        content: &ContentCache,
        update: &Update,
        place: Place,
    ) -> Option<Reply<Rc<Rendered>>> {
        let me = self.me();
        let request = update.request(&me, place);
        let surroundings = Surroundings::new(&me, &content.content, update.is_in_direct_messages());
        let render = |reply: Reply| reply.map(|page| content.render(surroundings, &page));
        // The place of a panic is in the log.
        let caught = |make: &dyn Fn() -> Reply| catch_unwind(AssertUnwindSafe(|| render(make()))).ok();
        let make = || {
            let reply = caught(&|| (self.reply)(&content.content, &request));
            reply.or_else(|| caught(&|| apology(&content.content, request.language_code)))
        };
        let reply = self.crash_guard.run(update.update_id, make).flatten();
        if reply.is_none() {
            self.give_up();
        }
        reply
    }

    /// The answer to an inline query, ready to be sent; `None` when there is none, because making it panicked or has ended too
    /// many processes.
    pub(crate) fn make_inline_answer(
        &self,
        update_id: i64,
        query: &inline::InlineQuery<'_>,
    ) -> Option<inline::InlineAnswer<Rc<Rendered>>> {
        let content = self.content();
        let me = self.me();
        let surroundings = Surroundings::new(&me, &content.content, false);
        let render = |answer: inline::InlineAnswer| answer.map(|page| content.render(surroundings, &page));
        let make = || catch_unwind(AssertUnwindSafe(|| render(inline::answer(&content.content, query))));
        let answer = self.crash_guard.run(update_id, make).and_then(Result::ok);
        if answer.is_none() {
            self.give_up();
        }
        answer
    }

    fn give_up(&self) {
        self.metrics().give_up();
        log::error!("an update was given up: no answer can be made");
    }

    /// Counts a reply that was delivered, the words of a question that has no answer, and what somebody says of an answer: once, for
    /// the second tap on the same button finds the page as it is.
    pub(crate) fn count(&self, content: &Content, update: &Update, meta: &ReplyMeta, delivered: Delivered) {
        let lang = content.tag(meta.lang).as_str();
        self.metrics().answer(meta.page.name(content), lang, update.surface());
        if let Some((section, feedback)) = meta.feedback.filter(|_| delivered == Delivered::New) {
            let found = if feedback.among { FindingWay::Among } else { FindingWay::Alone };
            self.metrics().feedback(&content.section(section).id, lang, found, feedback.helped);
        }
        let Some(question) = &meta.question else { return };
        self.metrics().question(question.outcome);
        if question.outcome == QuestionOutcome::Unknown
            && let Some(unanswered) = &self.unanswered
        {
            let words = content.known_words(&question.text);
            unanswered.record(words.iter().map(String::as_str), crate::clock::today());
        }
    }
}

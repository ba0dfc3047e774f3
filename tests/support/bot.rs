//! The real binary against the fake Telegram: [`Process`] runs it, [`BotTest`] talks with it.
//!
//! `BotTest::start(env!("CARGO_BIN_EXE_palabre")).say("/start").tap("Principes").expect("…")`
#![allow(dead_code, unreachable_pub, reason = "a support library: no single set of tests uses all of it")]

use std::{
    env,
    io::{BufRead, BufReader, Read},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::record;
use super::vitals::Vitals;
use fake_bot_api::{Call, Fake, Message, Person, Queued, QueuedQuery, State, TOKEN, WAIT_LIMIT};

/// Who speaks when nobody is named: French, in a private chat.
pub const PERSON: Person = Person::new(1, "fr");

/// A running bot. It is killed on drop; if the test fails, its log is shown.
pub struct Process {
    child: Child,
    log: Arc<Log>,
    /// Which requests it makes.
    fake: Fake,
}

impl Process {
    /// Runs `<binary> run <extra_args>` against the fake.
    pub fn start(binary: &str, fake: &Fake, extra_args: &[&str]) -> Process {
        Process::start_with(binary, fake, extra_args, &[])
    }

    /// As [`Process::start`], with more environment. It has nothing else but PATH, the token, the address of the fake
    /// and `RUST_LOG=info`, each of which can be given anew.
    pub fn start_with(binary: &str, fake: &Fake, extra_args: &[&str], env: &[(&str, &str)]) -> Process {
        fake.set_custom_rule(super::project_rule::project_rule);
        let mut child = Command::new(binary)
            .arg("run")
            .args(extra_args)
            .env_clear()
            .env("PATH", env::var_os("PATH").unwrap_or_default())
            .env("TELOXIDE_TOKEN", TOKEN)
            .env("TELOXIDE_API_URL", fake.url())
            .env("RUST_LOG", "info")
            .envs(env.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {binary}: {error}"));
        let log = Arc::new(Log::default());
        log.follow(child.stdout.take().expect("stdout is piped"));
        log.follow(child.stderr.take().expect("stderr is piped"));
        Process { child, log, fake: fake.clone() }
    }

    /// What it has written so far, on stdout and stderr together.
    pub fn log(&self) -> String {
        self.log.lock().text.clone()
    }

    /// Host and port of its pages.
    #[track_caller]
    pub fn address(&self) -> String {
        self.address_of("health and metrics are on")
    }

    /// Host and port of what its log names in these words.
    #[track_caller]
    pub fn address_of(&self, what: &str) -> String {
        let log = self.log();
        let line = log.lines().find(|line| line.contains(what)).unwrap_or_else(|| panic!("no {what:?}: {log}"));
        line.rsplit(' ').next().unwrap_or_default().to_owned()
    }

    /// Waits until the log contains the needle.
    ///
    /// # Panics
    /// After [`WAIT_LIMIT`], or as soon as the process has ended without saying so.
    #[track_caller]
    pub fn wait_log(&self, needle: &str) {
        self.wait_log_times(needle, 1);
    }

    /// Waits until the log contains the needle so many times.
    ///
    /// # Panics
    /// As [`Process::wait_log`].
    #[track_caller]
    pub fn wait_log_times(&self, needle: &str, times: usize) {
        let found = |written: &Written| written.text.matches(needle).count() >= times;
        let written = self.log.wait(WAIT_LIMIT, |written| found(written) || written.open == 0);
        let text = written.text.clone();
        let is_there = found(&written);
        drop(written);
        assert!(is_there, "not {times} times {needle:?} in the log of the bot:\n{text}");
    }

    /// Sends a signal by its name without `SIG`: `TERM`, `INT`, `STOP`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.child.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "cannot send {name}");
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().expect("a child can be killed");
        self.wait_exit(WAIT_LIMIT);
    }

    /// Waits until it has ended by itself; its log is complete then.
    ///
    /// # Panics
    /// If it takes longer.
    #[track_caller]
    pub fn wait_exit(&mut self, within: Duration) -> ExitStatus {
        // Both streams end with the process, so there is no need to ask for its status again and again.
        let open = self.log.wait(within, |written| written.open == 0).open;
        assert!(open == 0, "the bot still runs after {within:?}");
        self.child.wait().expect("a child can be waited for")
    }

    /// What it takes at the moment.
    #[track_caller]
    pub fn vitals(&self) -> Vitals {
        Vitals::of(self.child.id())
    }

    /// Whether it has ended.
    pub fn has_ended(&self) -> bool {
        self.log.lock().open == 0
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Either fails only if it has ended already.
        drop(self.child.kill());
        drop(self.child.wait());
        record::requests(&self.fake);
        if thread::panicking() {
            #[expect(clippy::print_stderr, reason = "a failed test should show what the bot said")]
            {
                eprintln!("--- log of the bot\n{}---", self.log());
            }
        }
    }
}

/// What a process writes, line by line.
#[derive(Default)]
struct Log {
    written: Mutex<Written>,
    grown: Condvar,
}

#[derive(Default)]
struct Written {
    text: String,
    /// Streams that have not ended.
    open: usize,
}

impl Log {
    /// Reads a stream to its end on a thread of its own.
    fn follow(self: &Arc<Log>, stream: impl Read + Send + 'static) {
        self.lock().open += 1;
        let log = Arc::clone(self);
        thread::spawn(move || {
            let mut lines = BufReader::new(stream);
            let mut line = Vec::new();
            while lines.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                log.lock().text.push_str(&String::from_utf8_lossy(&line));
                log.grown.notify_all();
                line.clear();
            }
            log.lock().open -= 1;
            log.grown.notify_all();
        });
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `done` or for `longest`.
    fn wait(&self, longest: Duration, done: impl Fn(&Written) -> bool) -> MutexGuard<'_, Written> {
        let waited = self.grown.wait_timeout_while(self.lock(), longest, |written| !done(written));
        waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// A conversation with the real bot.
pub struct BotTest {
    pub fake: Fake,
    pub process: Process,
    binary: String,
    extra_args: Vec<String>,
    env: Vec<(String, String)>,
    /// Whose private chat the conversation is in.
    speaker: Person,
    /// What the bot has not been seen to answer yet.
    pending: Option<Pending>,
}

/// Something that a person did, with the marks of what had happened before.
struct Pending {
    update_id: i64,
    /// [`State::revision`]
    touches: u64,
    /// The number of calls.
    calls: usize,
    /// Set for a tap.
    query_id: Option<String>,
}

impl BotTest {
    /// Starts a fake and the bot, and waits until it polls.
    pub fn start(binary: &str) -> BotTest {
        BotTest::start_with(binary, Fake::start(), &[], &[])
    }

    /// As [`BotTest::start`], on a fake that was prepared, with arguments after `run` and more environment.
    pub fn start_with(binary: &str, fake: Fake, extra_args: &[&str], env: &[(&str, &str)]) -> BotTest {
        let polls = fake.polls();
        let bot = BotTest {
            process: Process::start_with(binary, &fake, extra_args, env),
            fake,
            binary: binary.to_owned(),
            extra_args: extra_args.iter().map(|&arg| arg.to_owned()).collect(),
            env: env.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect(),
            speaker: PERSON,
            pending: None,
        };
        // Fails at once, with the reason, when the bot does not start.
        bot.process.wait_log("answers as");
        bot.fake.wait_polls(polls + 1);
        bot
    }

    /// Kills the bot and starts it anew, in the same way and on the same Telegram.
    pub fn restart(&mut self) -> &mut BotTest {
        self.process.kill();
        let polls = self.fake.polls();
        let extra_args: Vec<&str> = self.extra_args.iter().map(String::as_str).collect();
        let env: Vec<(&str, &str)> = self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.process = Process::start_with(&self.binary, &self.fake, &extra_args, &env);
        self.fake.wait_polls(polls + 1);
        self
    }

    /// [`PERSON`] writes. Nothing is waited for: `page`, `expect` and `tap` do.
    pub fn say(&mut self, text: &str) -> &mut BotTest {
        self.say_as(PERSON, text)
    }

    /// Somebody writes in their private chat, where the conversation goes on.
    pub fn say_as(&mut self, person: impl Into<Person>, text: &str) -> &mut BotTest {
        self.speaker = person.into();
        let mark = self.mark();
        let Queued { update_id, .. } = self.fake.private_message(self.speaker, text);
        self.pending = Some(Pending { update_id, ..mark });
        self
    }

    /// Taps the button with this label, or else with this in its label, on the bot's newest message with buttons.
    ///
    /// # Panics
    /// If there is no such button, or it is none that the bot hears of.
    #[track_caller]
    pub fn tap(&mut self, label: &str) -> &mut BotTest {
        self.settle();
        let message = self.newest(|message| !message.buttons().is_empty());
        let message = message.unwrap_or_else(|| panic!("no message with buttons to tap {label:?} on"));
        let button = message.button(label);
        let button = button.unwrap_or_else(|| panic!("no button {label:?} under:\n{message}"));
        let data = button.data.unwrap_or_else(|| panic!("the button {label:?} has no callback_data: {}", button.json));
        let mark = self.mark();
        let QueuedQuery { update_id, query_id } = self.fake.tap(self.speaker, message.chat, message.id, &data);
        self.pending = Some(Pending { update_id, query_id: Some(query_id), ..mark });
        self
    }

    /// The text that the bot has sent or edited last in this chat, once it is done with what was said or tapped.
    #[track_caller]
    pub fn page(&mut self) -> Message {
        self.settle();
        let page = self.newest(|message| !message.text().is_empty());
        page.unwrap_or_else(|| panic!("the bot has written nothing in chat {}", self.speaker.id))
    }

    /// # Panics
    /// If neither the text of the page nor a label of its buttons contains the fragment.
    #[track_caller]
    pub fn expect(&mut self, fragment: &str) -> &mut BotTest {
        let page = self.page();
        assert!(page.to_string().contains(fragment), "no {fragment:?} in:\n{page}");
        self
    }

    /// Waits until the bot has replied to what was said or tapped last and has confirmed it. Confirmed too, because a
    /// reply may take several requests, and an update is confirmed after the last of them.
    #[track_caller]
    fn settle(&mut self) {
        let Some(pending) = self.pending.take() else { return };
        let chat = self.speaker.id;
        let what = match pending.query_id {
            Some(_) => format!("the tap to be answered, and an edit or a message in chat {chat}"),
            None => format!("a reply in chat {chat}"),
        };
        self.fake.wait_for(&what, |state| pending.has_reply(state, chat).then_some(()));
        self.fake.wait_confirmed(pending.update_id);
    }

    fn mark(&self) -> Pending {
        self.fake.with_state(|state| Pending {
            update_id: 0,
            touches: state.revision(),
            calls: state.calls.len(),
            query_id: None,
        })
    }

    fn newest(&self, fits: impl Fn(&Message) -> bool) -> Option<Message> {
        let sent = self.fake.sent_to(self.speaker.id);
        sent.into_iter().filter(fits).max_by_key(|message| message.revision)
    }
}

impl Pending {
    fn has_reply(&self, state: &State, chat: i64) -> bool {
        let touched = state.sent_to(chat).any(|message| message.revision > self.touches);
        let Some(query_id) = &self.query_id else { return touched };
        let is_unmodified = |call: &Call| {
            call.method == "editmessagetext"
                && call.params["chat_id"] == chat
                && call.outcome.as_ref().is_err_and(|refusal| refusal.description.contains("message is not modified"))
        };
        let settled = touched || state.calls[self.calls..].iter().any(is_unmodified);
        settled && !state.answers(query_id).is_empty()
    }
}

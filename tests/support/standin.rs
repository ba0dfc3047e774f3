//! The bot inside the test's own process: with another way to answer, or with the clock in the test's hand.

use std::thread::{self, JoinHandle};
use std::time::Duration;
use tokio::runtime::LocalOptions;

use palabre::content::load;
use palabre::telegram::{Api, Bot, ReplyFn, RunError, Token};
use tokio::sync::{mpsc, oneshot};

use fake_bot_api::{Fake, TOKEN};

/// A bot that answers in its own way. [`StandIn::stop`] ends it; nothing checks on one that is dropped.
pub(crate) struct StandIn {
    thread: JoinHandle<Result<(), RunError>>,
    stop: oneshot::Sender<()>,
    steps: mpsc::UnboundedSender<(Duration, std::sync::mpsc::Sender<()>)>,
}

impl StandIn {
    /// With the shipped content.
    pub(crate) fn start(fake: &Fake, reply: ReplyFn) -> StandIn {
        StandIn::run(fake, reply, false)
    }

    /// As [`StandIn::start`], but its time stands still apart from [`StandIn::advance`].
    pub(crate) fn start_with_clock(fake: &Fake, reply: ReplyFn) -> StandIn {
        StandIn::run(fake, reply, true)
    }

    fn run(fake: &Fake, reply: ReplyFn, paused: bool) -> StandIn {
        let (stop, stopped) = oneshot::channel::<()>();
        let (steps, mut wanted) = mpsc::unbounded_channel::<(Duration, std::sync::mpsc::Sender<()>)>();
        fake.set_custom_rule(super::project_rule::project_rule);
        let url = fake.url();
        let thread = thread::spawn(move || {
            let content = load::shipped(load::today()).content.unwrap();
            let api = Api::new(&Token::new(TOKEN).unwrap(), Some(&url), None).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .start_paused(paused)
                .build_local(LocalOptions::default())
                .unwrap();
            // A paused clock jumps to the next timer as soon as nothing else is to be done: the network would always
            // be too slow. It does not while something blocks, so something does, until the end.
            let (end, ended) = std::sync::mpsc::channel::<()>();
            let result = runtime.block_on(async {
                tokio::task::spawn_blocking(move || ended.recv().ok());
                let clock = async {
                    while let Some((step, done)) = wanted.recv().await {
                        tokio::time::advance(step).await;
                        let _ = done.send(()); // Who does not wait for it does not mind.
                    }
                    std::future::pending::<()>().await;
                };
                tokio::select! {
                    result = Bot::new(api, content).reply(reply).run(async { drop(stopped.await) }) => result,
                    () = clock => unreachable!("it goes on for ever"),
                }
            });
            drop(end);
            result
        });
        StandIn { thread, stop, steps }
    }

    /// Lets this much time pass at once, for a bot with a clock.
    ///
    /// # Panics
    /// If it has ended.
    pub(crate) fn advance(&self, step: Duration) {
        let (done, is_done) = std::sync::mpsc::channel();
        self.steps.send((step, done)).expect("it runs");
        is_done.recv().expect("it runs");
    }

    /// Ends it as a signal would.
    ///
    /// # Panics
    /// If it panicked.
    pub(crate) fn stop(self) -> Result<(), RunError> {
        let _ = self.stop.send(()); // It may have ended by itself.
        self.thread.join().expect("it does not panic")
    }
}

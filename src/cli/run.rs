//! `palabre run`: answers on Telegram until it is told to stop.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::LocalOptions;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{mpsc, watch};

use crate::cli::arguments::{ContentChoice, Service};
use crate::content::Content;
use crate::metrics::unanswered::Unanswered;
use crate::metrics::{Health, Metrics};
use crate::server::{self, Pages};
use crate::telegram::{Api, Bot, CrashGuard, SILENCE_MAX, Token, Webhook};

/// Deliveries of Telegram that may wait to be read: more than it makes at once (Bot API, `setWebhook`: 100).
const DELIVERIES: usize = 256;

/// Runs until SIGINT or SIGTERM.
///
/// # Errors
///
/// A sentence when the content, the token or a setting cannot be used.
pub fn execute(choice: &ContentChoice) -> Result<ExitCode, String> {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info,notify=warn")).init();
    log_panics();
    let content = super::content(choice)?;
    let token = Token::from_env().map_err(|error| error.to_string())?;
    let service = Service::from_env(|name| std::env::var(name).ok())?;
    let url = std::env::var("TELOXIDE_API_URL").ok();
    let api = Api::new(&token, url.as_deref()).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .map_err(|error| format!("the runtime does not start: {error}"))?;
    let directory = super::directory(choice);
    let result = runtime.block_on(serve(api, content, directory.as_deref(), &token, service));
    // A name that is being looked up would hold the end for seconds.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

async fn serve(
    api: Api,
    content: Content,
    directory: Option<&Path>,
    token: &Token,
    service: Service,
) -> Result<(), String> {
    let stop = stop_signal().map_err(|error| format!("signals cannot be caught: {error}"))?;
    let health = Arc::new(Health::new(SILENCE_MAX));
    let metrics = Arc::new(Metrics::new(Arc::clone(&health)));
    let unanswered = service.unanswered.then(|| Arc::new(Unanswered::default()));
    let pages = Pages { health: Arc::clone(&health), metrics: Arc::clone(&metrics), unanswered: unanswered.clone() };

    let (deliver, deliveries) = mpsc::channel(DELIVERIES);
    let secret = token.webhook_secret();
    let path = service.webhook.as_ref().map(|url| server::Webhook::new(url.path(), &secret, deliver));
    let path = path.transpose()?;
    let webhook = service.webhook.map(|url| Webhook {
        url,
        secret,
        max_connections: service.max_connections,
        deliveries,
        answer_in_response: service.answer_in_response,
    });
    // Dropped when the bot has ended: then the requests in hand are answered, and nothing more is taken.
    let (stopping, stopped) = watch::channel(());
    let server = match service.listen {
        None => None,
        Some(address) => {
            let listener = TcpListener::bind(address).await;
            let listener =
                listener.map_err(|error| format!("PALABRE_LISTEN, {address}, cannot be listened on: {error}"))?;
            // The port that the system chose, if it was asked to.
            log::info!("health and metrics are on {}", listener.local_addr().unwrap_or(address));
            let mut stopped = stopped.clone();
            Some(tokio::spawn(server::serve(listener, pages, path, async move { drop(stopped.changed().await) })))
        }
    };
    drop(stopped);
    let contents = crate::reload::newer(directory, content.version(), Arc::clone(&metrics))?;
    let crash_guard = match service.crash_file {
        None => CrashGuard::default(),
        Some(file) => CrashGuard::open(file.clone())
            .map_err(|error| format!("PALABRE_CRASH_FILE, {}, cannot be used: {error}", file.display()))?,
    };
    let bot = Bot::new(api, content)
        .crash_guard(crash_guard)
        .contents(contents)
        .max_per_second(service.max_per_second)
        .webhook(webhook)
        .metrics(health, metrics, unanswered);
    let result = bot.run(stop).await;
    drop(stopping);
    if let Some(server) = server {
        // It ends by itself, in bounded time.
        let _ = server.await;
    }
    result
}

/// Is there when SIGINT or SIGTERM is. Both are caught from the call on.
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// A panic's message may quote what somebody wrote: only its place is logged.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => log::error!("a panic at {}:{}", place.file(), place.line()),
        None => log::error!("a panic"),
    }));
}

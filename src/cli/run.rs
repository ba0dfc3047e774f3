//! `palabre run`: answers on Telegram until it is told to stop.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::LocalOptions;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::cli::Error;
use crate::cli::config::RunConfig;
use crate::content::Content;
use crate::content::load::{self, Loaded};
use crate::messages::Locale;
use crate::metrics::{Health, Metrics};
use crate::platform;
use crate::reload::{LastGood, Origin, ReloadError};
use crate::server::{self, MonitoringState, WebhookEndpoint};
use crate::telegram::{Api, Bot, CrashGuard, SILENCE_MAX, Webhook};

/// The capacity of the queue of deliveries that wait to be read: more than Telegram makes at once (Bot API, `setWebhook`: 100).
const DELIVERY_QUEUE: usize = 256;

/// Runs until SIGINT or SIGTERM.
pub(super) fn execute(config: RunConfig) -> Result<ExitCode, Error> {
    let style = std::env::var("RUST_LOG_STYLE").unwrap_or_default();
    env_logger::Builder::new().parse_filters(&config.log).parse_write_style(&style).init();
    log_panics();
    let directory = super::directory(&config.content);
    let last_good = config.state_directory().zip(directory.as_deref()).map(|(state, of)| LastGood::new(state, of));
    let first = first_content(directory.as_deref(), last_good.as_ref())?;
    let token = config.telegram.token()?;
    let (url, proxy) = (config.telegram.api_url.as_deref(), config.telegram.proxy.as_deref());
    let api = Api::new(&token, url, proxy)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build_local(LocalOptions::default())
        .map_err(Error::Runtime)?;
    let follow = |served: &Content, metrics| {
        crate::reload::start(directory.as_deref(), served, first.origin, last_good, metrics)
    };
    let result = runtime.block_on(serve(api, first.content, follow, token.webhook_secret(), config));
    // A DNS lookup that hangs would delay the exit for seconds.
    runtime.shutdown_background();
    result.map(|()| ExitCode::SUCCESS)
}

/// The content of the start.
struct First {
    content: Content,
    origin: Origin,
}

/// The content of the directory, or the copy of the last good one if it has errors.
fn first_content(directory: Option<&Path>, last_good: Option<&LastGood>) -> Result<First, Error> {
    let loaded = load::directory_or_shipped(directory, load::today());
    let version = loaded.version();
    let Loaded { content, report, media, .. } = loaded;
    if let Some(content) = content {
        return Ok(First { content, origin: Origin::Files(report.sources, media) });
    }
    let restored = last_good.and_then(|last_good| last_good.restore(load::today()));
    let restored = restored.ok_or_else(|| super::broken(&report))?;
    log::error!("the content has errors ({}):", report.summary().to_text(Locale::English));
    report.first_errors(Locale::English).iter().for_each(|line| log::error!("{line}"));
    log::warn!("served until they are mended is the last good content: {}", restored.description());
    Ok(First { content: restored.content, origin: Origin::Copy { files: restored.files, broken: version } })
}

async fn serve(
    api: Api,
    content: Content,
    follow: impl FnOnce(&Content, Arc<Metrics>) -> Result<mpsc::Receiver<Content>, ReloadError>,
    secret: String,
    config: RunConfig,
) -> Result<(), Error> {
    let stop = platform::stop_signal().map_err(Error::Signals)?;
    let health = Arc::new(Health::new(SILENCE_MAX));
    let metrics = Arc::new(Metrics::new(Arc::clone(&health)));
    let unanswered = config.count_unanswered.then(Arc::default);
    let monitoring =
        MonitoringState { health: Arc::clone(&health), metrics: Arc::clone(&metrics), unanswered: unanswered.clone() };

    let listen = config.listen();
    let (sender, deliveries) = mpsc::channel(DELIVERY_QUEUE);
    let endpoint = config.webhook_url.as_ref().map(|url| WebhookEndpoint::new(url.path(), &secret, sender));
    let endpoint = endpoint.transpose()?;
    let webhook = config.webhook_url.map(|url| Webhook {
        url,
        secret,
        max_connections: config.webhook_max_connections,
        deliveries,
        answer_in_response: config.answer_in_response,
    });
    // Dropped when the bot has stopped: then the server finishes its open requests and ends.
    let (stopping, stopped) = watch::channel(());
    let server = match listen {
        None => None,
        Some(address) => {
            let listener = TcpListener::bind(address).await.map_err(|error| Error::Listen(address, error))?;
            // The port is the system's choice where `address` has 0.
            log::info!("health and metrics are on {}", listener.local_addr().unwrap_or(address));
            Some(start_server(listener, monitoring, endpoint, stopped))
        }
    };
    let contents = follow(&content, Arc::clone(&metrics))?;
    let crash_guard = match config.crash_file {
        None => CrashGuard::default(),
        Some(file) => CrashGuard::open(file.clone()).map_err(|error| Error::CrashFile(file, error))?,
    };
    let bot = Bot::new(api, content)
        .crash_guard(crash_guard)
        .contents(contents)
        .max_per_second(config.max_per_second)
        .webhook(webhook)
        .metrics(health, metrics, unanswered);
    let result = bot.run(stop).await;
    drop(stopping);
    if let Some(server) = server {
        // Bounded by `server::DRAIN_TIMEOUT`.
        let _ = server.await;
    }
    Ok(result?)
}

/// Serves until the sender of `stopped` is dropped.
fn start_server(
    listener: TcpListener,
    monitoring: MonitoringState,
    endpoint: Option<WebhookEndpoint>,
    mut stopped: watch::Receiver<()>,
) -> JoinHandle<()> {
    tokio::spawn(server::serve(listener, monitoring, endpoint, async move { drop(stopped.changed().await) }))
}

/// Logs the place of a panic alone: its message may quote what a person wrote.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => log::error!("a panic at {}:{}", place.file(), place.line()),
        None => log::error!("a panic"),
    }));
}

//! `palabre run`: answers on Telegram until it is told to stop.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::runtime::LocalOptions;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::cli::Error;
use crate::cli::config::RunConfig;
use crate::cli::logging::Log;
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
    let health = Arc::new(Health::new(SILENCE_MAX));
    let metrics = Arc::new(Metrics::new(Arc::clone(&health)));
    let log = Log::start(&config.log, Arc::clone(&metrics)).map_err(Error::Log)?;
    log_panics();
    super::forbid_core_dumps();
    match answer(config, health, metrics) {
        Ok(()) => Ok(ExitCode::SUCCESS),
        // The reason would not be read either, and to write it would be to wait for ever.
        Err(_) if !log.flush() => Ok(ExitCode::FAILURE),
        Err(error) => Err(error),
    }
}

fn answer(config: RunConfig, health: Arc<Health>, metrics: Arc<Metrics>) -> Result<(), Error> {
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
    let unanswered = config.count_unanswered.then(Arc::default);
    let monitoring = MonitoringState { health, metrics, unanswered };
    let result = runtime.block_on(serve(api, first.content, follow, token.webhook_secret(), monitoring, config));
    // A DNS lookup that hangs would delay the exit for seconds.
    runtime.shutdown_background();
    result
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
    monitoring: MonitoringState,
    config: RunConfig,
) -> Result<(), Error> {
    let stop = platform::stop_signal().map_err(Error::Signals)?;
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
    // Dropped when the bot has stopped: then the servers finish their open requests and end.
    let (stopping, stopped) = watch::channel(());
    let stopped = || {
        let mut stopped = stopped.clone();
        async move { drop(stopped.changed().await) }
    };
    let mut servers = JoinSet::new();
    if let Some(address) = config.metrics_listen {
        let listener = listen_on("PALABRE_METRICS_LISTEN", address, "health and metrics are").await?;
        servers.spawn(server::serve(listener, monitoring.clone(), None, stopped()));
        match (listen, endpoint) {
            (Some(address), Some(endpoint)) => {
                let listener = listen_on("PALABRE_LISTEN", address, "the webhook is").await?;
                servers.spawn(server::serve_webhook(listener, monitoring.clone(), endpoint, stopped()));
            }
            (Some(_), None) => {
                log::warn!("PALABRE_LISTEN is not served: there is no webhook, and the pages have a port of their own")
            }
            (None, _) => {}
        }
    } else if let Some(address) = listen {
        let listener = listen_on("PALABRE_LISTEN", address, "health and metrics are").await?;
        servers.spawn(server::serve(listener, monitoring.clone(), endpoint, stopped()));
    }
    let MonitoringState { health, metrics, unanswered } = monitoring;
    let contents = follow(&content, Arc::clone(&metrics))?;
    let bot = Bot::new(api, content)
        .crash_guard(config.crash_file.map(crash_guard).unwrap_or_default())
        .contents(contents)
        .max_per_second(config.max_per_second)
        .webhook(webhook)
        .metrics(health, metrics, unanswered);
    let result = bot.run(stop).await;
    drop(stopping);
    // Bounded by `server::DRAIN_TIMEOUT`.
    servers.join_all().await;
    Ok(result?)
}

/// Listens on the address of a variable, and says so.
async fn listen_on(variable: &'static str, address: SocketAddr, what: &str) -> Result<TcpListener, Error> {
    let listener = TcpListener::bind(address).await.map_err(|error| Error::Listen(variable, address, error))?;
    // The port is the system's choice where `address` has 0.
    log::info!("{what} on {}", listener.local_addr().unwrap_or(address));
    Ok(listener)
}

/// The guard of a crash file. Without one people are answered all the same, so a file that cannot be used stops nothing.
fn crash_guard(file: PathBuf) -> CrashGuard {
    CrashGuard::open(&file).unwrap_or_else(|error| {
        let file = file.display();
        log::error!(
            "PALABRE_CRASH_FILE, {file}, is not used, so an update that ends the process is not given up: {error}"
        );
        CrashGuard::default()
    })
}

/// Logs the place of a panic alone: its message may quote what a person wrote.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| match panic.location() {
        Some(place) => log::error!("a panic at {}:{}", place.file(), place.line()),
        None => log::error!("a panic"),
    }));
}

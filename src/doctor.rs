//! `palabre doctor`: one page that says what is right and what to do.

mod botfather;
mod connectivity;
mod local;
mod menus;
pub mod report;
mod telegram;
mod webhook;

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, timeout_at};

use self::telegram::Here;
use crate::cli::arguments::{ContentChoice, Format, Token};
use crate::doctor::report::{Finding, Page, Verdict};
use crate::quality;

/// The page is there after this time, whatever hangs.
const LIMIT: Duration = Duration::from_millis(9_500);
/// The most time of it for files: the token and the content.
const FILES_LIMIT: Duration = Duration::from_secs(3);

/// Prints the page; the exit status is 1 when something is broken.
///
/// # Errors
///
/// A sentence when the runtime does not start.
pub fn execute(choice: &ContentChoice, webhook_url: Option<String>, format: Format) -> Result<ExitCode, String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("the runtime does not start: {error}"))?;
    let page = runtime.block_on(examine(choice.clone(), webhook_url));
    // A name that is being looked up or a file that does not come would hold the end.
    runtime.shutdown_background();
    let mut out = std::io::stdout().lock();
    let styled = AutoStream::choice(&out) != ColorChoice::Never;
    let text = match format {
        Format::Json => page.to_json_lines(),
        Format::Text => page.to_text(columns(), styled),
    };
    // A reader that has gone (`| head`) has seen what it wanted.
    let _ = out.write_all(text.as_bytes());
    Ok(if page.has_errors() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The terminal's width; `None` in a pipe, where a finding is a line.
fn columns() -> Option<usize> {
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    set.or_else(|| terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0)))
}

async fn examine(choice: ContentChoice, webhook_url: Option<String>) -> Page {
    let start = Instant::now();
    let (files_deadline, deadline) = (start + FILES_LIMIT, start + LIMIT);
    // On threads of their own: files may lie where they do not come from, and a token may come through a pipe. The
    // questions of a large content take minutes; what they are good for is not worth so long a wait.
    let for_questions = choice.clone();
    let place =
        crate::cli::directory(&choice).map_or_else(|| "inside the binary".into(), |dir| dir.display().to_string());
    let questions = spawn_blocking(move || quality::check(crate::cli::load(&for_questions)).report);
    let (token, loaded) = tokio::join!(
        timeout_at(files_deadline, spawn_blocking(local::token)),
        timeout_at(files_deadline, spawn_blocking(move || crate::cli::load(&choice))),
    );
    let loaded = loaded.ok().and_then(Result::ok);
    let content = loaded.as_ref().and_then(|loaded| loaded.content.as_ref());
    let (token, about_token) = match token {
        Ok(Ok(read)) => read,
        _ => (None, vec![local::token_does_not_come()]),
    };

    let webhook_url = webhook_url.as_deref().map(str::trim).filter(|url| !url.is_empty());
    let known = Here { content, webhook_url, has_token: token.is_some() };
    let api = server(token.as_ref());
    let asking = async {
        match &api {
            Ok(api) => self::telegram::examine(api, known, deadline).await,
            Err(sentence) => vec![Finding::error("server", sentence, "correct the variable, or take it away")],
        }
    };
    let (questions, about_telegram) = tokio::join!(timeout_at(files_deadline, questions), asking);

    let mut page = Page(vec![local::version()]);
    page.0.extend(local::content(&place, loaded.as_ref(), questions.ok().and_then(Result::ok).as_ref()));
    // Whatever looks odd about a token does not matter once the server has taken it.
    let is_taken = about_telegram.iter().any(|finding| finding.check == "token" && finding.verdict == Verdict::Ok);
    page.0.extend(about_token.into_iter().filter(|finding| !is_taken || finding.check != local::SHAPE));
    page.0.extend(about_telegram);
    page
}

/// The server of `TELOXIDE_API_URL`. Without a token it is asked with one that nobody has.
fn server(token: Option<&Token>) -> Result<crate::telegram::Api, String> {
    let nobody = Token::new("0")?;
    crate::telegram::Api::new(token.unwrap_or(&nobody), std::env::var("TELOXIDE_API_URL").ok().as_deref())
}

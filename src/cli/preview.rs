//! `palabre preview`: the content in a browser, as people see it.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;

use tokio::net::TcpListener;

use crate::cli::Error;
use crate::cli::arguments::PreviewOptions;
use crate::cli::config::ContentChoice;
use crate::message;
use crate::messages::Locale;
use crate::platform;
use crate::preview::Preview;

/// Serves the page until SIGINT or SIGTERM.
pub(super) fn execute(options: &PreviewOptions) -> Result<ExitCode, Error> {
    let locale = options.lang.unwrap_or_else(Locale::of_system);
    let content = options.dir.clone().or_else(|| options.content.content.clone());
    let directory = super::directory(&ContentChoice { content });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Runtime)?;
    runtime.block_on(async {
        let stop = platform::stop_signal().map_err(Error::Signals)?;
        // First the port: an editor whose preview runs already should not wait for the content.
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
        let listener = TcpListener::bind(address).await.map_err(|error| Error::PreviewPort(options.port, error))?;
        let port = listener.local_addr().map_err(|error| Error::PreviewPort(options.port, error))?.port();
        let preview = Preview::open(directory.as_deref(), locale).map_err(Error::Preview)?;
        let url = format!("http://127.0.0.1:{port}/");
        let line = message!("the preview is on {url}; end it with Ctrl+C", url);
        // A closed pipe is no error.
        let _ = writeln!(std::io::stdout(), "{}", line.to_text(locale));
        if !options.no_open {
            // Without a browser the line above says where the page is.
            let _ = open::that_detached(&url);
        }
        preview.serve(listener, stop).await;
        Ok(ExitCode::SUCCESS)
    })
}

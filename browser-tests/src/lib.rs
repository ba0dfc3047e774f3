//! A headless Chromium that looks at `palabre preview`.
//!
//! `.ci/browser` installs what it takes and runs the tests. By hand: `cargo build && cargo test --manifest-path browser-tests/Cargo.toml`, with `chromium` and
//! `chromedriver` on the path, and `AXE` naming axe-core's `axe.min.js`.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

/// How long anything may take before a test fails: far more than it does, on a busy machine.
pub const WAIT_LIMIT: Duration = Duration::from_secs(60);

/// The root of the repository.
#[must_use]
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A process that is killed on drop.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Either fails only if it has ended already.
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Starts a program, and gives the port that a line of its output ends in, between these words.
fn start(command: &mut Command, before: &str, after: char) -> (Running, u16) {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap_or_else(|error| {
        panic!("{:?} does not start: {error}", command.get_program());
    });
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    let port = loop {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "{:?} has ended", command.get_program());
        let port = line.split_once(before).and_then(|(_, behind)| behind.split_once(after)?.0.parse().ok());
        if let Some(port) = port {
            break port;
        }
    };
    // Whatever else it writes must not stop it.
    std::thread::spawn(move || output.lines().for_each(drop));
    (Running(child), port)
}

/// A content that a test may change, its preview, and a browser that shows it.
pub struct World {
    /// The copy of the content.
    pub content: PathBuf,
    /// The address of the preview.
    pub address: String,
    /// The browser.
    pub browser: Client,
    _directory: tempfile::TempDir,
    _preview: Running,
    _driver: Running,
}

impl World {
    /// A preview of a copy of this content, in a screen of so many CSS pixels.
    pub async fn open(content: &str, width: u32, height: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let copy = directory.path().join("content");
        copy_all(&root().join(content), &copy);
        let binary = std::env::var_os("PALABRE").map_or_else(|| root().join("target/debug/palabre"), PathBuf::from);
        let mut preview = Command::new(binary);
        preview.args(["preview", "--no-open", "--port", "0", "--lang", "en"]).arg(&copy);
        let (preview, port) = start(&mut preview, "127.0.0.1:", '/');
        let (driver, driver_port) =
            start(Command::new("chromedriver").arg("--port=0"), "started successfully on port ", '.');
        // As root, as in most containers, Chromium has no sandbox; /dev/shm is small there.
        let arguments = ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--hide-scrollbars"];
        let mut wanted = serde_json::Map::new();
        wanted.insert("goog:chromeOptions".to_owned(), json!({ "args": arguments }));
        let browser = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{driver_port}"))
            .await
            .unwrap();
        let world = Self {
            content: copy,
            address: format!("http://127.0.0.1:{port}/"),
            browser,
            _directory: directory,
            _preview: preview,
            _driver: driver,
        };
        world.resize(width, height).await;
        world
    }

    /// Gives the page another screen: smaller than a window can be.
    pub async fn resize(&self, width: u32, height: u32) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.browser.issue_cmd(Cdp("Emulation.setDeviceMetricsOverride", size)).await.unwrap();
    }

    /// Opens the preview with this query.
    pub async fn visit(&self, query: &str) {
        self.browser.goto(&format!("{}?{query}", self.address)).await.unwrap();
    }

    /// What an expression gives in the page.
    pub async fn eval(&self, expression: &str) -> Value {
        self.browser.execute(&format!("return {expression}"), Vec::new()).await.unwrap()
    }

    /// Waits until an expression is true in the page, and gives the time that it took.
    ///
    /// # Panics
    ///
    /// After [`WAIT_LIMIT`].
    pub async fn wait(&self, condition: &str) -> Duration {
        let begin = Instant::now();
        while self.eval(condition).await != Value::Bool(true) {
            let page = || self.eval("document.body.innerText");
            assert!(begin.elapsed() < WAIT_LIMIT, "never {condition}:\n{}", page().await);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begin.elapsed()
    }

    /// Changes a file of the content.
    pub fn edit(&self, file: &str, change: impl FnOnce(String) -> String) {
        let path = self.content.join(file);
        let text = fs::read_to_string(&path).unwrap();
        let changed = change(text.clone());
        assert_ne!(text, changed, "nothing changes in {file}");
        fs::write(path, changed).unwrap();
    }

    /// Ends the session. What is left of it would keep Chromium alive.
    pub async fn close(self) {
        self.browser.clone().close().await.unwrap();
    }
}

fn copy_all(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy_all(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

/// A command of the Chrome DevTools Protocol, by way of chromedriver.
#[derive(Debug)]
struct Cdp(&'static str, Value);

impl WebDriverCompatibleCommand for Cdp {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({ "cmd": self.0, "params": self.1 }).to_string()))
    }
}

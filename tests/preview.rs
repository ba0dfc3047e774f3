//! `palabre preview`: that it shows what the bot says, follows every save, and answers nobody but its own page.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use palabre::bot::reply::{ClipReply, Input, PageReply, Place, Reply, Request, reply};
use palabre::bot::view::{ButtonAction, View};
use palabre::content::load::{self, Edition, Scope};
use palabre::content::{Clip, Content};
use palabre::markup::Style;
use palabre::messages::Locale;
use palabre::preview::Preview;

use fake_bot_api::WAIT_LIMIT;
use html5gum::{Token, Tokenizer};

const BINARY: &str = env!("CARGO_BIN_EXE_palabre");
const CONTENTS: [&str; 5] =
    ["content", "tests/contents/library", "tests/contents/school", "tests/contents/single", "tests/contents/townhall"];

fn path(directory: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(directory)
}

/// What the bot answers: a page, or what stands under a clip.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) view: View,
    clip: Option<Clip>,
}

fn answer(content: &Content, language_code: &str, input: Input<'_>) -> Option<Answer> {
    let request = Request { input, language_code: Some(language_code), place: Place::Private, now: Duration::ZERO };
    match reply(content, &request) {
        Reply::Page(PageReply { page, .. }) => Some(Answer { view: page.view(content).into_owned(), clip: None }),
        Reply::Clip(ClipReply { clip, caption, .. }) => {
            Some(Answer { view: caption.view(content).into_owned(), clip: Some(clip) })
        }
        _ => None,
    }
}

/// Every page and clip that buttons lead to from home on, by its callback data.
pub(crate) fn crawl(content: &Content, language_code: &str) -> BTreeMap<String, Answer> {
    let home = format!("1.{}.home", content.tag(content.language_for(Some(language_code))));
    let (mut found, mut open) = (BTreeMap::new(), vec![home]);
    while let Some(data) = open.pop() {
        if found.contains_key(&data) {
            continue;
        }
        // A contact card is no page.
        let Some(answer) = answer(content, language_code, Input::Tap(&data)) else { continue };
        open.extend(answer.view.rows.iter().flatten().filter_map(|button| match &button.action {
            ButtonAction::Open(action) => Some(action.callback_data(content)),
            _ => None,
        }));
        found.insert(data, answer);
    }
    found
}

/// What a page shows: the clip or picture, the text, where its styles are, and each row of buttons with what they do.
#[derive(Debug, PartialEq)]
struct Shown {
    /// Its address, and what is said of it.
    media: Option<(String, String)>,
    text: String,
    styles: Vec<(Range<usize>, String)>,
    rows: Vec<Vec<(String, String)>>,
}

fn shown_by_bot(content: &Content, Answer { view, clip }: &Answer, number: usize) -> Shown {
    let picture = view.picture.as_ref().map(|picture| (&picture.image.path, picture.text.to_string()));
    // The number of the content stands behind it.
    let media = clip.as_ref().map(|clip| (&clip.path, clip.length())).or(picture);
    let dialled = |words: &str| words.chars().filter(|c| c.is_ascii_digit() || "+,".contains(*c)).collect::<String>();
    let style = |style: &Style, words: &str| match style {
        Style::Bold => "b".to_owned(),
        Style::Italic => "i".to_owned(),
        Style::Underline => "u".to_owned(),
        Style::Strike => "s".to_owned(),
        Style::Code | Style::Pre => "code".to_owned(),
        Style::Quote | Style::LongQuote => "q".to_owned(),
        Style::Link(address) => format!("a {address}"),
        Style::Phone => format!("a tel:{}", dialled(words)),
        Style::Email => format!("a mailto:{words}"),
    };
    let action = |action: &ButtonAction| match action {
        ButtonAction::Open(action) => format!("{number}:{}", action.callback_data(content)),
        ButtonAction::Share(words) | ButtonAction::ShareHere(words) => words.to_string(),
        ButtonAction::Nothing => String::new(),
        ButtonAction::OpenPrivateChat(payload) => format!("t:/start {payload}"),
        ButtonAction::OpenUrl(address) => address.to_string(),
        ButtonAction::Copy(text) => text.to_string(),
    };
    let words = |range: &Range<usize>| &view.text.as_str()[range.clone()];
    let spans = view.text.spans().iter();
    let mut styles: Vec<_> = spans.map(|span| (span.range.clone(), style(&span.style, words(&span.range)))).collect();
    styles.sort_by_key(|(range, name)| (range.start, range.end, name.clone()));
    Shown {
        media: media.map(|(path, text)| (format!("/media/{path}"), text)),
        text: view.text.as_str().to_owned(),
        styles,
        rows: view
            .rows
            .iter()
            .map(|row| row.iter().map(|button| (button.label.clone(), action(&button.action))).collect())
            .collect(),
    }
}

/// An element of a page.
#[derive(Debug, Default)]
struct Element {
    name: String,
    attributes: BTreeMap<String, String>,
    parts: Vec<Part>,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Element(Element),
}

impl Element {
    /// Reads HTML in which every tag that is opened is closed, but for pictures.
    fn parse(html: &str) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let mut open = vec![Self::default()];
        for Ok(token) in Tokenizer::new(html) {
            match token {
                Token::StartTag(tag) => {
                    let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
                    let element = Self { name: text(&tag.name), attributes, parts: Vec::new() };
                    match &*element.name {
                        "img" => open.last_mut().unwrap().parts.push(Part::Element(element)),
                        _ => open.push(element),
                    }
                }
                Token::EndTag(tag) => {
                    let element = open.pop().unwrap();
                    assert_eq!(element.name, text(&tag.name), "{html}");
                    open.last_mut().unwrap().parts.push(Part::Element(element));
                }
                Token::String(words) => open.last_mut().unwrap().parts.push(Part::Text(text(&words))),
                Token::Comment(_) | Token::Doctype(_) | Token::Error(_) => {}
            }
        }
        assert_eq!(open.len(), 1, "{html}");
        open.remove(0)
    }

    fn elements(&self) -> impl Iterator<Item = &Self> {
        self.parts.iter().filter_map(|part| match part {
            Part::Element(element) => Some(element),
            Part::Text(_) => None,
        })
    }

    /// The elements of this class in it, at any depth.
    fn of_class<'a>(&'a self, class: &str) -> Vec<&'a Self> {
        let within = self.elements().flat_map(|element| {
            let is_one = element.attributes.get("class").is_some_and(|classes| classes.split(' ').any(|c| c == class));
            let own = is_one.then_some(element);
            own.into_iter().chain(element.of_class(class)).collect::<Vec<_>>()
        });
        within.collect()
    }

    fn text(&self) -> String {
        let text = |part: &Part| match part {
            Part::Text(words) => words.clone(),
            Part::Element(element) => element.text(),
        };
        self.parts.iter().map(text).collect()
    }

    /// Adds its text, and where its styles are in it.
    fn read(&self, text: &mut String, styles: &mut Vec<(Range<usize>, String)>) {
        for part in &self.parts {
            match part {
                Part::Text(words) => text.push_str(words),
                Part::Element(element) => {
                    let from = text.len();
                    element.read(text, styles);
                    let name = match (&*element.name, element.attributes.get("href")) {
                        ("a", Some(address)) => format!("a {address}"),
                        // What an app makes of a command by itself, and what only lays out.
                        ("button" | "span", _) => continue,
                        (name, _) => name.to_owned(),
                    };
                    styles.push((from..text.len(), name));
                }
            }
        }
    }
}

/// The messages of a page of the preview. The rest of it is not read: that would take most of the time.
fn messages(page: &str) -> Vec<Element> {
    let (_, from) = page.split_once("<ol id=\"messages\"").expect("there is a conversation");
    let list = Element::parse(&format!("<ol{}</ol>", from.split_once("</ol>").expect("it ends").0));
    let Some(Part::Element(list)) = list.parts.into_iter().next() else { panic!("no list") };
    let item = |part: Part| match part {
        Part::Element(item) => Some(item),
        Part::Text(_) => None,
    };
    list.parts.into_iter().filter_map(item).collect()
}

/// The message of this number on a page of the preview.
fn shown_in_preview(page: &str, number: usize) -> Shown {
    shown(&messages(page)[number])
}

/// The last one: what is no text takes the place of no text.
fn shown_last(page: &str) -> Shown {
    shown(messages(page).last().expect("there is a message"))
}

fn shown(message: &Element) -> Shown {
    let (mut text, mut styles) = (String::new(), Vec::new());
    let media = message.of_class("bubble")[0].elements().find_map(|element| {
        let attribute = |name: &str| element.attributes[name].clone();
        // The number of the content stands behind the address.
        let address = || attribute("src").split('?').next().unwrap().to_owned();
        match &*element.name {
            "img" => Some((address(), attribute("alt"))),
            "audio" => Some((address(), length_in(&attribute("aria-label")))),
            _ => None,
        }
    });
    message.of_class("text")[0].read(&mut text, &mut styles);
    styles.sort_by_key(|(range, name)| (range.start, range.end, name.clone()));
    let button = |button: &Element| {
        let value = ["value", "href", "data-copy"].into_iter().find_map(|name| button.attributes.get(name));
        // What says where one is does nothing.
        (button.text(), value.cloned().unwrap_or_default())
    };
    let rows = message.of_class("row").into_iter().map(|row| row.elements().map(button).collect());
    Shown { media, text, styles, rows: rows.collect() }
}

/// Minutes and seconds (`0:04`) in the label of a clip.
fn length_in(label: &str) -> String {
    let mut words = label.split(|c: char| !c.is_ascii_digit() && c != ':');
    let length = words.find(|word| word.contains(':') && word.starts_with(|c: char| c.is_ascii_digit()));
    length.unwrap_or_else(|| panic!("no length in {label}")).to_owned()
}

fn query(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[test]
fn every_page_is_the_bots_own() {
    for directory in CONTENTS {
        let content = load::directory(&path(directory), load::today()).content.unwrap();
        let preview = Preview::once(Some(&path(directory)), Locale::English).at(Duration::ZERO);
        for lang in content.languages() {
            let tag = content.tag(lang).as_str();
            // Choosing a language shows the page that is compared without it.
            for (data, answer) in crawl(&content, tag).into_iter().filter(|(data, _)| !data.contains(".set.")) {
                let events = [("app", tag), ("in", "t:/start"), ("in", &format!("0:{data}"))];
                let page = preview.page(&query(&events));
                let is_new = answer.clip.is_some() || answer.view.picture.is_some();
                assert_eq!(messages(&page).len(), if is_new { 3 } else { 2 }, "{directory} {data}");
                let number = usize::from(is_new);
                assert_eq!(shown_last(&page), shown_by_bot(&content, &answer, number), "{directory} {data}");
            }
        }
    }
}

#[test]
fn an_answer_in_words_is_the_bots_own() {
    let content = load::shipped(load::today()).content.unwrap();
    let preview = Preview::once(None, Locale::French).at(Duration::ZERO);
    for words in ["ou etes vous", "/help", "<b>&amp;", "bonjour", "/nothing", "👋"] {
        let answer = answer(&content, "fr", Input::Text(words)).unwrap();
        let page = preview.page(&query(&[("app", "fr"), ("say", words)]));
        assert_eq!(shown_in_preview(&page, 0).text, words);
        assert_eq!(shown_in_preview(&page, 1), shown_by_bot(&content, &answer, 0), "{words}");
    }
}

#[test]
fn what_is_broken_is_marked_and_the_rest_works() {
    let cases = path("tests/cases/check");
    for case in fs::read_dir(&cases).unwrap() {
        let case = case.unwrap().file_name();
        let directory = tempfile::tempdir().unwrap();
        crate::diagnostics::lay_over(&cases.join("base"), directory.path());
        crate::diagnostics::lay_over(&cases.join(&case), directory.path());
        let loaded = load::directory(directory.path(), Edition::new(load::today(), Scope::Everything));
        let preview = Preview::once(Some(directory.path()), Locale::English).at(Duration::ZERO);
        let page = preview.page("drafts=1&say=water");
        let errors = page.matches("<li class=\"error\">").count();
        assert_eq!(errors, loaded.report.count(palabre::diag::Severity::Error).min(100), "{case:?}");
        let Some(content) = loaded.content.as_ref().or(loaded.damaged.as_ref()) else { continue };
        assert!(messages(&page).len() >= 2, "{case:?} shows nothing");
        for lang in content.languages() {
            let tag = content.tag(lang).as_str();
            for (data, answer) in crawl(content, tag) {
                let events = [("app", tag), ("drafts", "1"), ("in", "t:/start"), ("in", &format!("0:{data}"))];
                let page = preview.page(&query(&events));
                let number = usize::from(messages(&page).len() > 2);
                assert_eq!(shown_last(&page), shown_by_bot(content, &answer, number), "{case:?} {data}");
            }
        }
    }
}

#[test]
fn what_is_said_of_a_page_without_words_is_its_id() {
    let directory = tempfile::tempdir().unwrap();
    let root = "sections = [{ id = \"well\", emoji = \"💧\" }]\nlanguages = { order = [\"en\"] }";
    fs::write(directory.path().join("palabre.toml"), root).unwrap();
    fs::create_dir(directory.path().join("en")).unwrap();
    fs::write(directory.path().join("en/interface.toml"), "name = \"English\"").unwrap();
    let page = Preview::once(Some(directory.path()), Locale::English).page("in=t:/well");
    assert!(shown_in_preview(&page, 1).text.contains("[well]"), "{page}");
}

/// A preview in a process of its own.
struct Running {
    child: Child,
    port: u16,
}

impl Running {
    fn start(directory: &Path) -> Self {
        let mut child = Command::new(BINARY)
            .args(["preview", "--no-open", "--port", "0", "--lang", "en"])
            .arg(directory)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.split("127.0.0.1:").nth(1).and_then(|rest| rest.split('/').next()?.parse().ok());
        Self { child, port: port.unwrap_or_else(|| panic!("no port in {line:?}")) }
    }

    fn get(&self, path: &str, headers: &[(&str, &str)]) -> String {
        let (head, body) = self.get_bytes(path, headers);
        head + &String::from_utf8(body).unwrap()
    }

    /// The head of a response, the empty line behind it included, and its body.
    fn get_bytes(&self, path: &str, headers: &[(&str, &str)]) -> (String, Vec<u8>) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(WAIT_LIMIT)).unwrap();
        let mut request = format!("GET {path} HTTP/1.1\r\nConnection: close\r\n");
        if headers.iter().all(|(name, _)| *name != "Host") {
            request.push_str(&format!("Host: 127.0.0.1:{}\r\n", self.port));
        }
        headers.iter().for_each(|(name, value)| request.push_str(&format!("{name}: {value}\r\n")));
        stream.write_all(format!("{request}\r\n").as_bytes()).unwrap();
        let mut response = Vec::new();
        stream.read_to_end(&mut response).unwrap();
        let end = response.windows(4).position(|bytes| bytes == b"\r\n\r\n").unwrap() + 4;
        let body = response.split_off(end);
        (String::from_utf8(response).unwrap(), body)
    }

    /// Waits until the page says something: it is asked at first, and at every change that the server tells.
    #[track_caller]
    fn wait_for(&self, what: impl Fn(&str) -> bool) -> String {
        let mut events = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        events.set_read_timeout(Some(WAIT_LIMIT)).unwrap();
        write!(events, "GET /events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port).unwrap();
        for line in BufReader::new(events).lines() {
            let line = line.unwrap_or_else(|error| panic!("never so ({error}): {}", self.get("/?in=t:/well", &[])));
            if line.starts_with("data:") {
                let page = self.get("/?in=t:/well", &[]);
                if what(&page) {
                    return page;
                }
            }
        }
        panic!("the preview has ended");
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn base() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    crate::diagnostics::lay_over(&path("tests/cases/check/base"), directory.path());
    directory
}

#[test]
fn only_its_own_page_is_answered() {
    let directory = base();
    let preview = Running::start(directory.path());
    let own = format!("http://localhost:{}", preview.port);
    let page = preview.get("/", &[("Host", &own["http://".len()..]), ("Origin", &own)]);
    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    assert!(page.contains("content-security-policy: default-src 'none'"), "{page}");
    for headers in [
        &[("Host", "example.org")][..],
        &[("Host", "127.0.0.1:1")],
        &[("Origin", "https://example.org")],
        &[("Origin", "null")],
        &[("Origin", "http://localhost:1")],
    ] {
        for path in ["/", "/events", "/script.js"] {
            let page = preview.get(path, headers);
            assert!(page.starts_with("HTTP/1.1 403"), "{headers:?} {page}");
        }
    }
    assert!(preview.get("/other", &[]).starts_with("HTTP/1.1 404"));
}

#[test]
fn clips_and_pictures_are_served_and_no_other_file() {
    let directory = tempfile::tempdir().unwrap();
    crate::diagnostics::lay_over(&path("tests/contents/school"), directory.path());
    // A file of the same kind that nothing names.
    fs::copy(directory.path().join("fr/home.ogg"), directory.path().join("fr/other.ogg")).unwrap();
    let preview = Running::start(directory.path());
    for (file, media_type) in [("fr/home.ogg", "audio/ogg"), ("en/help.ogg", "audio/ogg"), ("school.jpg", "image/jpeg")]
    {
        let (head, body) = preview.get_bytes(&format!("/media/{file}?7"), &[]);
        assert!(head.starts_with("HTTP/1.1 200"), "{file}: {head}");
        assert!(head.contains(&format!("content-type: {media_type}\r\n")), "{file}: {head}");
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
        assert_eq!(body, fs::read(directory.path().join(file)).unwrap(), "{file}");
    }
    for other in [
        "fr/other.ogg",
        "palabre.toml",
        "fr/interface.toml",
        "fr/../school.jpg",
        "fr/..%2Fschool.jpg",
        "../school.jpg",
        "%2Fetc/passwd",
        "./school.jpg",
        "school.jpg/",
        "School.jpg",
        "%ff",
        "",
    ] {
        let (head, _) = preview.get_bytes(&format!("/media/{other}"), &[]);
        assert!(head.starts_with("HTTP/1.1 404") || head.starts_with("HTTP/1.1 400"), "{other}: {head}");
    }
    // Players ask for the end of a clip to know how long it lasts.
    let (head, body) = preview.get_bytes("/media/fr/home.ogg", &[("Range", "bytes=3000-")]);
    assert!(head.starts_with("HTTP/1.1 206") && head.contains("content-range: bytes 3000-3091/3092\r\n"), "{head}");
    assert_eq!(body, fs::read(directory.path().join("fr/home.ogg")).unwrap()[3000..]);
    let (head, _) = preview.get_bytes("/media/school.jpg", &[("Origin", "https://example.org")]);
    assert!(head.starts_with("HTTP/1.1 403"), "{head}");
    // What is exchanged is another address, so that a browser loads it again; what is gone is named.
    let address = |page: &str| {
        page.split("src=\"/media/school.jpg").nth(1).map(|rest| rest[..rest.find('"').unwrap()].to_owned())
    };
    let first = address(&preview.get("/?in=t:/enrolment", &[])).expect("the page shows it");
    fs::remove_file(directory.path().join("school.jpg")).unwrap();
    let page = preview.wait_for(|page| page.contains("missing-file"));
    assert!(page.contains("palabre.toml:7"), "{page}");
    let (head, _) = preview.get_bytes("/media/school.jpg", &[]);
    assert!(head.starts_with("HTTP/1.1 404"), "{head}");
    fs::copy(path("tests/contents/school/school.jpg"), directory.path().join("school.jpg")).unwrap();
    preview.wait_for(|page| !page.contains("missing-file"));
    let again = address(&preview.get("/?in=t:/enrolment", &[])).expect("the page shows it again");
    assert_ne!(first, again);
}

#[test]
fn a_save_is_shown_and_a_half_written_file_takes_nothing_away() {
    let directory = base();
    let file = fs::read_dir(directory.path().join("en"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| fs::read_to_string(path).unwrap().contains("[well]"));
    let file = file.expect("the base has a section `well`");
    let preview = Running::start(directory.path());
    let text = fs::read_to_string(&file).unwrap();
    let title = text.lines().find_map(|line| line.strip_prefix("title = ")).unwrap().trim_matches('"').to_owned();
    preview.wait_for(|page| page.contains(&title));
    fs::write(&file, text.replace(&title, "Another title")).unwrap();
    preview.wait_for(|page| page.contains("Another title"));
    // As a program leaves it that is in the middle of writing: the tree is still there.
    let root = directory.path().join("palabre.toml");
    let tree = fs::read_to_string(&root).unwrap();
    fs::write(&root, "").unwrap();
    let page = preview.wait_for(|page| page.contains("class=\"earlier\""));
    assert!(page.contains("Another title"), "{page}");
    fs::write(&root, tree).unwrap();
    preview.wait_for(|page| page.contains("class=\"sound\""));
    // The questions of the content are part of it.
    fs::create_dir_all(directory.path().join("tests")).unwrap();
    fs::write(directory.path().join("tests/en.toml"), "[[question]]\nask = \"x\"\nsection = \"nowhere\"\n").unwrap();
    preview.wait_for(|page| page.contains("tests/en.toml:3"));
    fs::remove_file(directory.path().join("tests/en.toml")).unwrap();
    preview.wait_for(|page| !page.contains("tests/en.toml:3"));
    // What is wrong is said at once.
    fs::write(&file, text.replace("title = ", "titel = ")).unwrap();
    let page = preview.wait_for(|page| page.contains("class=\"damaged\""));
    assert!(page.contains("value=\"t:/start en-well\">"), "the problem leads to its page: {page}");
    assert!(page.contains("unknown-key") && page.contains("class=\"keys\""), "{page}");
}

#[test]
fn an_address_of_any_kind_gets_a_page() {
    let preview = Preview::once(None, Locale::English);
    for query in
        ["", "in", "in=&in=:&in=9:x&in=0:1.fr.home", "width=1&app=%FF&lang=xx&chat=&dark=7", "inline=%23&in=s:"]
    {
        assert!(preview.page(query).contains("</html>"), "{query}");
    }
    let long = "a".repeat(100_000);
    assert!(preview.page(&format!("say={long}")).contains("</html>"));
}

/// The text of a page is shown as it is, whatever stands in it.
#[test]
fn nothing_of_a_text_becomes_html() {
    let words = "<script>alert(1)</script> \" ' & </div>";
    let preview = Preview::once(None, Locale::English);
    let page = preview.page(&query(&[("say", words), ("inline", words)]));
    assert!(!page.contains("<script>alert"), "{page}");
    assert_eq!(shown_in_preview(&page, 0).text, words);
}

//! What an answer and a start cost: `cargo bench`.

use std::fmt::Write;
use std::sync::LazyLock;
use std::time::Duration;

use divan::{Bencher, black_box};
use palabre::bot::inline::{self, InlineQuery};
use palabre::bot::reply::{Input, Place, Reply, Request, reply};
use palabre::bot::view::View;
use palabre::content::Content;
use palabre::content::load::{self, Loaded, YearMonth};

const NOW: YearMonth = YearMonth { year: 2026, month: 2 };
const LANGUAGES: [&str; 5] = ["fr", "en", "bm", "ar", "nqo"];

fn main() {
    divan::main();
}

static SHIPPED: LazyLock<Content> =
    LazyLock::new(|| prepared(load::shipped(NOW)).expect("the shipped content is sound"));
static FILES: LazyLock<Vec<(String, String)>> = LazyLock::new(synthetic_files);
static SYNTHETIC: LazyLock<Content> = LazyLock::new(|| load_synthetic().expect("the synthetic content is sound"));

/// 1,000 sections on three levels (10 × 9 × 11 and the two above) in five languages, twelve questions each.
fn synthetic_files() -> Vec<(String, String)> {
    let mut ids = Vec::new();
    let mut root = String::from("sections = [\n");
    for top in 0..10 {
        ids.push(format!("s{top}"));
        let _ = writeln!(root, "{{ id = \"s{top}\", emoji = \"📚\", command = \"s{top}\", children = [");
        for middle in 0..9 {
            ids.push(format!("s{top}_{middle}"));
            let _ = writeln!(root, "{{ id = \"s{top}_{middle}\", emoji = \"📖\", children = [");
            for leaf in 0..10 {
                ids.push(format!("s{top}_{middle}_{leaf}"));
                let _ = writeln!(root, "{{ id = \"s{top}_{middle}_{leaf}\", emoji = \"📄\" }},");
            }
            root.push_str("] },\n");
        }
        root.push_str("] },\n");
    }
    root.push_str(
        "]\n[names]\norganisation = \"Synthetic\"\n[languages]\ndefault = \"fr\"\norder = [\"fr\", \"en\", \"bm\", \"ar\", \"nqo\"]\n\
         [contact]\nphones = [\"+44 20 7946 0958\"]\n[source]\ntitle = \"Nobody\"\nchecked = \"2026-01\"\n",
    );
    let interface = include_str!("../tests/cases/check/base/en/interface.toml");
    let mut files = vec![("palabre.toml".to_owned(), root)];
    for language in LANGUAGES {
        files.push((format!("{language}/interface.toml"), interface.to_owned()));
        let mut words = String::new();
        for id in &ids {
            let _ = writeln!(
                words,
                "[{id}]\ntitle = \"Title of {id}\"\nsummary = \"What {id} is about, in one line.\"\nbody = \"\"\"\n\
                 The **{id}** is a section of a *synthetic* content, in `{language}`. It has a few sentences, as real ones do.\n\n\
                 - One thing to know, and {{phones}} to call.\n- Another, with a [link](https://example.org/{id}).\n\"\"\"\nask = ["
            );
            for n in 0..12 {
                let _ = writeln!(words, "  \"question {n} about {id} in {language}\",");
            }
            words.push_str("]\n");
        }
        files.push((format!("{language}/words.toml"), words));
    }
    files
}

fn load_synthetic() -> Option<Content> {
    prepared(load::memory(FILES.iter().map(|(path, text)| (path.as_str(), text.as_bytes())), NOW))
}

/// A content that is ready for questions.
fn prepared(loaded: Loaded) -> Option<Content> {
    loaded.content.inspect(Content::prepare)
}

/// The answer with its page, which `palabre run` makes once and keeps.
fn ask(content: &Content, input: Input<'_>) -> Reply<View> {
    let request = Request { input, language_code: Some("fr"), place: Place::Private, now: Duration::ZERO };
    reply(content, &request).map(|page| page.view(content).into_owned())
}

#[divan::bench(args = ["/start", "/contact", "/principes", "/help", "/nothing"])]
fn command(bencher: Bencher<'_, '_>, text: &str) {
    let content = LazyLock::force(&SHIPPED);
    bencher.bench_local(|| ask(content, Input::Text(black_box(text))));
}

#[divan::bench(args = ["1.fr.home", "1.fr.s.trust", "1.en.lang.s.trust", "1.fr.card", "old"])]
fn tap(bencher: Bencher<'_, '_>, data: &str) {
    let content = LazyLock::force(&SHIPPED);
    bencher.bench_local(|| ask(content, Input::Tap(black_box(data))));
}

#[divan::bench(args = ["1.fr.home", "1.fr.s.s7_3", "1.nqo.s.s7_3_4"])]
fn tap_among_1000_sections(bencher: Bencher<'_, '_>, data: &str) {
    let content = LazyLock::force(&SYNTHETIC);
    bencher.bench_local(|| ask(content, Input::Tap(black_box(data))));
}

/// Messages as long as Telegram allows: of words that nobody knows, of misspelt ones in questions, of question words, of a sign
/// that stands for four words.
#[divan::bench(args = ["inconnaissable ", "inconaisable probleme confianse dialoge ? ", "qui ou ", "\u{fdfa}"])]
fn longest_message(bencher: Bencher<'_, '_>, repeated: &str) {
    let content = LazyLock::force(&SHIPPED);
    let text: String = repeated.chars().cycle().take(4_096).collect();
    bencher.bench_local(|| ask(content, Input::Text(black_box(&text))));
}

/// A plain question, one with errors, a long one, one that is not ours, one that nothing knows.
#[divan::bench(args = [
    "quel est votre numéro de téléphone ?",
    "kel ai votr adrese svp",
    "je voudrais savoir comment votre programme aide les communautés à retrouver la confiance entre elles",
    "what is the weather in Bamako",
    "xyzzy plugh",
])]
fn question(bencher: Bencher<'_, '_>, text: &str) {
    let content = LazyLock::force(&SHIPPED);
    bencher.bench_local(|| ask(content, Input::Text(black_box(text))));
}

#[divan::bench(args = ["question 7 about s7_3 in fr", "qestion abot s7 in engish"])]
fn question_among_1000_sections(bencher: Bencher<'_, '_>, text: &str) {
    let content = LazyLock::force(&SYNTHETIC);
    bencher.bench_local(|| ask(content, Input::Text(black_box(text))));
}

/// What is offered with each letter that somebody types behind the bot's name.
#[divan::bench(args = ["", "conf", "vos principes", "en: trust", "xyzzy"])]
fn typing(bencher: Bencher<'_, '_>, words: &str) {
    let content = LazyLock::force(&SHIPPED);
    let query = |words| {
        let offered = inline::answer(content, &InlineQuery { words, language_code: Some("fr"), offset: "" });
        offered.map(|page| page.view(content).into_owned())
    };
    bencher.bench_local(|| query(black_box(words)));
}

/// What a start takes before commands and taps are answered.
#[divan::bench]
fn load_shipped() -> Option<Content> {
    load::shipped(NOW).content
}

/// The same with what questions need.
#[divan::bench]
fn load_shipped_and_prepare() -> Option<Content> {
    prepared(load::shipped(NOW))
}

#[divan::bench(sample_count = 20)]
fn load_1000_sections_in_5_languages_and_prepare(bencher: Bencher<'_, '_>) {
    LazyLock::force(&FILES);
    bencher.bench_local(load_synthetic);
}

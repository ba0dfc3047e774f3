//! `palabre init --from`: documents become contents without errors, and no word is lost.

use std::fs;
use std::path::Path;

use palabre::content::Content;
use palabre::content::load::{self, Edition, Scope};
use palabre::lang::Tag;
use palabre::messages::Locale;
use palabre::scaffold::{Document, FromDocument, Organisation, ScaffoldError, from_document};
use proptest::prelude::*;
use proptest::sample::select;

use crate::support::{palabre, snapshot};

fn organisation(languages: &[&str]) -> Organisation {
    Organisation {
        name: "Well House".to_owned(),
        languages: languages.iter().map(|tag| Tag::new(tag).unwrap()).collect(),
        phones: Vec::new(),
        emails: vec!["well@example.org".to_owned()],
    }
}

fn made(name: &str, text: &str, languages: &[&str]) -> Result<FromDocument, ScaffoldError> {
    let document = Document::read(Path::new(name), text.as_bytes())?;
    from_document(&organisation(languages), &document, load::today())
}

fn content(made: &FromDocument) -> Content {
    let files = made.change.files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    load::memory(files, Edition::new(load::today(), Scope::Everything)).content.unwrap()
}

/// Everything that people read of the sections, in the order of the tree.
fn shown(content: &Content) -> String {
    let mut shown = String::new();
    for section in content.sections() {
        let text = content.section_text(section, content.default_language());
        shown.push_str(&format!("{}\n", text.title));
        text.pages.iter().for_each(|page| shown.push_str(&format!("{}\n", page.as_str())));
    }
    shown
}

/// The ids of all sections, those below another one behind its id.
fn ids(content: &Content) -> Vec<String> {
    let id = |section| {
        let section: &palabre::content::Section = content.section(section);
        let above = section.parent.map(|parent| format!("{} > ", content.section(parent).id));
        format!("{}{}", above.unwrap_or_default(), section.id)
    };
    content.sections().map(id).collect()
}

fn decisions(made: &FromDocument) -> String {
    made.decisions.iter().map(|decision| format!("{}\n", decision.to_text(Locale::English))).collect()
}

#[test]
fn documents_of_organisations_become_contents() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/from");
    for (name, arguments) in [
        ("imrap.txt", &["--name", "Interpeace", "--lang", "en,fr"][..]),
        ("parental-leave.md", &["--lang", "en", "--email", "leave@example.org"]),
        ("disclosure-policy.html", &["--lang", "en"]),
    ] {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("content");
        let (directory, file) = (directory.to_str().unwrap(), cases.join(name));
        let said = palabre(&[&["init", directory, "--from", file.to_str().unwrap()], arguments].concat(), "100", "");
        let mut text = said.replace(directory, "content");
        let report = palabre(&["check", directory], "100", "");
        assert!(!report.contains("error["), "{report}");
        let words = fs::read_dir(Path::new(directory).join("en")).unwrap();
        let mut files: Vec<_> = words.map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| !path.ends_with("interface.toml"));
        files.sort();
        files.push(Path::new(directory).join("palabre.toml"));
        for file in files {
            let name = file.file_name().unwrap().to_str().unwrap();
            let words = fs::read_to_string(&file).unwrap();
            let lines = words.lines().filter(|line| !line.starts_with('#') && !line.starts_with("checked = "));
            text.push_str(&format!("\n──── {name}\n{}\n", lines.collect::<Vec<_>>().join("\n").trim()));
        }
        snapshot("from", name.split('.').next().unwrap(), &text);
    }
}

#[test]
fn headings_make_the_tree_and_deeper_ones_are_bold() {
    let text = "# A\n\na\n\n## B\n\nb\n\n### C\n\nc\n\n#### D\n\nd\n\n##### E\n\ne\n\n# F\n\nf";
    let made = made("a.md", text, &["en"]).unwrap();
    let content = content(&made);
    assert_eq!(ids(&content), ["a", "a > b", "b > c", "c > d", "f", "contact"]);
    assert!(shown(&content).contains("d\n\nE\n\ne"), "{}", shown(&content));
    assert!(decisions(&made).contains("in bold: `E`"), "{}", decisions(&made));
}

#[test]
fn the_title_of_a_document_and_what_stands_above_its_headings_is_about_the_organisation() {
    let titled = content(&made("a.md", "# The Well\n\nWe dig.\n\n## Fees\n\nNone.", &["en"]).unwrap());
    assert_eq!(ids(&titled), ["about", "fees", "contact"]);
    assert!(shown(&titled).starts_with("🌳 The Well\nWe dig.\n"));
    let text = "We dig.\n\n# Fees\n\nNone.\n\n# Contact us\n\nCome by.";
    let above = content(&made("a.md", text, &["en", "fr"]).unwrap());
    assert_eq!(ids(&above), ["about", "fees", "contact"]);
    assert!(shown(&above).starts_with("🌳 Who we are\nWe dig.\n"));
    assert!(shown(&above).ends_with("📞 Contact us\nCome by.\n"), "{}", shown(&above));
}

#[test]
fn titles_that_are_the_same_too_long_or_no_ids_are_told_apart() {
    let long = "word ".repeat(40);
    let text = format!(
        "# Ask\n\na\n\n# Fees\n\nb\n\n# Fees\n\nc\n\n# بئر\n\nd\n\n# {long}\n\ne\n\n# Aide\n\nf\n\n# 2. Fees\n\n| a | b |\n|---|---|\n| c | d |"
    );
    let made = made("a.md", &text, &["en", "fr"]).unwrap();
    let content = content(&made);
    let expected = ["ask_2", "fees", "fees_2", "section", "word_word_word_word_word", "aide_2", "fees_3", "contact"];
    assert_eq!(ids(&content), expected);
    let decisions = decisions(&made);
    for words in [
        "twice in the document, tell them apart: `fees_2`",
        "too long for a title",
        "too long for a button",
        "write a summary: `fees_3`",
    ] {
        assert!(decisions.contains(words), "{words}: {decisions}");
    }
    assert!(shown(&content).contains(long.trim()));
}

#[test]
fn what_is_too_long_for_a_section_goes_on_below_it() {
    let text = format!("# Long\n\n{}\n\n## Below\n\nb", "Nobody reads as much as this on a phone. ".repeat(600));
    let content = content(&made("a.md", &text, &["en"]).unwrap());
    assert_eq!(ids(&content)[..3], ["about", "about > long_2", "about > long_3"]);
}

#[test]
fn more_headings_than_a_page_shows_are_refused() {
    let text: String = (0..90).map(|n| format!("# H{n}\n\ntext\n\n")).collect();
    let refusal = made("a.md", &text, &["en"]).unwrap_err().message().to_text(Locale::English);
    assert!(refusal.contains("90 headings"), "{refusal}");
}

#[test]
fn contacts_are_taken_where_none_are_given_and_offered_otherwise() {
    let text = "# The Well\n\nCall +44 20 7946 0958 or write to well@example.com, see https://well.example.org/.\n\n## Fees\n\nNone.";
    let document = Document::read(Path::new("a.md"), text.as_bytes()).unwrap();
    let nameless = Organisation { name: String::new(), emails: Vec::new(), ..organisation(&["en"]) };
    let taken = from_document(&nameless, &document, load::today()).unwrap();
    let root = &taken.change.files.last().unwrap().1;
    for words in ["organisation = \"The Well\"", "phones = [\"+44 20 7946 0958\"]", "email = [\"well@example.com\"]"] {
        assert!(root.contains(words), "{root}");
    }
    let offered = decisions(&made("a.md", text, &["en"]).unwrap());
    assert!(offered.contains("too: +44 20 7946 0958, well@example.com, https://well.example.org/"), "{offered}");
}

#[test]
fn a_heading_about_contacts_is_the_contact_in_any_of_these_words() {
    let headings =
        ["Contacts", "Nous contacter", "Contact et accès", "Contactez-nous", "Kontakt", "Contatti", "اتصلوا بنا"];
    for heading in headings {
        let made = made("a.md", &format!("# Puits\n\nNous creusons.\n\n# {heading}\n\nRue 27."), &["fr"]).unwrap();
        assert_eq!(ids(&content(&made)), ["puits", "contact"], "{heading}");
    }
}

#[test]
fn nothing_is_promised_that_is_not_there() {
    let text = "# Wells\n\nWe dig.\n\n# Contacts\n\nCome by.";
    let without = made("a.md", text, &["en"]).unwrap();
    let files: String = without.change.files.iter().map(|(_, text)| text.as_str()).collect();
    for promise in ["your phone number", "on which number can I call you", "your office", "{phones}"] {
        assert!(!files.contains(promise), "{promise}");
    }
    assert!(files.contains("\"your contact details\""));
    for words in ["as of this month: has somebody checked", "promise who you are, what you do", "en/interface.toml"] {
        assert!(decisions(&without).contains(words), "{words}: {}", decisions(&without));
    }
    let document = Document::read(Path::new("a.md"), text.as_bytes()).unwrap();
    let reached = Organisation { phones: vec!["+44 20 7946 0958".to_owned()], ..organisation(&["en"]) };
    let with = from_document(&reached, &document, load::today()).unwrap();
    let files: String = with.change.files.iter().map(|(_, text)| text.as_str()).collect();
    assert!(files.contains("  \"your phone number\",\n") && files.contains("call you\"\nsection"), "{files}");
}

#[test]
fn a_summary_is_a_whole_sentence_in_plain_words() {
    let address = "The list of all members is on www.example.org/memberlist.php?mode=all&start=20 for you. More.";
    let marks = "See [the list of all members](https://example.org/) for more of it.";
    let text = format!("Members\n\n{address}\n\nList\n\n{marks}\n");
    let made = made("a.txt", &text, &["en"]).unwrap();
    let summary = |path: &str| {
        let (_, text) = made.change.files.iter().find(|(name, _)| name == path).unwrap();
        text.lines().find_map(|line| line.strip_prefix("summary = ")).unwrap().to_owned()
    };
    assert_eq!(summary("en/members.toml"), format!("\"{}\"", address.trim_end_matches(" More.")));
    assert!(summary("en/list.toml").contains('✏'), "{}", summary("en/list.toml"));
}

#[test]
fn other_languages_are_left_to_translators() {
    let french = made("a.md", "# Puits\n\nNous creusons.\n\n# Prix\n\nRien.", &["fr", "en", "bm"]).unwrap();
    content(&french);
    let paths: Vec<&str> = french.change.files.iter().map(|(path, _)| path.as_str()).collect();
    assert!(paths.contains(&"fr/puits.toml") && paths.contains(&"en/sections.toml"), "{paths:?}");
    assert!(!paths.contains(&"en/puits.toml"));
    // A document in a language without sentences of ours.
    content(&made("a.md", "# Kɔlɔn\n\nAn bɛ kɔlɔn sen.", &["bm"]).unwrap());
    content(&made("a.md", "# بئر\n\nنحفر الآبار.", &["ar", "en"]).unwrap());
}

/// Markdown with words that are each there once, between marks of all kinds.
fn document() -> impl Strategy<Value = (String, Vec<String>)> {
    let marks = select(vec![
        " ",
        " ",
        ". ",
        "\n",
        "\n\n",
        "\n\n# ",
        "\n\n## ",
        "\n\n### ",
        "\n\n###### ",
        "\n- ",
        "\n  - ",
        "\n1. ",
        "\n12) ",
        "\n> ",
        "\n\n```\n",
        "\n\n    ",
        "**",
        "*",
        "_",
        "__",
        "~~",
        "`",
        " ` ",
        "*144*",
        " + 3 ",
        "{",
        "}",
        "{name} ",
        " /",
        " /etc/",
        "\\",
        "\\*",
        "#",
        "=",
        "\n===\n",
        "\n---\n",
        "\n\n---\n\n",
        " | ",
        "\t",
        "&amp;",
        "&",
        "(",
        ")",
        " [",
        "] ",
        "](https://example.org/a_b) ",
        "[",
        " https://example.org/",
        " t.me/some_bot?start=fr-",
        "<b>",
        "</b>",
        "<br>",
        "<p>",
        "</div>",
        "\u{200b}",
        "\u{202e}",
        "–",
        "\n– ",
        "\n• ",
        "'''",
        "\"\"\"",
        "''",
        "\n\nsome words that make a sentence which is long enough to be one. ",
    ]);
    prop::collection::vec(prop::collection::vec(marks, 1..4), 1..60).prop_map(|pieces| {
        let mut text = String::from("start");
        let mut words = Vec::new();
        for (number, marks) in pieces.into_iter().enumerate() {
            text.push_str(&marks.concat());
            let word = format!("w{number}x");
            text.push_str(&word);
            words.push(word);
        }
        (text, words)
    })
}

#[test]
fn words_beside_a_fence_are_kept() {
    let made = made("a.md", "We teach.\n\n~~~ Opening hours ~~~\nmonday\n\n~~~\n", &["en"]).unwrap();
    let shown = shown(&content(&made));
    assert!(shown.contains("Opening hours ~~~") && shown.contains("monday"), "{shown}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_document_makes_a_content_with_errors_and_no_word_is_lost((text, words) in document()) {
        let made = made("a.md", &text, &["en"]);
        let made = made.unwrap_or_else(|error| panic!("{}\n{text}", error.message().to_text(Locale::English)));
        let (shown, left_out) = (shown(&content(&made)), decisions(&made));
        let mut at = 0;
        for word in words {
            match shown[at..].find(&word) {
                Some(found) => at += found + word.len(),
                None => assert!(left_out.contains(&word), "{word} of:\n{text}\nis not in:\n{shown}\n{left_out}"),
            }
        }
    }

    #[test]
    fn whatever_is_in_a_file_is_read_or_refused(
        text in "(<[a-z/]{0,6}[ =>]|[a-z .\n\t{}`*]|.){0,200}",
        name in select(vec!["a.html", "a.txt", "a.md"]),
    ) {
        match made(name, &text, &["fr"]) {
            Ok(made) => drop(content(&made)),
            Err(error) => {
                let refusal = error.message().to_text(Locale::English);
                prop_assert!(refusal.contains("no words"), "{refusal}\n{text}");
            }
        }
    }
}

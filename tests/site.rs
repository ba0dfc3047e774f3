//! `palabre site`: what is lost of nothing, where links lead, and what is left of a directory.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use palabre::content::load;
use palabre::content::{Content, LangId, SectionId};
use palabre::messages::Locale;
use palabre::site::{self, PAGE_BYTES_MAX, SiteFile, SiteOptions, Written};
use url::Url;

use crate::support::snapshot;

const CONTENTS: [&str; 5] =
    ["content", "tests/contents/library", "tests/contents/school", "tests/contents/single", "tests/contents/townhall"];

fn content(directory: &str) -> Content {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(directory);
    load::directory(&path, load::today()).content.unwrap()
}

/// The files of a content, with every option.
fn files(content: &Content) -> Vec<SiteFile> {
    let url = Url::parse("https://example.org/site/").unwrap();
    let bot_link = |lang: LangId, section: Option<SectionId>| {
        let section = section.map_or(String::new(), |section| format!("-{}", content.section(section).id));
        Some(format!("https://t.me/palabre_bot?start={}{section}", content.tag(lang)))
    };
    site::render(content, SiteOptions { url: Some(&url), bot_link: &bot_link }).unwrap()
}

/// Writes the site of a content, with no option.
fn write(directory: &Path, content: &Content) -> Written {
    site::write(directory, content, SiteOptions { url: None, bot_link: &|_, _| None }).unwrap()
}

fn page<'a>(files: &'a [SiteFile], path: &str) -> &'a str {
    &files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path}")).html
}

/// The tags of a page, without their brackets, and the text between them. Panics where a tag closes what is not open.
pub(crate) fn tags_and_text(html: &str) -> (Vec<&str>, String) {
    let (mut tags, mut text, mut open) = (Vec::new(), String::new(), Vec::new());
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once('<') {
        if !open.contains(&"style") {
            text.push_str(before);
        }
        let (tag, behind) = behind.split_once('>').unwrap_or_else(|| panic!("no end: {behind}"));
        let name = tag.split(' ').next().unwrap();
        if let Some(name) = name.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{html}");
        } else if !["!DOCTYPE", "meta", "link", "br", "img"].contains(&name) {
            open.push(name);
        }
        tags.push(tag);
        rest = behind;
    }
    assert!(open.is_empty(), "{open:?} in {html}");
    text.push_str(rest);
    for (entity, sign) in [("&#60;", "<"), ("&#62;", ">"), ("&#34;", "\""), ("&#39;", "'"), ("&#38;", "&")] {
        text = text.replace(entity, sign);
    }
    (tags, text)
}

pub(crate) fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// The values of an attribute.
fn values<'a>(tags: &[&'a str], attribute: &str) -> Vec<&'a str> {
    let value = |tag: &&'a str| Some(tag.split_once(&format!(" {attribute}=\""))?.1.split_once('"')?.0);
    tags.iter().filter_map(value).collect()
}

#[test]
fn a_page_holds_every_letter_of_its_section() {
    for directory in CONTENTS {
        let content = content(directory);
        let files = files(&content);
        for lang in content.languages() {
            let (_, home) = tags_and_text(page(&files, &site::path(&content, lang, None)));
            assert!(letters(&home).contains(&letters(content.interface(lang).home.as_str())), "{directory}");
            for section in content.sections() {
                let path = site::path(&content, lang, Some(section));
                let (_, text) = tags_and_text(page(&files, &path));
                let words = content.section_text(section, lang);
                let body: String = words.pages.iter().map(|page| letters(page.as_str())).collect();
                for part in [letters(&words.title), body, letters(content.facts_line(section, lang))] {
                    assert!(letters(&text).contains(&part), "{directory} {path}: {part}");
                }
                let node = content.section(section);
                for phone in node.contact.iter().flat_map(|&contact| &content.contact(contact).phones) {
                    assert!(text.contains(&phone.shown()), "{directory} {path}");
                }
            }
        }
    }
}

#[test]
fn every_link_leads_to_a_file_or_out() {
    for directory in CONTENTS {
        let content = content(directory);
        let files = files(&content);
        let mut paths: BTreeSet<&str> = files.iter().map(|file| &*file.path).collect();
        assert_eq!(paths.len(), 1 + content.languages().len() * (1 + content.sections().len()), "{directory}");
        let base = Url::parse("https://example.org/site/").unwrap();
        paths.extend(content.page_media().iter().filter(|path| !path.ends_with("/help.ogg")));
        let mut reached = BTreeSet::from(["index.html"]);
        for file in &files {
            let (tags, _) = tags_and_text(&file.html);
            for href in ["href", "src"].into_iter().flat_map(|attribute| values(&tags, attribute)) {
                let url = base.join(&file.path).unwrap().join(href).unwrap();
                match url.as_str().strip_prefix(base.as_str()) {
                    Some("") => {}
                    Some(path) => {
                        let found = paths.get(path).unwrap_or_else(|| panic!("{directory} {}: {href}", file.path));
                        reached.insert(found);
                    }
                    None => assert!(["https", "http", "tel", "mailto"].contains(&url.scheme()), "{href}"),
                }
            }
        }
        // A section that is on no menu has links by search and command alone.
        let unlisted = content.sections().filter(|&section| !content.section(section).is_listed);
        let unlisted: Vec<String> = unlisted
            .flat_map(|s| content.languages().map(|l| site::path(&content, l, Some(s))).collect::<Vec<_>>())
            .collect();
        for path in paths.difference(&reached) {
            assert!(unlisted.iter().any(|unlisted| unlisted == path), "{directory}: nothing leads to {path}");
        }
    }
}

#[test]
fn a_page_is_small_and_asks_for_nothing_else() {
    for directory in CONTENTS {
        let content = content(directory);
        let files = files(&content);
        for SiteFile { path, html } in &files {
            assert!(html.len() <= PAGE_BYTES_MAX, "{directory} {path}: {} bytes", html.len());
            let (tags, _) = tags_and_text(html);
            for tag in &tags {
                let name = tag.split(' ').next().unwrap();
                assert!(!["script", "iframe", "form", "object", "embed"].contains(&name), "{path}: {tag}");
                // A picture is loaded when somebody scrolls to it, a clip when somebody plays it.
                let is_late = name == "img" && tag.contains(" loading=\"lazy\"") && !tag.contains(" alt=\"\"")
                    || name == "audio" && tag.contains(" preload=\"none\"");
                assert_eq!(is_late, tag.contains(" src="), "{path}: {tag}");
                assert!(!tag.contains("stylesheet"), "{path}: {tag}");
            }
            assert!(!html.contains("@import") && !html.contains("url("), "{path}");
        }
        assert_eq!(files, self::files(&content), "the same content gives the same bytes");
    }
}

#[test]
fn pages_as_they_are() {
    let townhall = content("tests/contents/townhall");
    let library = content("tests/contents/library");
    let school = files(&content("tests/contents/school"));
    let (townhall, library) = (files(&townhall), files(&library));
    let style = |html: &str| {
        let (head, rest) = html.split_once("<style>").unwrap();
        format!("{head}<style>…{}", &rest[rest.find("</style>").unwrap()..])
    };
    snapshot("site", "townhall-index", &style(page(&townhall, "index.html")));
    for (name, path) in [("home", "fr/index.html"), ("contact", "fr/contact.html")] {
        snapshot("site", &format!("townhall-{name}"), &style(page(&townhall, path)));
    }
    for (name, path) in [("home", "fr/index.html"), ("enrolment", "en/enrolment.html")] {
        snapshot("site", &format!("school-{name}"), &style(page(&school, path)));
    }
    snapshot("site", "library-ar", &style(page(&library, "ar/desk.html")));
    snapshot("site", "library-bm", &style(page(&library, "bm/van.html")));
}

#[test]
fn a_text_in_another_language_says_so() {
    let library = content("tests/contents/library");
    let files = files(&library);
    let (bm, section) = (library.language("bm").unwrap(), library.find("van").unwrap());
    let words = library.section_text(section, bm);
    assert_ne!(words.language, bm);
    let (tags, text) = tags_and_text(page(&files, "bm/van.html"));
    assert!(text.contains(&*library.interface(words.language).name));
    let tag = library.tag(words.language);
    assert!(tags.contains(&&*format!("article lang=\"{tag}\" dir=\"ltr\"")), "{tags:?}");
    assert!(
        tags.contains(&&*format!("link rel=\"canonical\" href=\"https://example.org/site/{tag}/van.html\"")),
        "{tags:?}"
    );
    assert!(!tags.iter().any(|tag| tag.starts_with("link rel=\"alternate\" hreflang=\"bm\"")), "{tags:?}");
    let (tags, _) = tags_and_text(page(&files, "ar/index.html"));
    assert!(tags.contains(&"html lang=\"ar\" dir=\"rtl\""));
}

fn palabre(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_palabre"))
        .env_remove("LANGUAGE")
        .env("LC_ALL", "C")
        .env_remove("PALABRE_CONTENT")
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

/// Everything in a directory, hidden or not.
fn entries(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(entries(&path));
        }
        found.insert(path);
    }
    found
}

/// A content in a directory of its own, to be changed.
fn copy_of(name: &str, around: &Path) -> PathBuf {
    let original = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents").join(name);
    let copy = around.join("content");
    for file in entries(&original).iter().filter(|file| file.is_file()) {
        let to = copy.join(file.strip_prefix(&original).unwrap());
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(file, to).unwrap();
    }
    copy
}

#[test]
fn clips_and_pictures_are_copied_and_one_that_cannot_be_read_is_left_out() {
    let around = tempfile::tempdir().unwrap();
    let source = copy_of("school", around.path());
    // A name that an address does not hold as it is.
    std::fs::rename(source.join("fr/canteen.ogg"), source.join("fr/à midi #1.ogg")).unwrap();
    let words = source.join("fr/pages.toml");
    let text = std::fs::read_to_string(&words).unwrap();
    std::fs::write(&words, text.replace("\"canteen.ogg\"", "\"à midi #1.ogg\"")).unwrap();
    let content = content(source.to_str().unwrap());
    let directory = around.path().join("pages");
    let page = |path: &str| std::fs::read_to_string(directory.join(path)).unwrap();
    assert!(write(&directory, &content).left_out.is_empty());
    for file in ["fr/fees.ogg", "fr/à midi #1.ogg", "en/home.ogg", "school.jpg"] {
        let [from, to] = [&source, &directory].map(|directory| std::fs::read(directory.join(file)).unwrap());
        assert_eq!(from, to, "{file}");
    }
    assert!(!directory.join("fr/help.ogg").exists(), "no page of the site plays it");
    assert!(page("fr/canteen.html").contains("src=\"%C3%A0%20midi%20%231.ogg\""));
    assert!(page("fr/fees.html").contains("src=\"fees.ogg\""));
    // They go after the content was loaded.
    std::fs::remove_file(source.join("fr/fees.ogg")).unwrap();
    std::fs::write(source.join("school.jpg"), "no picture").unwrap();
    let left_out = write(&directory, &content).left_out;
    let left_out: Vec<_> =
        left_out.iter().map(|(path, reason)| (path.as_str(), reason.to_text(Locale::English))).collect();
    let reasons = ["it cannot be read", "it is neither Opus in Ogg nor a JPEG, PNG or WebP picture"];
    assert_eq!(left_out, [("fr/fees.ogg", reasons[0].to_owned()), ("school.jpg", reasons[1].to_owned())]);
    assert!(!directory.join("fr/fees.ogg").exists() && !directory.join("school.jpg").exists());
    assert!(!page("fr/fees.html").contains("<audio") && !page("en/enrolment.html").contains("<img"));
    assert!(page("en/fees.html").contains("src=\"fees.ogg\""));
}

#[test]
fn the_content_says_where_the_site_is_to_be() {
    let around = tempfile::tempdir().unwrap();
    let source = copy_of("single", around.path());
    let root = source.join("palabre.toml");
    let text = std::fs::read_to_string(&root).unwrap();
    std::fs::write(&root, text + "\n[bot]\nsite = \"https://example.org/aldeia\"\n").unwrap();
    let directory = around.path().join("pages");
    for (options, address) in
        [(&[][..], "https://example.org/aldeia/"), (&["--url", "https://example.net"], "https://example.net/")]
    {
        let arguments = ["site", directory.to_str().unwrap(), "--content", source.to_str().unwrap()];
        assert!(palabre(&[&arguments, options].concat()).status.success());
        let index = std::fs::read_to_string(directory.join("index.html")).unwrap();
        assert!(index.contains(&format!("<link rel=\"canonical\" href=\"{address}\">")), "{index}");
    }
}

#[test]
fn a_site_takes_the_place_of_the_one_before() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("public/pages");
    let written = directory.to_str().unwrap();
    let output = palabre(&["site", written, "--content", "tests/contents/townhall"]);
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains(" pages in "));
    let first = entries(&directory);
    assert!(first.contains(&directory.join("fr/index.html")));
    let output = palabre(&["site", written, "--content", "tests/contents/single"]);
    assert!(output.status.success(), "{output:?}");
    assert!(!directory.join("fr").exists() && directory.join("pt/index.html").exists());
    assert_eq!(std::fs::read_dir(directory.parent().unwrap()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_is_no_site_stays() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("pages");
    let write = || palabre(&["site", directory.to_str().unwrap(), "--content", "tests/contents/single"]);
    std::fs::create_dir(&directory).unwrap();
    assert!(write().status.success(), "an empty directory");
    let own = entries(&directory);
    for foreign in ["CNAME", "pt/photo.jpg", ".git/config", "notes/a.txt"] {
        let file = directory.join(foreign);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "x").unwrap();
        let before = entries(&directory);
        let output = write();
        assert_eq!(output.status.code(), Some(1), "{foreign}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("is no page of a site: name a directory"), "{said}");
        assert_eq!(entries(&directory), before);
        assert_eq!(std::fs::read_dir(around.path()).unwrap().count(), 1, "nothing is left beside it");
        std::fs::remove_file(&file).unwrap();
        if !own.contains(file.parent().unwrap()) && file.parent() != Some(directory.as_path()) {
            std::fs::remove_dir(file.parent().unwrap()).unwrap();
        }
    }
    // Without its list nothing tells that it is a site.
    std::fs::remove_file(directory.join("palabre-site.txt")).unwrap();
    assert_eq!(write().status.code(), Some(1));
    let file = around.path().join("file");
    std::fs::write(&file, "x").unwrap();
    assert_eq!(palabre(&["site", file.to_str().unwrap()]).status.code(), Some(1), "a file");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "x");
}

#[test]
fn a_draft_is_on_no_page_but_of_a_preview() {
    let around = tempfile::tempdir().unwrap();
    let source = copy_of("single", around.path());
    let root = source.join("palabre.toml");
    let text = std::fs::read_to_string(&root).unwrap();
    let (before, behind) = text.split_once("{ id = ").unwrap();
    let id = behind.split('"').nth(1).unwrap();
    std::fs::write(&root, format!("{before}{{ draft = true, id = {behind}")).unwrap();
    let interface = source.join("pt/interface.toml");
    let text = std::fs::read_to_string(&interface).unwrap();
    std::fs::write(&interface, text.replacen("[lines]", "[lines]\ngone = \"Não está.\"", 1)).unwrap();
    let directory = around.path().join("pages");
    for (options, is_there) in [(&[][..], false), (&["--drafts"], true)] {
        let arguments = ["site", directory.to_str().unwrap(), "--content", source.to_str().unwrap()];
        let output = palabre(&[&arguments, options].concat());
        assert!(output.status.success(), "{output:?}");
        assert_eq!(directory.join(format!("pt/{id}.html")).exists(), is_there, "{options:?}");
    }
}

#[test]
fn a_page_that_is_too_large_is_written_and_named() {
    let around = tempfile::tempdir().unwrap();
    let source = copy_of("single", around.path());
    let sections = source.join("pt/secoes.toml");
    let text = std::fs::read_to_string(&sections).unwrap();
    // Three bytes a letter, as in most scripts of Asia.
    let body = format!("body = \"{}", "नमस्ते ".repeat(800));
    std::fs::write(&sections, text.replacen("body = \"", &body, 1)).unwrap();
    let directory = around.path().join("pages");
    let output = palabre(&["site", directory.to_str().unwrap(), "--content", source.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains(" bytes, and a slow network likes 14336 at most: share the section out"), "{said}");
}

#[test]
fn a_directory_that_cannot_be_made_is_told_with_a_way_out() {
    let around = tempfile::tempdir().unwrap();
    let file = around.path().join("file");
    std::fs::write(&file, "x").unwrap();
    let output = palabre(&["site", file.join("pages").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("the site cannot be written: ") && said.contains("name one inside of it"), "{said}");
}

#[test]
fn an_address_or_a_bot_that_is_none_is_refused_before_anything_is_written() {
    let around = tempfile::tempdir().unwrap();
    let directory = around.path().join("pages");
    for option in [
        ["--url", "example.org"],
        ["--url", "https://example.org/?a"],
        ["--url", "mailto:a@b.example"],
        ["--bot", "no bot"],
    ] {
        let output = palabre(&[&["site", directory.to_str().unwrap()], &option[..]].concat());
        assert_eq!(output.status.code(), Some(1), "{option:?}");
        assert!(!directory.exists());
    }
}

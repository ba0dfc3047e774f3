//! The shipped content and others: another organisation, other depths, languages and scripts, without a line of Rust.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use palabre::bot::action::{Action, Page};
use palabre::bot::outcome::{Outcome, decide};
use palabre::bot::pages::{self, Frame, PageId};
use palabre::bot::view::View;
use palabre::content::load::{self, Edition, Loaded, Scope, YearMonth};
use palabre::content::{CommandTarget, Content, LangId, Opening, SectionId};
use palabre::diag::{Code, Severity};
use palabre::messages::Locale;
use palabre::quality;

use crate::support::snapshot;

fn directory(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contents").join(name)
}

fn load_content(name: &str) -> Loaded {
    load::directory(&directory(name), load::today())
}

/// The whole menu in every language: what each section is called, how it is reached, how many pages it has.
fn menu(content: &Content) -> String {
    let mut out = String::new();
    for lang in content.languages() {
        let interface = content.interface(lang);
        let _ = writeln!(out, "{} ({})", interface.name, content.tag(lang));
        for entry in content.menu(lang) {
            let _ = writeln!(out, "  /{} – {}", entry.command, entry.description);
        }
        branch(content, lang, content.top(), 1, &mut out);
    }
    out
}

fn branch(content: &Content, lang: LangId, sections: &[SectionId], depth: usize, out: &mut String) {
    for &section in sections {
        let (node, words) = (content.section(section), content.section_text(section, lang));
        let data = Action::section(lang, section).callback_data(content);
        let _ = write!(out, "{}{} [{data}]", "  ".repeat(depth), words.label);
        if words.pages.len() > 1 {
            let _ = write!(out, " {} pages", words.pages.len());
        }
        if words.language != lang {
            let _ = write!(out, " in {}", content.tag(words.language));
        }
        out.push('\n');
        branch(content, lang, &node.children, depth + 1, out);
    }
}

/// Every page that a language's readers may see.
fn every_view(content: &Content, lang: LangId) -> Vec<View> {
    let interface = content.interface(lang);
    let longest = format!("{}\n\n{}", interface.unknown, interface.other_language);
    let mut views = vec![
        pages::home(content, lang, Some(&longest)),
        pages::help(content, lang),
        pages::languages(content, lang, Page::Home),
        pages::unknown_command(content, lang, "x"),
    ];
    for section in content.sections() {
        // Where a link to a section below it leads that is not there now.
        let page = Page::Section(section, 0);
        views.push(pages::above_hidden(content, PageId::new(lang, page, Frame::InlineMessage)));
        for part in 0..content.section_text(section, lang).pages.len() {
            let opening = content.section(section).contact.map(|_| Opening::Closed(2, 480));
            let page = Page::Section(section, part as u8);
            views.push(pages::view(content, PageId { opening, ..PageId::new(lang, page, Frame::Message) }));
        }
    }
    views
}

/// What holds of every page of every content that `check` accepts.
pub(crate) fn check_every_page(content: &Content) {
    for lang in content.languages() {
        for view in every_view(content, lang) {
            let length = view.text.utf16_len();
            assert!((1..=4096).contains(&length), "{length}: {}", view.text.as_str());
            assert!(view.rows.iter().map(Vec::len).sum::<usize>() <= 100);
            for row in &view.rows {
                assert!((1..=2).contains(&row.len()));
                for button in row {
                    assert!(!button.label.trim().is_empty());
                    if let palabre::bot::view::ButtonAction::Open(action) = button.action {
                        let data = action.callback_data(content);
                        assert!(data.len() <= 64, "{data}");
                        assert_eq!(Action::from_callback_data(content, &data), Some(action));
                    }
                }
            }
        }
    }
}

#[test]
fn the_shipped_menu() {
    let content = load::shipped(load::today()).content.unwrap();
    snapshot("menus", "shipped", &menu(&content));
    check_every_page(&content);
}

#[test]
fn the_shipped_content_is_that_of_the_directory() {
    let here = load::directory(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), load::today());
    assert_eq!(menu(&here.content.unwrap()), menu(&load::shipped(load::today()).content.unwrap()));
}

#[test]
fn every_shipped_section_is_written_in_every_language_with_its_questions() {
    let Loaded { content, report, .. } = load::shipped(load::today());
    let content = content.unwrap();
    for section in content.sections() {
        for lang in content.languages() {
            assert_eq!(content.section_text(section, lang).language, lang);
        }
    }
    let codes: Vec<Code> = report.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, []);
    assert_eq!((report.allowed, report.quieted), (vec![Code::OldFacts], 1), "the source is of September 2016");
}

#[test]
fn another_organisation_in_five_languages_and_three_scripts() {
    let Loaded { content, report, .. } = load_content("library");
    assert!(
        report.diagnostics.iter().all(|d| d.code == Code::Untranslated),
        "{}",
        report.to_text(Locale::English, false)
    );
    let content = content.unwrap();
    snapshot("menus", "library", &menu(&content));
    check_every_page(&content);
    let depth = |section: SectionId| std::iter::successors(Some(section), |&s| content.section(s).parent).count();
    assert_eq!(content.sections().map(depth).max(), Some(4));
}

#[test]
fn one_language_and_no_phone() {
    let Loaded { content, report, .. } = load_content("single");
    assert_eq!(report.to_text(Locale::English, false), "no problems\n");
    let content = content.unwrap();
    snapshot("menus", "single", &menu(&content));
    check_every_page(&content);
    assert_eq!(content.main_contact(), None);
    let lang = content.default_language();
    assert!(content.menu(lang).iter().all(|entry| &*entry.command != "language"));
    assert_eq!(content.command("language").unwrap().target, CommandTarget::Language);
}

#[test]
fn a_section_that_is_not_translated_says_so_in_one_line() {
    let content = load_content("library").content.unwrap();
    let (arabic, games) = (content.language("ar").unwrap(), content.find("games").unwrap());
    let page = pages::section(&content, arabic, games, 0);
    let note = page.text.as_str().lines().find(|line| line.contains("English"));
    assert!(note.is_some(), "{}", page.text.as_str());
}

/// A content of one section in these languages, each in a folder of that name.
fn in_languages(order: &str, folders: &[&str], settings: &str) -> Loaded {
    let root = format!(
        "sections = [{{ id = \"well\", emoji = \"💧\", command = \"well\" }}]\nnames = {{ organisation = \"Village\" }}\n\
         source = {{ title = \"The elders\", checked = \"2026-01\" }}\n[languages]\norder = [{order}]\n{settings}"
    );
    let interface = std::fs::read_to_string(directory("single").join("pt/interface.toml")).unwrap();
    let words = "[well]\ntitle = \"A fonte : 50 000 ?\"\nsummary = \"S\"\nbody = \"B : `a : b`\"\n";
    let mut files = vec![("palabre.toml".to_owned(), root)];
    for folder in folders {
        files.push((format!("{folder}/interface.toml"), interface.clone()));
        files.push((format!("{folder}/well.toml"), words.to_owned()));
    }
    let files = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
    load::memory(files, YearMonth { year: 2026, month: 2 })
}

#[test]
fn a_language_is_found_by_each_of_its_tags() {
    let check = |written: &str, folder: &str, reader: &str, tag: &str| {
        let order = format!("\"pt\", \"{written}\"");
        let Loaded { content, report, .. } = in_languages(&order, &["pt", folder], "default = \"pt\"");
        let content = content.unwrap_or_else(|| panic!("{}", report.to_text(Locale::English, false)));
        let lang = content.language(tag).unwrap();
        assert_eq!(content.tag(lang).as_str(), tag);
        assert_eq!(content.language_for(Some(reader)), lang, "{reader}");
        assert!(!content.lacks_language(Some(reader)), "{reader}");
        assert_eq!(content.section_text(content.find("well").unwrap(), lang).language, lang, "{folder}/ is read");
    };
    check("he", "iw", "iw", "he");
    check("iw", "he", "he-IL", "he");
    check("in", "id", "ID", "id");
    check("nb", "no", "no", "no");
    check("no", "no", "nb", "no");
    check("tl", "tl", "fil-PH", "fil");
    check("zh", "zh", "zh-hans", "zh");
    check("zh-Hans", "zh", "zh_Hant_HK", "zh");
    check("FR", "fr", "fr-CA", "fr");
    check("bm", "bam", "BM", "bm");
}

#[test]
fn the_default_language_and_old_links_may_name_it_otherwise() {
    let content = in_languages("\"pt\", \"he\"", &["pt", "iw"], "default = \"iw\"").content.unwrap();
    let hebrew = content.default_language();
    assert_eq!(content.tag(hebrew).as_str(), "he");
    let home = Action::page(hebrew, Page::Home);
    assert_eq!(home.callback_data(&content), "1.he.home");
    for data in ["1.he.home", "1.iw.home"] {
        assert_eq!(Action::from_callback_data(&content, data), Some(home), "{data}");
    }
    let well = Action::section(hebrew, content.find("well").unwrap());
    for payload in ["he-well", "iw-well"] {
        assert_eq!(Action::from_start_parameter(&content, payload), Some(well), "{payload}");
    }
}

#[test]
fn two_folders_of_one_language_are_named() {
    let Loaded { content, report, .. } = in_languages("\"pt\", \"he\"", &["pt", "he", "iw"], "default = \"pt\"");
    assert!(content.is_none());
    let problem = report.diagnostics.iter().find(|problem| problem.code == Code::BadLanguage).unwrap();
    assert_eq!(problem.file, "iw");
    let message = problem.message.to_text(Locale::English);
    assert!(message.contains("`he/`") && message.contains("`iw/`"), "{message}");
}

#[test]
fn typography_is_that_of_the_language_and_can_be_turned_off() {
    let title = |settings: &str, tag: &str| {
        let settings = format!("default = \"pt\"\n{settings}");
        let content = in_languages("\"pt\", \"fr\"", &["pt", "fr"], &settings).content.unwrap();
        let text = content.section_text(content.find("well").unwrap(), content.language(tag).unwrap());
        [text.title.to_string(), text.pages[0].as_str().to_owned()].map(|text| text.replace('\u{a0}', "~"))
    };
    assert_eq!(title("", "fr"), ["💧 A fonte~: 50~000~?", "B~: a : b"]);
    assert_eq!(title("typography = true", "fr"), title("", "fr"));
    for (settings, tag) in [("", "pt"), ("typography = false", "fr")] {
        assert_eq!(title(settings, tag), ["💧 A fonte : 50 000 ?", "B : a : b"], "{settings} {tag}");
    }
}

/// Lines of at most 40 characters, broken at every plain space: no app breaks them in more places.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > 40 {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

#[test]
fn no_line_of_the_shipped_french_begins_with_a_sign_on_a_narrow_screen() {
    let content = load::shipped(load::today()).content.unwrap();
    let lang = content.language("fr").unwrap();
    let interface = content.interface(lang);
    let mut texts: Vec<String> = vec![interface.description.to_string(), interface.short_description.to_string()];
    texts.extend(content.talks().map(|talk| content.talk_answer(talk, lang).unwrap().text.as_str().to_owned()));
    texts.extend(content.group_menu(lang).iter().map(|entry| entry.description.to_string()));
    for view in every_view(&content, lang) {
        texts.push(view.text.as_str().to_owned());
        texts.extend(view.rows.into_iter().flatten().map(|button| button.label));
    }
    texts.extend(content.sections().map(|section| content.section_text(section, lang).summary.to_string()));
    let mut signs = 0;
    for text in &texts {
        for line in wrapped(text) {
            assert!(!line.trim_start().starts_with([':', ';', '!', '?', '»']), "{line}");
            assert!(!line.trim_end_matches(' ').ends_with('«'), "{line}");
            assert!(!line.contains(" :") && !line.contains(" ?") && !line.contains("« "), "{line}");
        }
        signs += text.matches("\u{a0}:").count();
    }
    assert!(signs > 20, "the shipped French has colons");
}

#[test]
fn typography_changes_nothing_that_a_question_finds() {
    let set = load_shipped_with("").content.unwrap();
    let plain = load_shipped_with("typography = false").content.unwrap();
    let (fr, vision) = (set.language("fr").unwrap(), set.find("vision").unwrap());
    for question in ["qui êtes-vous ?", "votre « vision » : laquelle ?", &*set.section_text(vision, fr).title] {
        let (set, plain) = (set.search(question, fr, false), plain.search(question, fr, false));
        assert!(!set.matches.is_empty());
        assert_eq!(set, plain, "{question}");
    }
}

#[test]
fn a_language_of_borrowed_words_changes_nothing_that_a_question_finds() {
    let set = load_shipped_with("").content.unwrap();
    let directory = shipped_with("");
    std::fs::create_dir(directory.path().join("es")).unwrap();
    for file in ["search.toml", "interface.toml"] {
        std::fs::copy(directory.path().join("en").join(file), directory.path().join("es").join(file)).unwrap();
    }
    // Spanish comes last: languages are numbered in this order.
    let root = directory.path().join(load::ROOT_FILE);
    let text = std::fs::read_to_string(&root).unwrap();
    std::fs::write(&root, text.replace("order = [\"fr\", \"en\"]", "order = [\"fr\", \"en\", \"es\"]")).unwrap();
    let Loaded { content, report, .. } = load::directory(directory.path(), load::today());
    let more = content.unwrap_or_else(|| panic!("{}", report.to_text(Locale::English, false)));
    assert!(more.language("es").is_some());
    // Its talk is a copy, which it reads by rules of its own: scores may differ, answers hardly.
    let mut asked = 0;
    let mut otherwise = Vec::new();
    for own in ["fr", "en"] {
        for (reader, question) in ["fr", "en"].into_iter().flat_map(|reader| {
            crate::questions::test_questions(own).into_iter().map(move |question| (reader, question))
        }) {
            let reader = set.language(reader).unwrap();
            let (set, more) = (set.search(&question, reader, false), more.search(&question, reader, false));
            assert_eq!(set.language, more.language, "{question}");
            asked += 1;
            otherwise.extend((decide(&set) != decide(&more)).then_some(question));
        }
    }
    assert!(asked > 2_000, "{asked}");
    assert!(otherwise.len() * 500 <= asked, "{} of {asked}: {otherwise:?}", otherwise.len());
}

#[test]
fn a_language_without_search_toml_says_what_is_used_instead() {
    let root = "sections = [{ id = \"well\", emoji = \"💧\", command = \"well\" }]\nnames = { organisation = \"Village\" }\n\
         source = { title = \"The elders\", checked = \"2026-01\" }\n\
         languages = { order = [\"en\", \"pt\", \"bm\"], default = \"en\" }";
    let interface = std::fs::read_to_string(directory("single").join("pt/interface.toml")).unwrap();
    let check = |search: &[&str]| {
        let mut files = vec![("palabre.toml".to_owned(), root.to_owned())];
        for language in ["en", "pt", "bm"] {
            let words = "[well]\ntitle = \"A fonte\"\nsummary = \"S\"\nbody = \"B\"\n";
            files.push((format!("{language}/well.toml"), words.to_owned()));
            files.push((format!("{language}/interface.toml"), interface.clone()));
        }
        files
            .extend(search.iter().map(|language| (format!("{language}/search.toml"), "stop_words = [\"a\"]\n".into())));
        let files = files.iter().map(|(path, text)| (path.as_str(), text.as_bytes()));
        let report = load::memory(files, YearMonth { year: 2026, month: 2 }).report;
        let missing = report.diagnostics.into_iter().filter(|problem| problem.file.ends_with("search.toml"));
        missing.map(|problem| (problem.file.to_string(), problem.message.to_text(Locale::English))).collect::<Vec<_>>()
    };
    let missing = check(&["en"]);
    assert_eq!(missing.len(), 2, "{missing:?}");
    for (file, message) in &missing {
        match file.as_str() {
            "pt/search.toml" => assert!(message.contains("stop-words, question words, greetings"), "{message}"),
            "bm/search.toml" => assert!(message.ends_with("nothing built in for this language"), "{message}"),
            other => panic!("{other}"),
        }
    }
    assert_eq!(check(&["en", "pt", "bm"]), []);
    assert_eq!(check(&[]), [], "a content may do without");
}

/// The shipped content with one more line under `[languages]`.
fn load_shipped_with(setting: &str) -> Loaded {
    load::directory(shipped_with(setting).path(), load::today())
}

fn shipped_with(setting: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    crate::diagnostics::lay_over(&Path::new(env!("CARGO_MANIFEST_DIR")).join("content"), directory.path());
    let root = directory.path().join(load::ROOT_FILE);
    let text = std::fs::read_to_string(&root).unwrap();
    std::fs::write(&root, text.replace("[languages]\n", &format!("[languages]\n{setting}\n"))).unwrap();
    directory
}

#[test]
fn numbers_keep_their_order_in_texts_from_right_to_left() {
    let content = load_content("library").content.unwrap();
    let (arabic, dispatcher) = (content.language("ar").unwrap(), content.find("desk").unwrap());
    let page = pages::section(&content, arabic, dispatcher, 0);
    let phone = &content.contact(content.find_contact("desk").unwrap()).phones[0].number;
    assert!(page.text.as_str().contains('\u{2068}'), "{}", page.text.as_str());
    let buttons: Vec<&str> = page.rows.iter().flatten().map(|button| button.label.as_str()).collect();
    assert!(buttons.iter().any(|label| label.contains(&format!("\u{2068}{phone}\u{2069}"))), "{buttons:?}");
    let copied = page
        .rows
        .iter()
        .flatten()
        .any(|b| matches!(&b.action, palabre::bot::view::ButtonAction::Copy(text) if text == phone));
    assert!(copied, "what is copied is the number alone");
}

/// A made-up town hall: offices, hours, prices, dates, tables and text pasted as offices do, written by somebody who had the
/// reference of `docs/` alone.
#[test]
fn a_town_hall_with_offices_hours_and_prices() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
    let loaded = load::directory(&directory("townhall"), Edition::new(day, Scope::Everything));
    let Loaded { content, report, .. } = quality::check(loaded);
    assert_eq!(report.count(Severity::Error), 0, "{}", report.to_text(Locale::English, false));
    let missed = report.diagnostics.iter().filter(|problem| problem.code == Code::MissedQuestion).count();
    assert!(missed <= 2, "of 41 questions {missed} are missed: {}", report.to_text(Locale::English, false));
    let content = content.unwrap();
    check_every_page(&content);
    assert_eq!(content.contacts().count(), 3);
}

/// A made-up school without a `search.toml`. What it has pages on (football, illness, jobs, the rain) is elsewhere nobody's business
/// and refused by what is built in. Its questions were written before its phrases, and without a look at what is built in.
#[test]
fn what_is_built_in_yields_to_what_a_school_says() {
    let Loaded { content, report, .. } = quality::check(load_content("school"));
    assert_eq!(report.count(Severity::Error), 0, "{}", report.to_text(Locale::English, false));
    let missed = |what: &str| {
        let missed = report.diagnostics.iter().filter(|problem| problem.code == Code::MissedQuestion);
        missed.filter(|problem| problem.message.to_text(Locale::English).contains(what)).count()
    };
    // Of 42 questions with a page; 22 when what is built in was a topic like others, 7 without it.
    assert!(missed(" first, and finds") <= 13, "{}", report.to_text(Locale::English, false));
    // Of those that would find their page without what is built in; 15 when it was a topic like others.
    assert!(missed(" first, and finds not ours") <= 9, "{}", report.to_text(Locale::English, false));
    // Of 18 that are nobody's business here either.
    assert_eq!(missed("it is not ours"), 0, "{}", report.to_text(Locale::English, false));
    let content = content.unwrap();
    check_every_page(&content);
    for (question, section) in [("when is the next football match", "sport"), ("je cherche du travail", "jobs")] {
        let found = content.search(question, content.default_language(), false);
        let Outcome::Answer(answer, _) = decide(&found) else { panic!("{question}: {found:?}") };
        assert_eq!(&*content.section(answer).id, section, "{question}");
    }
}

#[test]
fn spellings_of_telephones_are_built_in_and_yield_to_those_of_the_content() {
    let root = "languages = { default = \"fr\", order = [\"fr\"] }\n\
                sections = [{ id = \"well\", emoji = \"💧\" }, { id = \"road\", emoji = \"🛣\" }]\n\
                [names]\norganisation = \"Commune\"\n[source]\ntitle = \"x\"\nchecked = \"2026-01\"\n";
    let words = "[well]\ntitle = \"Puits\"\ncommand = \"puits\"\nsummary = \"Profond\"\nbody = \"Profond.\"\nask = [\"problème du puits\"]\n\
                 [road]\ntitle = \"Piste\"\ncommand = \"piste\"\nsummary = \"Longue\"\nbody = \"Longue.\"\nask = [\"message à la piste\"]\n";
    let interface = std::fs::read_to_string(directory("school").join("fr/interface.toml")).unwrap();
    let interface =
        interface.replace("{phones}", "").replace("[voices]\nhome = \"home.ogg\"\nhelp = \"help.ogg\"\n", "");
    let first = |search: &str| {
        let files = [
            ("palabre.toml", root.as_bytes()),
            ("fr/interface.toml", interface.as_bytes()),
            ("fr/words.toml", words.as_bytes()),
            ("fr/search.toml", search.as_bytes()),
        ];
        let Loaded { content, report, .. } = load::memory(files, Edition::new(load::today(), Scope::Published));
        let content = content.unwrap_or_else(|| panic!("{}", report.to_text(Locale::English, false)));
        let found = content.search("pb", content.default_language(), false);
        let section = found.matches.first().and_then(|found| found.topic.section());
        section.map(|section| content.section(section).id.to_string())
    };
    assert_eq!(first("stemmer = \"french\"\n").as_deref(), Some("well"));
    assert_eq!(first("[spellings]\npb = \"message\"\n").as_deref(), Some("road"));
}

#[test]
fn a_section_that_nobody_sees_wins_no_test_question() {
    let root = "languages = { default = \"pt\", order = [\"pt\"] }\n\
                sections = [{ id = \"well\", emoji = \"💧\" }, { id = \"tap\", emoji = \"🚰\", draft = true }]\n\
                [names]\norganisation = \"Aldeia\"\n[source]\ntitle = \"x\"\nchecked = \"2026-01\"\n";
    let words = "[well]\ntitle = \"Poço\"\ncommand = \"poco\"\nsummary = \"Fundo\"\nbody = \"Fundo.\"\nask = [\"água do poço\", \"quero água boa\"]\n\
                 [tap]\ntitle = \"Torneira\"\ncommand = \"torneira\"\nsummary = \"Nova\"\nbody = \"Nova.\"\nask = [\"beber água\", \"quero beber água fria\"]\n";
    let questions = "[[question]]\nask = \"quero beber água\"\nsection = \"well\"\n\
                     [[question]]\nask = \"uma torneira nova\"\nsection = \"tap\"\n";
    let interface = std::fs::read_to_string(directory("single").join("pt/interface.toml")).unwrap();
    // The sentence that contents with drafts need.
    let interface = interface.replace("[lines]\n", "[lines]\ngone = \"Esta página já não existe.\"\n");
    let files = [
        ("palabre.toml", root.as_bytes()),
        ("pt/interface.toml", interface.as_bytes()),
        ("pt/words.toml", words.as_bytes()),
        ("tests/pt.toml", questions.as_bytes()),
    ];
    let everything = Edition::new(load::today(), Scope::Everything);
    let whole = load::memory(files, everything);
    let content = whole.content.as_ref().unwrap();
    let first = content.search("quero beber água", content.default_language(), false).matches[0].topic;
    assert_eq!(first.section(), content.find("tap"), "the draft would win");
    let report = quality::check(whole).report;
    let missed = report.diagnostics.iter().filter(|problem| problem.code == Code::MissedQuestion).count();
    assert_eq!(missed, 0, "{}", report.to_text(Locale::English, false));
}

#[test]
fn a_directory_that_holds_too_much_is_refused_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::create_dir(directory.path().join("en")).unwrap();
    std::fs::write(directory.path().join("palabre.toml"), "").unwrap();
    for number in 0..2_010 {
        std::fs::write(directory.path().join(format!("en/{number:04}.toml")), "# nothing\n").unwrap();
    }
    let report = load::directory(directory.path(), load::today()).report;
    let too_much: Vec<_> = report.diagnostics.iter().filter(|problem| problem.code == Code::Unreadable).collect();
    assert_eq!(too_much.len(), 1, "{}", report.to_text(Locale::English, false));
    assert_eq!(too_much[0].file, "en/2000.toml");
}

/// The reference for editors names every key that the files may have, as the code reads them.
#[test]
fn the_reference_names_every_key() {
    let read = |path: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap();
    let reference = read("docs/content.md");
    // `fields.string("address")`, `key("lines.unknown", …)`, `const GONE: &str = "lines.gone"`.
    let quoted = |code: &str, before: &[&str]| -> Vec<String> {
        let after =
            |mark: &str| code.match_indices(mark).map(|(at, mark)| &code[at + mark.len()..]).collect::<Vec<_>>();
        let words = before.iter().flat_map(|mark| after(mark)).filter_map(|rest| rest.split('"').next());
        let is_key = |word: &&str| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c));
        words.filter(is_key).map(str::to_owned).collect()
    };
    let code = read("src/content/schema.rs").replace("fields\n            .", "fields.");
    let calls = ["string", "strings", "required", "boolean", "optional_boolean", "integer", "pairs", "table", "tables"];
    let others =
        ["named_tables", "keyed_table", "by_language", "labelled", "numbers", "localized", "date", "one_or_more"];
    let calls: Vec<String> = calls.iter().chain(&others).map(|call| format!("fields.{call}(\"")).collect();
    let mut keys = quoted(&code, &calls.iter().map(String::as_str).collect::<Vec<_>>());
    let sentences = read("src/content/validate/interface/keys.rs");
    keys.extend(
        quoted(&sentences, &[" key(\"", ", \"lines.", "&str = \""])
            .into_iter()
            .map(|key| if sentences.contains(&format!("\"lines.{key}\"")) { format!("lines.{key}") } else { key }),
    );
    assert!(keys.len() > 100, "{keys:?}");
    for key in keys {
        let is_named =
            [format!("`{key}`"), format!("`{key} = "), format!("[{key}]"), format!("[{key}."), format!("{key}:")];
        assert!(is_named.iter().any(|name| reference.contains(name)), "docs/content.md does not name `{key}`");
    }
}

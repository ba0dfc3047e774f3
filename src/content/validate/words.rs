//! The words of the sections, in every language.

use std::borrow::Cow;
use std::collections::HashMap;

use super::facts::{Facts, FactsWithin};
use super::tree::Node;
use super::{At, Code, CommandTarget, File, Folder, LangId, Menu, MenuEntry, Place, RawWords, Report, did_you_mean};
use unicode_normalization::{UnicodeNormalization, is_nfc};
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::content::{BODY_PAGE_MAX, BODY_PAGES_MAX, LABEL_MAX, TITLE_MAX, Words};
use crate::markup::{self, Piece, Problem, RichText, pieces, utf16_len};

/// Styled parts of one text: Telegram shows 100 in a message (Bot API, `MessageEntity`), and a page has a few of its own.
pub(super) const STYLES_MAX: usize = 95;
/// Fewer questions than this under a section and it is hard to find.
const ASK_MIN: usize = 12;
/// UTF-16 units of a summary: one line of a list or a preview.
const SUMMARY_MAX: usize = 200;
/// Characters of a command's description (Bot API, `BotCommand`).
const DESCRIPTION_MAX: usize = 256;

/// A question under a section, in which language and where.
pub(super) struct Ask<'a> {
    pub(super) file: File<'a>,
    pub(super) phrase: &'a At<String>,
    pub(super) section: &'a str,
    /// The section's place in the tree.
    pub(super) node: usize,
    /// The language's place among the languages.
    pub(super) language: usize,
}

/// The words of every section for every language, and all questions.
pub(super) fn resolve<'a>(
    nodes: &[Node<'_>],
    folders: &'a [Folder<'a>],
    facts: &Facts,
    report: &mut Report,
) -> (Option<Vec<Vec<Words>>>, Vec<Ask<'a>>) {
    let places: HashMap<&str, usize> = nodes.iter().enumerate().map(|(i, node)| (node.id.as_ref(), i)).collect();
    let mut own: Vec<Vec<Option<Words>>> = nodes.iter().map(|_| vec![None; folders.len()]).collect();
    let mut own_files: HashMap<(usize, usize), &str> = HashMap::new();
    let mut asks = Vec::new();
    for (l, folder) in folders.iter().enumerate() {
        for (file, raw) in &folder.words {
            let Some(&place) = places.get(raw.id.value.as_str()) else {
                let is_wordless =
                    |node: &&Node<'_>| folders.iter().all(|f| f.words.iter().all(|(_, raw)| raw.id.value != *node.id));
                let mut wordless = nodes.iter().filter(is_wordless).map(|node| &*node.id);
                let only_wordless = wordless.next().filter(|_| wordless.next().is_none());
                let near = did_you_mean(&raw.id.value, nodes.iter().map(|node| node.id.as_ref()));
                let help = match only_wordless.or(near) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "add the section to the tree in palabre.toml, or remove its words".into(),
                };
                report.error(
                    Code::UnknownId,
                    Place::span(file.path, raw.id.span.clone()),
                    format!("the tree has no section `{}`", raw.id.value),
                    help,
                );
                continue;
            };
            if let Some(other) = own_files.insert((place, l), file.path) {
                let message = format!("`{}` has words in `{other}` already", raw.id.value);
                report.error(
                    Code::DuplicateId,
                    Place::span(file.path, raw.id.span.clone()),
                    message,
                    "keep one of the two",
                );
            }
            own[place][l] = Some(section(
                *file,
                raw,
                nodes[place].emoji,
                LangId(l as u8),
                facts.within(folder.right_to_left),
                report,
            ));
            let ask = |phrase| Ask { file: *file, phrase, section: &raw.id.value, node: place, language: l };
            asks.extend(raw.ask.iter().map(ask));
            if raw.ask.len() < ASK_MIN {
                report.warning(
                    Code::FewAsk,
                    Place::span(file.path, raw.id.span.clone()),
                    format!("`{}` has {} questions under `ask` in `{}`", raw.id.value, raw.ask.len(), folder.tag),
                    format!(
                        "write at least {ASK_MIN}, as people would put them: they decide whether the section is found"
                    ),
                );
            }
        }
    }
    let mut complete = true;
    let resolved = own.into_iter().zip(nodes).map(|(own, node)| {
        let fallback = own.iter().flatten().next().cloned();
        if fallback.is_none() {
            complete = false;
            report.error(
                Code::NoWords,
                Place::span(super::ROOT_FILE, node.span.clone()),
                format!("the section `{}` has no words in any language", node.id),
                format!("add a table [{}] with title, summary, body and ask to a file of a language", node.id),
            );
        }
        let words = own.into_iter().zip(folders).filter_map(|(words, folder)| {
            if words.is_none() && fallback.is_some() {
                report.warning(
                    Code::Untranslated,
                    Place::file(folder.tag.as_str()),
                    format!("the section `{}` is not translated into `{}` yet", node.id, folder.tag),
                    format!(
                        "add a table [{}] to a file of `{}/`; until then it is shown in another language",
                        node.id, folder.tag
                    ),
                );
            }
            words.or_else(|| fallback.clone())
        });
        words.collect()
    });
    let resolved: Vec<Vec<Words>> = resolved.collect();
    (complete.then_some(resolved), asks)
}

/// A question that stands under two sections cannot be answered by either.
pub(super) fn check_ask(asks: &[Ask<'_>], report: &mut Report) {
    let mut seen: HashMap<String, &Ask<'_>> = HashMap::new();
    let in_word = |c: char| c.is_alphanumeric() || c.general_category_group() == GeneralCategoryGroup::Mark;
    for ask in asks {
        let phrase = &ask.phrase.value;
        let phrase = if is_nfc(phrase) { Cow::Borrowed(phrase.as_str()) } else { Cow::Owned(phrase.nfc().collect()) };
        let mut key = String::with_capacity(phrase.len());
        for word in phrase.split(|c| !in_word(c)).filter(|word| !word.is_empty()) {
            key.extend(word.chars().flat_map(char::to_lowercase).chain([' ']));
        }
        if key.is_empty() {
            report.error(
                Code::EmptyText,
                ask.file.at(ask.phrase),
                "this question has no words",
                "write the question or leave the line out",
            );
            continue;
        }
        match seen.get(key.as_str()) {
            Some(other) if other.section != ask.section => report.error(
                Code::DuplicateAsk,
                ask.file.at(ask.phrase),
                format!("this question stands under `{}` in `{}` already", other.section, other.file.path),
                format!("keep it where its answer is: under `{}` or under `{}`", other.section, ask.section),
            ),
            Some(_) => {}
            None => {
                seen.insert(key, ask);
            }
        }
    }
}

/// The menus with their descriptions: a section's is its summary.
pub(super) fn describe(
    menus: Vec<Menu>,
    nodes: &[Node<'_>],
    words: &[Vec<Words>],
    folders: &[Folder<'_>],
    report: &mut Report,
) -> Vec<Vec<MenuEntry>> {
    let mut described = Vec::new();
    for (l, menu) in menus.into_iter().enumerate() {
        let interface = |name: &str| {
            let order = std::iter::once(&folders[l]).chain(folders);
            let found = order
                .filter_map(|f| f.interface.as_ref())
                .find_map(|(_, raw)| raw.get(&format!("commands.{name}.description")));
            found.map_or_else(|| name.to_owned(), |text| text.value.trim().to_owned())
        };
        let entries = menu.into_iter().map(|(command, target)| {
            let description = match target {
                CommandTarget::Start => interface("start"),
                CommandTarget::Help => interface("help"),
                CommandTarget::Language => interface("language"),
                CommandTarget::Ask => interface("ask"),
                CommandTarget::Section(section) => {
                    let node = usize::from(section.0);
                    let words = &words[node][l];
                    let description = format!("{} {}", nodes[node].emoji, words.summary);
                    if description.chars().count() > DESCRIPTION_MAX {
                        report.error(
                            Code::DescriptionTooLong,
                            Place::span(super::ROOT_FILE, nodes[node].span.clone()),
                            format!("the summary of `{}` is too long for the menu of commands: {DESCRIPTION_MAX} characters are the most", nodes[node].id),
                            "shorten the summary to one line",
                        );
                    }
                    description
                }
            };
            MenuEntry { command, description: description.into() }
        });
        described.push(entries.collect());
    }
    described
}

fn section(
    file: File<'_>,
    raw: &RawWords,
    emoji: &str,
    language: LangId,
    facts: FactsWithin<'_>,
    report: &mut Report,
) -> Words {
    let text = |written: &Option<At<String>>, what: &str, report: &mut Report| -> Option<String> {
        let written = written.as_ref()?;
        if written.value.trim().is_empty() {
            report.error(
                Code::EmptyText,
                file.at(written),
                format!("the {what} of `{}` has no words", raw.id.value),
                format!("write the {what}"),
            );
        } else if written.value.trim().contains('\n') {
            report.error(
                Code::NotOneLine,
                file.at(written),
                format!("the {what} of `{}` has more than one line", raw.id.value),
                "write it on one line",
            );
        }
        Some(plain(file, written, facts, &[], report).trim().to_owned())
    };
    let title = text(&raw.title, "title", report).unwrap_or_default();
    let summary = text(&raw.summary, "summary", report).unwrap_or_default();
    let button = text(&raw.button, "button", report);
    if let Some(written) = raw.title.as_ref().filter(|_| utf16_len(&title) > TITLE_MAX) {
        let message =
            format!("the title of `{}` has {} characters; {TITLE_MAX} are the most", raw.id.value, utf16_len(&title));
        report.error(Code::TextTooLong, file.at(written), message, "say it in a few words");
    }
    let label = format!("{emoji} {}", button.as_ref().unwrap_or(&title));
    if label.len() > LABEL_MAX
        && let Some(written) = raw.button.as_ref().or(raw.title.as_ref())
    {
        report.error(
            Code::ButtonTooLong,
            file.at(written),
            format!("the button `{label}` has {} bytes; it has room for {LABEL_MAX}", label.len()),
            "shorten the title, or add a shorter `button = \"…\"`",
        );
    }
    if let Some(written) = &raw.summary
        && utf16_len(&summary) > SUMMARY_MAX
    {
        let message = format!(
            "the summary of `{}` has {} characters; {SUMMARY_MAX} are the most",
            raw.id.value,
            utf16_len(&summary)
        );
        report.error(Code::TextTooLong, file.at(written), message, "say it in one short line");
    }
    let mut pages = Vec::new();
    if let Some(body) = &raw.body {
        let rich = markdown(file, body, facts, report);
        if rich.is_empty() {
            report.error(
                Code::EmptyText,
                file.at(body),
                format!("the body of `{}` has no words", raw.id.value),
                "write the body",
            );
        }
        pages = rich.split(BODY_PAGE_MAX);
        if let Some(page) = pages.iter().find(|page| page.spans().len() > STYLES_MAX) {
            report.error(
                Code::UnsupportedMarkdown,
                file.at(body),
                format!("a page of `{}` has {} styled parts; a message shows 100", raw.id.value, page.spans().len()),
                "style less of it: what is bold everywhere stands out nowhere",
            );
        }
        if pages.len() > BODY_PAGES_MAX {
            report.error(
                Code::BodyTooLong,
                file.at(body),
                format!("the body of `{}` takes {} pages; {BODY_PAGES_MAX} are the most", raw.id.value, pages.len()),
                "shorten it, or divide it into sections below this one",
            );
        }
    }
    Words { language, title: format!("{emoji} {title}").into(), label: label.into(), summary: summary.into(), pages }
}

/// A plain text with its facts filled in. `own` are placeholders that are filled in later and stay as they are.
pub(super) fn plain(
    file: File<'_>,
    text: &At<String>,
    facts: FactsWithin<'_>,
    own: &[&str],
    report: &mut Report,
) -> String {
    for piece in pieces(&text.value) {
        if let Piece::Placeholder(name, at) = piece
            && !own.contains(&name)
            && !facts.has(name)
        {
            unknown_placeholder(file, name, text.part(file.text, at), facts, own, report);
        }
    }
    facts.fill(&text.value)
}

/// A Markdown text with its facts filled in.
pub(super) fn markdown(file: File<'_>, text: &At<String>, facts: FactsWithin<'_>, report: &mut Report) -> RichText {
    let (rich, problems) = markup::parse(&text.value, &facts);
    for problem in problems {
        match problem {
            Problem::Unsupported(what, at) => report.error(
                Code::UnsupportedMarkdown,
                Place::span(file.path, text.part(file.text, at)),
                format!("a message cannot show {what}"),
                "use paragraphs, lists, quotations, **bold**, *italic*, __underline__, ~~strike~~, `code` and [links](https://…)",
            ),
            Problem::Unclosed(mark, at) => report.error(
                Code::BrokenMarkdown,
                Place::span(file.path, text.part(file.text, at)),
                format!("this `{mark}` has no partner and is shown as it is"),
                match mark {
                    "](" | "] (" => "write the link as [words](https://…), without a space within the brackets".into(),
                    _ => format!("close it with another `{mark}`, without a space within, or write a backslash before each sign"),
                },
            ),
            Problem::LoneBrace(at) => report.error(
                Code::UnknownPlaceholder,
                Place::span(file.path, text.part(file.text, at)),
                "this brace belongs to no placeholder",
                "write a placeholder as {name}, without spaces; to show braces, put them in `code`",
            ),
            Problem::BadUrl(url, at) => report.error(
                Code::BadUrl,
                Place::span(file.path, text.part(file.text, at)),
                format!("nobody can open the address `{url}`"),
                "write the whole web address, beginning with https://; a message has no other links",
            ),
            Problem::UnknownPlaceholder(name, at) => unknown_placeholder(file, &name, text.part(file.text, at), facts, &[], report),
        }
    }
    rich
}

fn unknown_placeholder(
    file: File<'_>,
    name: &str,
    span: std::ops::Range<usize>,
    facts: FactsWithin<'_>,
    own: &[&str],
    report: &mut Report,
) {
    let help = match did_you_mean(name, facts.names().chain(own.iter().copied())) {
        Some(near) => format!("did you mean `{{{near}}}`?"),
        None => "name one of [names], [links], `phones` or `address` of palabre.toml".into(),
    };
    report.error(
        Code::UnknownPlaceholder,
        Place::span(file.path, span),
        format!("nothing is called `{{{name}}}`"),
        help,
    );
}

//! What texts lead to: commands (`/contact`) and deep links (`t.me/…bot?start=fr-contact`). One that leads nowhere is an error:
//! people tap it.

use std::ops::Range;

use super::Folder;
use super::id::is_id;
use super::tree::{Tree, validate as validate_tree};
use crate::content::Content;
use crate::content::files::{ROOT_FILE, Role};
use crate::content::schema::{RawExpected, RawRoot, Reader, Spanned};
use crate::diag::{Code, Report, Source, did_you_mean};
use crate::lang::Tag;
use crate::message;

/// Checks the bodies, summaries, answers and sentences of all languages, and the addresses of `palabre.toml`. `content` has all
/// sections of the tree.
pub(super) fn check(
    file: &Source,
    root: &RawRoot,
    tree: &Tree<'_>,
    content: &Content,
    folders: &[Folder<'_>],
    report: &mut Report,
) {
    let buttons = tree.nodes.iter().flat_map(|node| &node.raw.links).filter_map(|link| link.url.as_ref());
    let addresses = root.links.iter().map(|(_, address)| address).chain(buttons);
    addresses.for_each(|text| check_text(file, text, content, report));
    for folder in folders {
        let sections = folder.texts.iter().filter(|(_, raw)| tree.by_id.contains_key(&*raw.id.value));
        for (file, raw) in sections {
            let texts = raw.summary.iter().chain(&raw.body);
            texts.for_each(|text| check_text(file, text, content, report));
        }
        if let Some((file, raw)) = &folder.search {
            raw.talk.iter().filter_map(|talk| talk.answer.as_ref()).for_each(|t| check_text(file, t, content, report));
        }
        if let Some((file, raw)) = &folder.interface {
            let sentences = raw.texts.iter().filter(|(key, _)| !key.ends_with(".alias"));
            sentences.for_each(|(_, text)| check_text(file, text, content, report));
        }
    }
}

fn check_text(file: &Source, text: &Spanned<String>, content: &Content, report: &mut Report) {
    for (at, reference) in references(&text.value) {
        let is_section = |id: &str| content.find(id).is_some();
        let (message, help) = match reference {
            Reference::Command(name) => {
                // A section's id is a command, too.
                if content.command(name).is_some() || is_section(&name.to_ascii_lowercase()) {
                    continue;
                }
                let help = match did_you_mean(name, content.commands().map(|(known, _)| known)) {
                    Some(near) => message!("did you mean `/{near}`?", near),
                    None => message!("name one of the content's commands; if it is none, put it in `code`"),
                };
                (message!("there is no command `/{name}`", name), help)
            }
            Reference::Section(id) if is_section(id) => continue,
            Reference::Section(id) => {
                let help = match did_you_mean(id, content.sections().map(|section| &*content.section(section).id)) {
                    Some(near) => message!("did you mean `{near}`?", near),
                    None => message!("let it open another section, or take it out"),
                };
                (message!("this link opens the section `{id}`, which the tree does not have", id), help)
            }
        };
        report.error(Code::DeadReference, text.part_location(file, at), message, help);
    }
}

/// Reports the sections that questions of `tests/` expect and that the tree does not have. For a content with errors: of one
/// without, the questions are asked.
pub(crate) fn check_questions(report: &mut Report) {
    let sources = std::mem::take(&mut report.sources);
    let mut ignored = Report::default();
    if let Some(file) = sources.iter().find(|source| source.path == ROOT_FILE) {
        let root = Reader::new(file, &mut ignored).root();
        let tree = validate_tree(file, &root.sections, &[], &mut ignored);
        for source in sources.iter().filter(|source| matches!(Role::of(&source.path), Some(Role::Questions(_)))) {
            for question in Reader::new(source, &mut ignored).questions() {
                let (RawExpected::Section(ids) | RawExpected::Among(ids) | RawExpected::Offered(ids)) =
                    question.expected
                else {
                    continue;
                };
                for id in ids.iter().filter(|id| !tree.by_id.contains_key(&*id.value)) {
                    let ids = tree.nodes.iter().map(|node| &*node.id);
                    unknown_expected(source, id, did_you_mean(&id.value, ids), report);
                }
            }
        }
    }
    report.sources = sources;
}

/// Reports a section that a question expects and that the tree does not have.
pub(crate) fn unknown_expected(file: &Source, id: &Spanned<String>, near: Option<&str>, report: &mut Report) {
    let help = match near {
        Some(near) => message!("did you mean `{near}`?", near),
        None => message!("let it find another section of palabre.toml, or take the question out"),
    };
    let message = message!("this question expects the section `{id}`, which the tree does not have", id = id.value);
    report.error(Code::UnknownId, id.location(file), message, help);
}

/// Whether a text has what people could tap and what has to lead somewhere.
pub(crate) fn has_references(text: &str) -> bool {
    !references(text).is_empty()
}

/// What a part of a text leads to.
#[derive(Debug, PartialEq, Eq)]
enum Reference<'a> {
    /// The command of this name.
    Command(&'a str),
    /// The section of this id.
    Section(&'a str),
}

/// The commands and links of a text, each with its bytes. What stands in `code` cannot be tapped and is left out.
fn references(text: &str) -> Vec<(Range<usize>, Reference<'_>)> {
    let code = code_ranges(text);
    let commands = text.match_indices('/').filter_map(|(at, _)| command(text, at));
    let links = text.match_indices("t.me/").filter_map(|(at, _)| link(text, at));
    commands.chain(links).filter(|(at, _)| !code.iter().any(|code| code.contains(&at.start))).collect()
}

/// The command at a slash. No paths (`/home/x`, `/etc.conf`), fractions (`1/2`), alternatives (`and/or`) and addresses.
fn command(text: &str, at: usize) -> Option<(Range<usize>, Reference<'_>)> {
    let begins = |c: char| c.is_whitespace() || "([{«“„\"'‘’,;>*_~|\u{2068}".contains(c);
    // The beginning of its word: in an address or a path a slash stands before this one.
    let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or_default();
    if !word.chars().next_back().is_none_or(begins) || word.ends_with("](") || word.contains('/') {
        return None;
    }
    let name = prefix(&text[at + 1..], |c| c.is_ascii_alphanumeric() || c == '_');
    let end = at + 1 + name.len();
    let mut behind = text[end..].chars();
    let (next, after_next) = (behind.next(), behind.next());
    let goes_on = match next {
        Some('.' | '-' | ':') => after_next.is_some_and(char::is_alphanumeric),
        Some(c) => c.is_alphanumeric() || "/\\=~".contains(c),
        None => false,
    };
    let is_command = (1..=32).contains(&name.len()) && name.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_command && !goes_on).then_some((at..end, Reference::Command(name)))
}

/// The section that a deep link opens. Other bots have payloads of other forms.
fn link(text: &str, at: usize) -> Option<(Range<usize>, Reference<'_>)> {
    let rest = &text[at + "t.me/".len()..];
    let bot = prefix(rest, |c| c.is_ascii_alphanumeric() || c == '_');
    if !bot.to_ascii_lowercase().ends_with("bot") {
        return None;
    }
    let query = &rest[bot.len()..];
    let payload = query.strip_prefix("?start=").or_else(|| query.strip_prefix("?startgroup="))?;
    let payload = prefix(payload, |c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    let (tag, id) = payload.split_once('-')?;
    let end = at + text[at..].find(payload)? + payload.len();
    (Tag::new(tag).is_some() && is_id(id)).then_some((at..end, Reference::Section(id)))
}

fn prefix(text: &str, belongs: impl Fn(char) -> bool) -> &str {
    &text[..text.find(|c| !belongs(c)).unwrap_or(text.len())]
}

/// The bytes between backticks: as many close as have opened.
fn code_ranges(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut from = 0;
    while let Some(start) = text[from..].find('`').map(|at| from + at) {
        let marks = prefix(&text[start..], |c| c == '`');
        let inside = start + marks.len();
        let is_end = |at: usize| !text[at + marks.len()..].starts_with('`') && !text[..at].ends_with('`');
        let end = text[inside..].match_indices(marks).map(|(at, _)| inside + at).find(|&at| is_end(at));
        from = match end {
            Some(end) => {
                ranges.push(start..end);
                end + marks.len()
            }
            None => inside,
        };
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_and_links_are_told_from_paths_and_addresses() {
        let check = |text: &str, expected: &[Reference<'_>]| {
            let found: Vec<Reference<'_>> = references(text).into_iter().map(|(_, reference)| reference).collect();
            assert_eq!(found, expected, "{text}");
        };
        let command = Reference::Command;
        check("/contact", &[command("contact")]);
        check("Pour le demander : /contact.", &[command("contact")]);
        check("(/contact), **/help** and /ask@village_bot", &[command("contact"), command("help"), command("ask")]);
        check("the home is /home/x, /usr/bin and /etc.conf, and/or 1/2, 12 /14, km/h", &[]);
        check("https://example.org/contact and [a](/contact) <https://a.org/b> c:/contact </b>", &[]);
        check("https://example.org/__a__/x?q=*b* and example.org/_/x", &[]);
        check("in `/code` and ``a ` /code`` but /not", &[command("not")]);
        check("a lone ` /mark", &[command("mark")]);
        check("/été, /a-b, /x=1, / alone", &[]);
        let section = Reference::Section;
        check("[us](https://t.me/VillageBot?start=fr-well)", &[section("well")]);
        check("t.me/village_bot?startgroup=nqo-the_well.", &[section("the_well")]);
        check("t.me/village_bot?start=ref123 t.me/village_bot?start=fr t.me/village?start=fr-well t.me/bot", &[]);
        check("t.me/other_bot?start=campaign-2026 t.me/other_bot?start=AB-Cd", &[]);
    }
}

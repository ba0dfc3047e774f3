//! What editors and operators read, in their language: the reports of `check` and `doctor`, and the help of the commands.
//!
//! As with gettext, the English text stands in the code, where a maintainer reads it, and is the key of a catalogue for each
//! other language: `messages/fr.toml`. A [`Message`] has no language until it is shown, so that one report can go to the log in
//! English and to an editor in French. A text that a catalogue lacks is shown in English; a test finds it.

mod catalogue;
mod locale;

use std::fmt::Display;
use std::io;

pub use self::locale::Locale;

/// A text of the program, with what stands in for its placeholders. Made by [`message!`](crate::message).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Message {
    /// The English text.
    template: &'static str,
    arguments: Vec<(&'static str, Argument)>,
}

/// What stands in for a placeholder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Argument {
    /// The same in every language: a name, a number, a part of a file.
    Text(String),
    /// A message within another.
    Message(Message),
    /// Messages, and what stands between them.
    List(Vec<Message>, &'static str),
}

/// A [`Message`]: an English text, and values for its placeholders. `{name}` is replaced; `{{` and `}}` stand for braces.
///
/// ```
/// use palabre::message;
/// use palabre::messages::Locale;
///
/// let near = "sections";
/// let message = message!("did you mean `{near}`?", near);
/// assert_eq!(message.to_text(Locale::English), "did you mean `sections`?");
/// assert_eq!(message.to_text(Locale::French), "vouliez-vous dire `sections`\u{a0}?");
/// ```
#[macro_export]
macro_rules! message {
    (@value $name:ident) => { &$name };
    (@value $name:ident $value:expr) => { &$value };
    ($template:literal $(, $name:ident $(= $value:expr)?)* $(,)?) => {{
        const _: () =
            assert!($crate::messages::has_placeholders($template, &[$(stringify!($name)),*]), "other placeholders");
        $crate::messages::Message::new($template, vec![
            $((stringify!($name), $crate::messages::Argument::from($crate::message!(@value $name $($value)?)))),*
        ])
    }};
}

impl Message {
    /// For [`message!`](crate::message), which makes sure that the names are those of the placeholders.
    #[doc(hidden)]
    #[must_use]
    pub const fn new(template: &'static str, arguments: Vec<(&'static str, Argument)>) -> Self {
        Self { template, arguments }
    }

    /// What is the same in every language: the answer of a server, a number.
    #[must_use]
    pub fn verbatim(text: impl Display) -> Self {
        Self::new("{text}", vec![("text", Argument::Text(text.to_string()))])
    }

    /// Messages with a separator between them.
    #[must_use]
    pub fn joined(messages: Vec<Message>, separator: &'static str) -> Self {
        Self::new("{list}", vec![("list", Argument::List(messages, separator))])
    }

    /// What an error of the system says: its common kinds in every language, others as the system puts them.
    #[must_use]
    pub fn of_io(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => message!("it is not there"),
            io::ErrorKind::PermissionDenied => message!("this user may not read it"),
            io::ErrorKind::IsADirectory => message!("it is a directory"),
            _ => Self::verbatim(error),
        }
    }

    /// The one message, or the other where there are several of what is counted.
    #[must_use]
    pub fn counted(count: usize, one: Message, several: Message) -> Self {
        if count == 1 { one } else { several }
    }

    /// The text in a language.
    #[must_use]
    pub fn to_text(&self, locale: Locale) -> String {
        let template = catalogue::translation(self.template, locale);
        let mut text = String::with_capacity(template.len());
        for part in parts(template) {
            match part {
                Part::Words(words) => text.push_str(words),
                Part::Placeholder(name) => match self.arguments.iter().find(|(known, _)| *known == name) {
                    Some((_, argument)) => text.push_str(&argument.to_text(locale)),
                    None => text.push_str(name),
                },
            }
        }
        text
    }
}

impl Argument {
    fn to_text(&self, locale: Locale) -> String {
        match self {
            Argument::Text(text) => text.clone(),
            Argument::Message(message) => message.to_text(locale),
            Argument::List(messages, separator) => {
                messages.iter().map(|message| message.to_text(locale)).collect::<Vec<_>>().join(separator)
            }
        }
    }
}

impl<T: Display> From<T> for Argument {
    fn from(value: T) -> Self {
        Argument::Text(value.to_string())
    }
}

impl From<&Message> for Argument {
    fn from(message: &Message) -> Self {
        Argument::Message(message.clone())
    }
}

impl From<&&Message> for Argument {
    fn from(message: &&Message) -> Self {
        Argument::Message((*message).clone())
    }
}

/// A text of the program that has no placeholders, in a language: an English one that is known only when the program runs, as
/// those of the commands' help. Where there is no translation it stays as it is.
#[must_use]
pub fn translate(english: &str, locale: Locale) -> Option<&'static str> {
    catalogue::find(english, locale)
}

/// A part of a template.
#[derive(Debug, PartialEq, Eq)]
enum Part<'a> {
    Words(&'a str),
    Placeholder(&'a str),
}

/// The parts of a template; `{{` and `}}` are words.
fn parts(template: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = template;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let is_doubled = |brace: &str| rest.strip_prefix(brace).is_some_and(|behind| behind.starts_with(brace));
        let (part, length) = match first {
            '{' if !is_doubled("{") => {
                let end = rest.find('}').unwrap_or(rest.len());
                (Part::Placeholder(&rest[1..end]), (end + 1).min(rest.len()))
            }
            '{' | '}' => (Part::Words(&rest[..1]), if is_doubled(&rest[..1]) { 2 } else { 1 }),
            _ => {
                let end = rest.find(['{', '}']).unwrap_or(rest.len());
                (Part::Words(&rest[..end]), end)
            }
        };
        rest = &rest[length..];
        Some(part)
    })
}

/// Whether the placeholders of a template are these, whatever their order; asked while the program is compiled.
#[doc(hidden)]
#[must_use]
pub const fn has_placeholders(template: &str, names: &[&str]) -> bool {
    let text = template.as_bytes();
    let mut used = 0;
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'{' && at + 1 < text.len() && text[at + 1] == b'{' {
            at += 2;
        } else if text[at] == b'{' {
            let start = at + 1;
            while at < text.len() && text[at] != b'}' {
                at += 1;
            }
            let Some(name) = position(text, start, at, names) else { return false };
            used |= 1_u64 << name;
            at += 1;
        } else {
            at += 1;
        }
    }
    used == (1 << names.len()) - 1
}

/// Which of the names stands in these bytes of a text.
const fn position(text: &[u8], start: usize, end: usize, names: &[&str]) -> Option<usize> {
    let mut n = 0;
    while n < names.len() {
        let name = names[n].as_bytes();
        let mut same = 0;
        while same < name.len() && start + same < end && text[start + same] == name[same] {
            same += 1;
        }
        if same == name.len() && start + same == end {
            return Some(n);
        }
        n += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_replaced_and_doubled_braces_are_braces() {
        let (number, inner) = (3, Message::verbatim("{x}"));
        let message = Message::new("a {{b}} {n} {m}{n}", vec![("n", number.into()), ("m", (&inner).into())]);
        assert_eq!(message.to_text(Locale::English), "a {b} 3 {x}3");
        let list = Message::joined(vec![Message::verbatim("a"), Message::verbatim("b")], ", ");
        assert_eq!(list.to_text(Locale::French), "a, b");
    }

    #[test]
    fn other_placeholders_do_not_compile() {
        assert!(has_placeholders("a {b} {{c}} {d}", &["d", "b"]));
        for names in [&["b"][..], &["b", "d", "e"], &["b", "de"], &[]] {
            assert!(!has_placeholders("a {b} {{c}} {d}", names), "{names:?}");
        }
    }
}

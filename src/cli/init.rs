//! `palabre init`: the content of an organisation that has none yet.

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::Error;
use crate::cli::arguments::InitOptions;
use crate::content::load;
use crate::lang::Tag;
use crate::message;
use crate::messages::{Locale, Message};
use crate::scaffold::{self, Document, FromDocument, Organisation, ScaffoldError};

/// Makes the content, and says what it wrote and what comes next.
///
/// # Errors
///
/// When the directory holds something, or something is missing or no name, language, phone number or e-mail address.
pub(super) fn execute(mut options: InitOptions) -> Result<ExitCode, Error> {
    let locale = Locale::of_system();
    scaffold::check_is_free(&options.dir)?;
    let document = options.from.as_deref().map(read).transpose()?;
    // Without a terminal nobody would answer.
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        let mut questions = Questions { input: io::stdin().lock(), output: io::stdout().lock(), locale };
        questions.complete(&mut options).map_err(Error::Terminal)?;
    }
    let organisation = Organisation {
        name: options.name.unwrap_or_default(),
        languages: languages(&options.lang, locale)?,
        phones: options.phone,
        emails: options.email,
    };
    let (mut change, decisions) = match &document {
        Some(document) => {
            let FromDocument { change, decisions } = scaffold::from_document(&organisation, document, load::today())?;
            (change, decisions)
        }
        None => (scaffold::content(&organisation, load::today())?, Vec::new()),
    };
    // Before `palabre.toml`, which is the last: a content is there when it is whole.
    change.files.splice(0..0, scaffold::editor_files(&options.dir));
    change.write(&options.dir)?;
    let shown = options.dir.display().to_string();
    let mut next = change.next.clone();
    next.push(message!(
        "`palabre check {dir}` after each change, `palabre chat --content {dir}` to see it",
        dir = shown
    ));
    super::new::say(&options.dir, &change.files, &decisions, &next, locale);
    Ok(ExitCode::SUCCESS)
}

/// Reads the document of `--from`.
fn read(path: &Path) -> Result<Document, Error> {
    let refused = |error: io::Error| {
        let message =
            message!("{path} cannot be read: {reason}", path = path.display(), reason = Message::of_io(&error));
        ScaffoldError::Refused(message)
    };
    // One byte more than is taken tells that there is more.
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(refused)?;
    file.take(Document::FILE_MAX as u64 + 1).read_to_end(&mut bytes).map_err(refused)?;
    Ok(Document::read(path, &bytes)?)
}

/// The languages that are named, each once; without any that of the system.
fn languages(written: &[String], locale: Locale) -> Result<Vec<Tag>, Error> {
    let mut tags = Vec::new();
    for written in written.iter().map(|written| written.trim()).filter(|written| !written.is_empty()) {
        let Some(tag) = Tag::new(written) else { return Err(ScaffoldError::Refused(scaffold::no_tag(written)).into()) };
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if tags.is_empty() {
        tags.extend(Tag::new(locale.name()));
    }
    Ok(tags)
}

/// Asks an editor for what the command line does not give.
struct Questions<R, W> {
    input: R,
    output: W,
    locale: Locale,
}

impl<R: BufRead, W: Write> Questions<R, W> {
    fn complete(&mut self, options: &mut InitOptions) -> io::Result<()> {
        if options.name.is_none() {
            options.name = self.ask(&message!("The organisation's name:"))?;
        }
        if options.lang.is_empty() {
            let default = self.locale.name();
            let answer = self.ask(&message!("Its languages, as `fr,en` (without an answer: {default}):", default))?;
            options.lang.extend(answer.iter().flat_map(|answer| answer.split(',')).map(str::to_owned));
        }
        if options.phone.is_empty() {
            options.phone.extend(self.ask(&message!("A phone number, with + and the country's code (or nothing):"))?);
        }
        if options.email.is_empty() {
            options.email.extend(self.ask(&message!("An e-mail address (or nothing):"))?);
        }
        Ok(())
    }

    /// The answer to a question; `None` when there is none.
    fn ask(&mut self, question: &Message) -> io::Result<Option<String>> {
        write!(self.output, "{} ", question.to_text(self.locale))?;
        self.output.flush()?;
        let mut answer = String::new();
        self.input.read_line(&mut answer)?;
        let answer = answer.trim();
        Ok((!answer.is_empty()).then(|| answer.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn options(name: Option<&str>, phone: &[&str]) -> InitOptions {
        InitOptions {
            dir: "content".into(),
            from: None,
            name: name.map(str::to_owned),
            lang: Vec::new(),
            phone: phone.iter().map(|&number| number.to_owned()).collect(),
            email: Vec::new(),
        }
    }

    fn complete(options: &mut InitOptions, input: &str) -> String {
        let mut output = Vec::new();
        let mut questions = Questions { input: input.as_bytes(), output: &mut output, locale: Locale::English };
        questions.complete(options).unwrap();
        String::from_utf8(output).unwrap()
    }

    #[test]
    fn what_is_not_given_is_asked_for() {
        let mut asked = options(None, &[]);
        let output = complete(&mut asked, "Well House\nfr, en\n+44 20 7946 0958\n\n");
        assert_eq!(output.matches(':').count(), 5, "{output}");
        assert_eq!(asked.name.as_deref(), Some("Well House"));
        let tags: Vec<String> = languages(&asked.lang, Locale::English).unwrap().iter().map(Tag::to_string).collect();
        assert_eq!(tags, ["fr", "en"]);
        assert_eq!((asked.phone, asked.email), (vec!["+44 20 7946 0958".to_owned()], Vec::new()));
    }

    #[test]
    fn what_is_given_is_not_asked_for_and_an_end_is_no_answer() {
        let mut asked = options(Some("Well House"), &["61555"]);
        let output = complete(&mut asked, "");
        assert!(!output.contains("name") && !output.contains("phone") && output.contains("e-mail"), "{output}");
        assert!(asked.lang.is_empty() && asked.email.is_empty());
        let tags = languages(&asked.lang, Locale::French).unwrap();
        assert_eq!(tags, [Tag::new("fr").unwrap()]);
    }
}

//! The kinds of problems.

use strum::{EnumString, IntoStaticStr, VariantArray};

/// A kind of problem. Its name is its variant in kebab case: `old-facts`; so it is printed, so is its case in `tests/cases/check/`
/// called, and so `allow` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Code {
    /// The content directory is not there.
    NoDirectory,
    /// A file cannot be read, or `palabre.toml` is not there.
    Unreadable,
    /// A file that looks like one of the content's and is none.
    NotRead,
    /// A file of words without a word.
    EmptyFile,
    /// A file is not UTF-8.
    NotUtf8,
    /// A file begins with a byte order mark.
    ByteOrderMark,
    /// A file has Windows line ends.
    CarriageReturn,
    /// A file is not TOML.
    TomlSyntax,
    /// A key that nothing reads.
    UnknownKey,
    /// Keys that exclude each other.
    Contradiction,
    /// A key that must be there is not.
    MissingKey,
    /// A value of another type than expected.
    WrongType,
    /// A text without words.
    EmptyText,
    /// A text longer than its place allows.
    TextTooLong,
    /// A description that Telegram would refuse.
    DescriptionTooLong,
    /// A button's label over 64 bytes.
    ButtonTooLong,
    /// A title, label or summary that has to be one line has more.
    NotOneLine,
    /// An id that does not fit into links.
    BadId,
    /// An id that stands twice.
    DuplicateId,
    /// Words or a test question for a section that the tree does not have.
    UnknownId,
    /// A command or a link in a text that leads to no section.
    DeadReference,
    /// A section without words in any language.
    NoWords,
    /// A section tree of more than four levels.
    TreeTooDeep,
    /// More sections, languages or phones on one page than Telegram shows buttons.
    TooManyButtons,
    /// An emoji that is not one.
    BadEmoji,
    /// Two sections of one page with the same emoji.
    DuplicateEmoji,
    /// A command name that Telegram refuses.
    BadCommand,
    /// A command that means two things.
    DuplicateCommand,
    /// A top section without a command in some language.
    NoCommand,
    /// Markdown whose marks do not close.
    BrokenMarkdown,
    /// Markdown that a Telegram message cannot show.
    UnsupportedMarkdown,
    /// Signs that could be marks and are shown as they are, or the other way round.
    AmbiguousMarkdown,
    /// A link to something that is no web address.
    BadUrl,
    /// A phone number that nobody can dial.
    BadPhone,
    /// A phone number in a range that its country is not known to use.
    OddPhone,
    /// An e-mail address that is none.
    BadEmail,
    /// Opening hours that cannot be.
    BadHours,
    /// A time zone that does not exist.
    BadTimeZone,
    /// A place that is not on the map.
    BadLocation,
    /// A section shows a contact that does not exist.
    UnknownContact,
    /// A table that a newer one has taken the place of.
    OldForm,
    /// A character that nobody sees, or that looks like another.
    OddCharacter,
    /// A placeholder that does not exist.
    UnknownPlaceholder,
    /// One name for two placeholders.
    DuplicatePlaceholder,
    /// A language tag that is not one.
    BadLanguage,
    /// A language that is declared and has no folder.
    LanguageWithoutFolder,
    /// A folder whose language is not declared.
    UndeclaredLanguage,
    /// A text that a language does not have yet.
    Untranslated,
    /// A translation whose source text has changed since.
    StaleTranslation,
    /// Numbers, links or list items that are not those of another language.
    OtherFacts,
    /// A body of more than three pages.
    BodyTooLong,
    /// One question under two sections.
    DuplicateAsk,
    /// Fewer than twelve questions under a section.
    FewAsk,
    /// A question that is nearer to another section than to its own.
    StrayAsk,
    /// A question of `tests/` that did not find what it should.
    MissedQuestion,
    /// A stemmer that does not exist.
    UnknownStemmer,
    /// A date that is not a month that has been, or not a day.
    BadDate,
    /// A section that is over, so that nobody sees it.
    IsOver,
    /// Facts that nobody has checked for long.
    OldFacts,
    /// A clip or a picture that is not there.
    MissingFile,
    /// A clip or a picture that cannot be used.
    UnusableFile,
    /// A clip, a picture or its words that nothing shows.
    UnusedFile,
    /// A clip that is much longer than its text.
    LongClip,
    /// One clip for two pages.
    SameClip,
}

impl Code {
    /// Every code there is.
    pub const ALL: &[Code] = Self::VARIANTS;

    /// The code of a name.
    #[must_use]
    pub fn of(name: &str) -> Option<Code> {
        name.parse().ok()
    }

    /// The code as people read it.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

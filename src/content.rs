//! Everything an organisation has to say, as a type that cannot be wrong, and the files that it is read from.
//!
//! A [`Content`] comes from [`load`] only, which reports every problem of every file at once. What is in it is proven: every
//! section has a text in every language (its own, or that of the language it falls back to), every command and id is unique,
//! every page fits a message. So no accessor returns an `Option` that only a bug leaves empty.
//!
//! Each module uses only those before it: `month`, `edition`, `version`, `stray`, `directory`, `media` (clips and pictures) and `files` (directory → bytes), `model`
//! (the proven types), `schema` (bytes → values with their positions), `builtin` (what is known of common languages), `validate` (values → model and
//! diagnostics), `json_schema` (the shapes of the files, for editors), `texts` (what is translated, by its key), `translations` (of
//! which text each was made), `load`.

pub(crate) mod builtin;
pub(crate) mod directory;
mod edition;
pub(crate) mod files;
pub mod json_schema;
pub mod load;
pub(crate) mod media;
mod model;
mod month;
pub(crate) mod schema;
mod stray;
pub(crate) mod texts;
pub(crate) mod translations;
mod validate;
mod version;

pub use edition::Calendar;
pub use media::{CLIP_MAX, MEDIA_BYTES_MAX};
pub use model::{
    CardPages, Clip, CommandDefinition, CommandTarget, Contact, ContactId, ContactLink, ContactLinkKind, Content,
    Email, Found, Hours, Image, Interface, LangId, LinkButton, Location, MAIN_CONTACT, Match, MenuEntry, Minute,
    Opening, PerLanguage, Phone, Picture, Section, SectionId, SectionText, Settings, Shortcut, Siblings, Talk,
    TalkAnswer, TalkId, TalkKind, Topic, Weekday, clock_time,
};
pub(crate) use validate::{SUMMARY_MAX, ask_key, fits_body, has_references, is_id};
pub use version::Version;

/// A section's id: 1 to 32 of `a-z0-9_`. With it, callback data stays under Telegram's 64 bytes and a start payload
/// under its 64 characters.
pub const ID_MAX: usize = 32;
/// The deepest tree of sections.
pub const DEPTH_MAX: usize = 4;
/// Sections on one page: Telegram shows at most 100 buttons, of which a page needs a few for its own.
pub const CHILDREN_MAX: usize = 80;
/// Languages of a content: each has a button on one page.
pub const LANGUAGES_MAX: usize = 80;
/// Buttons of a section that open a web address: more are a page of their own.
pub const LINKS_MAX: usize = 8;
/// Phone numbers of a contact: each has a button under the sections that show it.
pub const PHONES_MAX: usize = 8;
/// E-mail addresses of a contact: each has such a button, too.
pub const EMAILS_MAX: usize = 4;
/// Characters of a contact's name, as of a person's first name on Telegram.
pub const NAME_MAX: usize = 64;
/// Bytes of a contact card (Bot API, `sendContact`).
pub const VCARD_MAX: usize = 2_048;
/// UTF-16 units of a section's title: a heading that fits a phone's screen.
pub const TITLE_MAX: usize = 128;
/// UTF-16 units of a message (Bot API, `sendMessage`).
pub const MESSAGE_MAX: usize = 4_096;
/// UTF-16 units of a body on one page: 4,096 (Telegram's limit of a message) less room for title, summary and notes.
pub const BODY_PAGE_MAX: usize = 3_000;
/// Pages that a body may take.
pub const BODY_PAGES_MAX: usize = 3;
/// UTF-16 units of the answer to a talk topic: a few sentences.
pub const TALK_MAX: usize = 1_000;
/// Bytes of a button's label: longer ones are cut on phones.
pub const LABEL_MAX: usize = 64;

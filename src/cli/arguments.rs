//! The command line and the environment. Each variable of Palabre's own is the `env` of an argument, so that `--help` lists it.
//! Empty variables count as unset: that is how a compose file leaves one out.

use std::error::Error as _;
use std::ffi::OsStr;
use std::path::PathBuf;

use chrono::NaiveDate;
use clap::builder::{PossibleValuesParser, Resettable, StyledStr, TypedValueParser};
use clap::parser::ValueSource;
use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::build_info;
use crate::cli::Error;
use crate::cli::config::{ContentChoice, RunConfig, SettingError, TOKEN_ARGUMENT, TelegramOptions};
use crate::content::json_schema::FileKind;
use crate::content::load::{self, Edition, Scope};
use crate::messages::{Locale, translate};

/// An organisation answers people, on Telegram and in the terminal.
#[derive(Debug, Parser)]
#[command(name = "palabre", version, about)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Answer on Telegram (needs TELOXIDE_TOKEN or TELOXIDE_TOKEN_FILE)
    #[command(after_help = OTHER_VARIABLES)]
    Run(Box<RunConfig>),
    /// See it in a browser while you write: every save shows within half a second
    ///
    /// The page shows the bot as people see it on a phone, and beside it what is wrong, how full each page is and what
    /// questions find. Only this machine can open it, and it needs no network.
    Preview(PreviewOptions),
    /// Talk to it in the terminal: no token, no network
    Chat(ChatOptions),
    /// Ask one question, or one a line from the standard input
    ///
    /// Printed is the section that answers, or what is said back; `?` and the sections that are offered where it may be several,
    /// and `–` where nothing is found.
    Ask(AskOptions),
    /// Print the deep link of every section in every language, for posters and web pages
    Links(LinksOptions),
    /// Write the content as static web pages, for people without Telegram: a page a section and language
    ///
    /// The directory must not exist yet, be empty, or hold a site that was written before: that is exchanged as a whole.
    /// The pages need no server and no script; links between them are relative.
    Site(SiteOptions),
    /// Say what is right with this bot and what to do: token, network, webhook, settings, menus, content
    ///
    /// It asks Telegram, or the server of TELOXIDE_API_URL, and changes nothing. It takes ten seconds at most, also when
    /// nothing answers.
    ///
    /// Exit status: 0 when the bot can answer (there may be warnings), 1 when something is broken.
    #[command(after_help = OTHER_VARIABLES)]
    Doctor(DoctorOptions),
    /// Check a content: every problem, with its line and a way out
    ///
    /// Every file, key and limit of a content is listed in docs/content.md.
    Check(CheckOptions),
    /// Print a JSON Schema of a content's files, for editors that complete and explain keys
    ///
    /// With `--out` all of them are written into .schemas of a content directory, and a .taplo.toml that uses them.
    Schema(SchemaOptions),
    /// Make the content of an organisation: a directory of text files that passes `check`
    ///
    /// In a terminal it asks for what is not given. The interface speaks French, English, Portuguese, Spanish and Arabic; of
    /// another language it writes what is to be translated. Nothing is ever overwritten.
    Init(InitOptions),
    /// Add a section or a language to a content, in every file that it takes
    New(NewOptions),
    /// Print the texts of a content as a file for translators (PO) or spreadsheets (CSV)
    ///
    /// With `--lang` those that are translated into a language; without it a template, or a column for each language. What people
    /// say (`ask`) is in it, marked: such phrases are written anew, not translated.
    Export(ExportOptions),
    /// Put the texts of a PO or CSV file into the files of a content
    ///
    /// Only what differs is changed, and only if the content has no errors with it. Empty texts change nothing.
    Import(ImportOptions),
    /// List the voice clips: how long and large each is, which are missing, and which no page names
    ///
    /// With `--script` it prints instead what is to be read aloud, for whoever records: for each page the name of its file, its words,
    /// and the labels of its buttons. Drafts and the sections of other days are in it.
    Voices(VoicesOptions),
    /// Note that translations are made of the texts that are there now, so that `check` can name those that become stale
    ///
    /// Without keys it notes all but those that are stale already.
    Translated(TranslatedOptions),
    /// Print what completes this program's commands and options in a shell
    ///
    /// Where it goes: ~/.local/share/bash-completion/completions/palabre, ~/.zfunc/_palabre, or
    /// ~/.config/fish/completions/palabre.fish; for PowerShell, at the end of $PROFILE.
    Completions(CompletionsOptions),
    /// Print the manual page, or write one for each command into a directory
    Man(ManOptions),
}

/// The variables that are no argument's.
const OTHER_VARIABLES: &str = "\
Variables without an option:
  TELOXIDE_TOKEN           The token that @BotFather gave
  HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY
                           The proxy, as for other programs, where TELOXIDE_PROXY is not set";

/// Which state of the content is shown.
#[derive(Clone, Copy, Debug, Args)]
pub struct EditionOptions {
    /// Show drafts too
    #[arg(long)]
    pub drafts: bool,
    /// Show the sections of another day, such as 2026-12-01, than today (by universal time)
    #[arg(long, value_name = "DATE")]
    pub day: Option<NaiveDate>,
}

impl From<EditionOptions> for Edition {
    fn from(options: EditionOptions) -> Self {
        let scope = if options.drafts { Scope::Drafts } else { Scope::Published };
        Self::new(options.day.unwrap_or_else(load::today), scope)
    }
}

/// The arguments of `palabre preview`.
#[derive(Debug, Args)]
pub struct PreviewOptions {
    /// The content directory, whatever --content and PALABRE_CONTENT say; without it, as for the other commands
    pub dir: Option<PathBuf>,
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// The port of the page on 127.0.0.1; 0 takes any that is free
    #[arg(long, value_name = "PORT", default_value_t = 8118)]
    pub port: u16,
    /// Do not open the page in a browser
    #[arg(long)]
    pub no_open: bool,
    /// The language of the page and of this help; without it, that of the system
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Locale>,
}

/// The arguments of `palabre chat`.
#[derive(Debug, Args)]
pub struct ChatOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Which of its sections are there.
    #[command(flatten)]
    pub edition: EditionOptions,
    /// The language of the person's app, such as `fr` or `en`
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
}

/// The arguments of `palabre ask`.
#[derive(Debug, Args)]
pub struct AskOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Which of its sections are there.
    #[command(flatten)]
    pub edition: EditionOptions,
    /// Answer with one JSON object a line
    #[arg(long)]
    pub json: bool,
    /// Show how the scores came about
    #[arg(long, conflicts_with = "json")]
    pub explain: bool,
    /// The language of the person's app, such as `fr` or `en`
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// The question; without one, each line of the standard input is one
    pub question: Vec<String>,
}

/// The arguments of `palabre links`.
#[derive(Debug, Args)]
pub struct LinksOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// The bot's name, as in t.me/NAME
    #[arg(long, value_name = "NAME")]
    pub bot: String,
    /// Links that let the bot into a group, where it opens with that page
    #[arg(long)]
    pub group: bool,
    /// How to print them
    #[arg(long, value_enum, default_value_t = LinkFormat::Text)]
    pub format: LinkFormat,
    /// Write a QR code of each link into this directory, as SVG
    #[arg(long, value_name = "DIR")]
    pub qr: Option<PathBuf>,
    /// The address of the site that `palabre site` wrote: prints the page beside each link
    #[arg(long, value_name = "URL")]
    pub site: Option<String>,
}

/// The arguments of `palabre site`.
#[derive(Debug, Args)]
pub struct SiteOptions {
    /// The directory for the pages
    pub dir: PathBuf,
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Which of its sections are there.
    #[command(flatten)]
    pub edition: EditionOptions,
    /// The bot's name, as in t.me/NAME: each page links to the bot's page of the same section
    #[arg(long, value_name = "NAME")]
    pub bot: Option<String>,
    /// The address at which the site is to be, if `bot.site` does not say it: pages then name it for search engines and chats
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

/// The arguments of `palabre doctor`.
#[derive(Debug, Args)]
pub struct DoctorOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Token and server.
    #[command(flatten)]
    pub telegram: TelegramOptions,
    /// The address at which `palabre run` is to serve a webhook
    #[arg(long, env = "PALABRE_WEBHOOK_URL", value_name = "URL", hide_env_values = true)]
    pub webhook_url: Option<String>,
    /// The language of the report and of this help; without it, that of the system
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Locale>,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// The arguments of `palabre check`.
#[derive(Debug, Args)]
pub struct CheckOptions {
    /// The content directory, whatever --content and PALABRE_CONTENT say; without it, as for the other commands
    pub dir: Option<PathBuf>,
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Show every problem of a kind, not only the first five, and those of the baseline
    #[arg(long)]
    pub all: bool,
    /// A report of before, made with `--format json`: only the warnings that are new are shown
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The language of the report and of this help; without it, that of the system
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    pub lang: Option<Locale>,
    /// How to report
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub format: Format,
}

/// The arguments of `palabre schema`.
#[derive(Debug, Args)]
pub struct SchemaOptions {
    /// Of which file: palabre (palabre.toml), sections, interface, search, tests or translations
    #[arg(value_parser = file_kind(), required_unless_present = "out")]
    pub kind: Option<FileKind>,
    /// Write all schemas, and settings for taplo, into this content directory
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    pub out: Option<PathBuf>,
}

/// Takes the names of the schemas.
fn file_kind() -> impl TypedValueParser<Value = FileKind> {
    // The parser before it has refused all other names.
    let of = |name: String| FileKind::ALL.into_iter().find(|kind| kind.name() == name).unwrap_or(FileKind::Root);
    PossibleValuesParser::new(FileKind::ALL.map(FileKind::name)).map(of)
}

/// The arguments of `palabre init`.
#[derive(Debug, Args)]
pub struct InitOptions {
    /// The directory to be made; it may be there if it holds nothing but hidden files
    pub dir: PathBuf,
    /// Fill it from a document: Markdown, HTML or plain text, with a heading above each section
    #[arg(long, value_name = "FILE")]
    pub from: Option<PathBuf>,
    /// The organisation's name, as people know it
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// The languages, as `fr,en`, in the order of the buttons; without them, that of the system
    #[arg(long, value_name = "TAGS", value_delimiter = ',')]
    pub lang: Vec<String>,
    /// A phone number, with + and the country's code; may be given again
    #[arg(long, value_name = "NUMBER")]
    pub phone: Vec<String>,
    /// An e-mail address; may be given again
    #[arg(long, value_name = "ADDRESS")]
    pub email: Vec<String>,
}

/// The arguments of `palabre new`.
#[derive(Debug, Args)]
pub struct NewOptions {
    /// What to add.
    #[command(subcommand)]
    pub what: NewCommand,
}

/// What `palabre new` adds.
#[derive(Debug, Subcommand)]
pub enum NewCommand {
    /// Add a section: to the tree in palabre.toml, as a draft, and its words to a file of every language
    Section(NewSectionOptions),
    /// Add a language: to `order` in palabre.toml, and a folder with the sentences of the interface
    Language(NewLanguageOptions),
}

/// The arguments of `palabre new section`.
#[derive(Debug, Args)]
pub struct NewSectionOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Its id, 1 to 32 of a-z, 0-9 and _: it stands in links and stays, whatever the title becomes
    pub id: String,
    /// Its emoji; without it, one that no other section has
    #[arg(long)]
    pub emoji: Option<String>,
    /// The id of the section below which it stands; without it, it stands at the top
    #[arg(long, value_name = "ID")]
    pub below: Option<String>,
}

/// The arguments of `palabre new language`.
#[derive(Debug, Args)]
pub struct NewLanguageOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Its tag, as `fr`, `en`, `bm` or `nqo`
    pub tag: String,
}

/// The arguments of `palabre export`.
#[derive(Debug, Args)]
pub struct ExportOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// The format
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub to: ExportFormat,
    /// The language that is translated into, as `fr`, `en`, `bm` or `nqo`
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
}

/// The arguments of `palabre import`.
#[derive(Debug, Args)]
pub struct ImportOptions {
    /// The file, which ends in .po or .csv
    pub file: PathBuf,
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// The language, where a PO file does not name it; of a CSV file, that column alone
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
}

/// The arguments of `palabre voices`.
#[derive(Debug, Args)]
pub struct VoicesOptions {
    /// The content directory, whatever --content and PALABRE_CONTENT say; without it, as for the other commands
    pub dir: Option<PathBuf>,
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// Print what is to be read aloud
    #[arg(long)]
    pub script: bool,
    /// The language; without it, all
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
}

/// The arguments of `palabre translated`.
#[derive(Debug, Args)]
pub struct TranslatedOptions {
    /// Which content to use.
    #[command(flatten)]
    pub content: ContentChoice,
    /// The language; without it, all
    #[arg(long, value_name = "TAG")]
    pub lang: Option<String>,
    /// Keys as `check` and `export` name them, or their beginnings, as sections.about
    pub keys: Vec<String>,
}

/// The arguments of `palabre completions`.
#[derive(Debug, Args)]
pub struct CompletionsOptions {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// The arguments of `palabre man`.
#[derive(Debug, Args)]
pub struct ManOptions {
    /// Write palabre.1, palabre-run.1 and so on into this directory
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
}

/// The output of `export`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// For Weblate, Poedit and the like
    Po,
    /// For spreadsheets
    Csv,
}

/// The output of `links`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LinkFormat {
    /// For people
    Text,
    /// For spreadsheets: language, section, title, link
    Csv,
    /// One JSON object a line
    Json,
}

/// The output of `check` and `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Text,
    /// One JSON object a line, for editors and CI
    Json,
}

/// Reads the command line and the environment. `--help`, and a command line that clap cannot read, end the process.
///
/// # Errors
///
/// When a setting has no valid value. The value is not repeated: addresses may hold passwords.
pub fn parse() -> Result<Arguments, Error> {
    let locale = help_locale(std::env::args().skip(1)).unwrap_or_else(Locale::of_system);
    let mut command = without_blank_variables(Arguments::command());
    if std::env::args().any(|argument| ["--version", "-V"].contains(&&*argument)) {
        command = command.version(version());
    }
    let command = translated(command, locale);
    let matches = command.try_get_matches().map_err(into_setting_error)?;
    if let Some((_, command)) = matches.subcommand()
        && command.ids().any(|id| id == TOKEN_ARGUMENT)
        && command.value_source(TOKEN_ARGUMENT) == Some(ValueSource::CommandLine)
    {
        return Err(SettingError::TokenArgument.into());
    }
    Arguments::from_arg_matches(&matches).map_err(into_setting_error)
}

/// Version, commit and the version of the content inside the binary, which takes a moment to find out.
fn version() -> String {
    let content = load::shipped_version();
    format!("{} (commit {}, content {content})", build_info::VERSION, build_info::COMMIT)
}

/// The whole command line in a language, for what is made of it.
pub(super) fn described(locale: Locale) -> clap::Command {
    translated(Arguments::command(), locale)
}

/// The language of the help: the value of `--lang`, before the command line is read as a whole.
fn help_locale(arguments: impl Iterator<Item = String>) -> Option<Locale> {
    let mut behind = arguments.skip_while(|argument| !argument.starts_with("--lang"));
    let first = behind.next()?;
    let value = first.strip_prefix("--lang=").map(str::to_owned).or_else(|| behind.next())?;
    Locale::of_name(&value)
}

/// Words of clap that the help in another language has, too.
pub(crate) const HELP_WORDS: [&str; 4] = ["Usage:", "Commands", "Print help", "Print version"];

/// The command with its help in another language than English. Its texts name the possible values.
/// What clap itself says of a wrong command line stays in English.
fn translated(command: clap::Command, locale: Locale) -> clap::Command {
    if locale == Locale::English {
        return command;
    }
    let text = |english: Option<&StyledStr>| translate(&english?.to_string(), locale);
    let argument = |argument: clap::Arg| {
        let (help, long_help) = (text(argument.get_help()), text(argument.get_long_help()));
        let takes_value = argument.get_action().takes_values();
        argument.help(help).long_help(long_help).hide_possible_values(takes_value)
    };
    let [usage, commands, print_help, print_version] = HELP_WORDS.map(|word| translate(word, locale).unwrap_or(word));
    let help = clap::Arg::new("help").short('h').long("help").action(ArgAction::Help).help(print_help);
    let version = clap::Arg::new("version").short('V').long("version").action(ArgAction::Version).help(print_version);
    let version = command.get_version().is_some().then_some(version);
    let (about, long_about) = (text(command.get_about()), text(command.get_long_about()));
    let after_help = text(command.get_after_help());
    command
        .mut_args(argument)
        .mut_subcommands(|command| translated(command, locale))
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .disable_version_flag(true)
        .arg(help)
        .args(version)
        .about(about)
        .long_about(long_about)
        .after_help(after_help)
        .subcommand_help_heading(commands)
        .help_template(format!("{{about-with-newline}}\n{usage} {{usage}}\n\n{{all-args}}{{after-help}}"))
}

/// The command without the `env` of each argument whose variable is blank. clap itself takes an empty variable for a value.
fn without_blank_variables(command: clap::Command) -> clap::Command {
    let is_blank = |name: &OsStr| {
        std::env::var_os(name).is_some_and(|value| value.to_str().is_some_and(|value| value.trim().is_empty()))
    };
    let reset = |arg: clap::Arg| if arg.get_env().is_some_and(is_blank) { arg.env(Resettable::Reset) } else { arg };
    command.mut_args(reset).mut_subcommands(without_blank_variables)
}

/// The error of a value parser of our own; every other one ends the process, as clap prints it.
fn into_setting_error(error: clap::Error) -> Error {
    match error.source().and_then(|source| source.downcast_ref::<SettingError>()) {
        Some(setting) => Error::Setting(*setting),
        None => error.exit(),
    }
}

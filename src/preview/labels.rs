//! The words of the preview's own page.

use crate::message;
use crate::messages::Locale;

macro_rules! labels {
    ($($(#[$doc:meta])* $name:ident = $message:expr,)*) => {
        /// The words of the preview's own page, in its language.
        pub(super) struct Labels {
            $($(#[$doc])* pub(super) $name: String,)*
        }

        impl Labels {
            pub(super) fn new(locale: Locale) -> Self {
                Self { $($name: $message.to_text(locale),)* }
            }
        }
    };
}

labels! {
    title = message!("Preview"),
    other_language = message!("Français"),
    settings = message!("Settings"),
    chat = message!("Chat"),
    private = message!("Private chat"),
    group = message!("Group"),
    app = message!("Language of the app"),
    width = message!("Width"),
    appearance = message!("Appearance"),
    light = message!("Light"),
    dark = message!("Dark"),
    drafts = message!("Drafts"),
    hidden = message!("Hidden"),
    shown = message!("Shown"),
    apply = message!("Apply"),
    anew = message!("Begin anew"),
    conversation = message!("Conversation"),
    menu = message!("Commands"),
    write = message!("Message"),
    send = message!("Send"),
    reply = message!("Send as a reply"),
    voice = message!("Voice message"),
    picture = message!("Picture"),
    other = message!("Sticker"),
    only_you = message!("Only you see this"),
    via_bot = message!("shared by @bot"),
    silence = message!("The bot stays silent: nobody has asked it."),
    inline = message!("Share in another chat"),
    inline_words = message!("What is typed behind @bot"),
    search = message!("Search"),
    copied = message!("Copied"),
    problems = message!("Problems"),
    no_problems = message!("There are none."),
    see = message!("See the page:"),
    sections = message!("Sections"),
    draft = message!("draft"),
    untranslated = message!("not translated"),
    question = message!("The last question"),
    no_question = message!("Ask something, and here it says why the bot answers as it does."),
    shortcut = message!("This leads somewhere without a search."),
    topic = message!("Topic"),
    score = message!("Score"),
    words = message!("Words"),
    coverage = message!("Coverage"),
    letters = message!("Letters"),
    all_phrases = message!("All phrases"),
    learned = message!("Learned"),
    text = message!("Text"),
    nothing = message!("There is nothing to show yet: the problems say what is missing."),
    gone = message!("The preview has ended. Start it again with `palabre preview`."),
}

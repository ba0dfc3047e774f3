//! What is known of common languages without being told: question words, words for "you", greetings, what people ask any
//! bot, spellings of telephones; stop-words by the `stop-words` crate. A content's `search.toml` comes first, key by key; what is
//! not ours and the spellings are added to it.

use super::schema::{RawSearch, Reader};
use crate::diag::{Report, Source};
use crate::message;
use crate::messages::Message;

/// Files of the same shape as `search.toml`, by the tag of their language.
const FILES: [(&str, &str); 7] = [
    ("ar", include_str!("languages/ar.toml")),
    ("de", include_str!("languages/de.toml")),
    ("en", include_str!("languages/en.toml")),
    ("es", include_str!("languages/es.toml")),
    ("fr", include_str!("languages/fr.toml")),
    ("it", include_str!("languages/it.toml")),
    ("pt", include_str!("languages/pt.toml")),
];

/// What is built in for a language, if anything is.
pub(super) fn search(tag: &str) -> Option<RawSearch> {
    let (_, text) = FILES.iter().find(|(known, _)| *known == tag)?;
    let source = Source { path: format!("{tag}.toml"), text: (*text).to_owned() };
    let mut report = Report::default();
    Some(Reader::new(&source, &mut report).search())
}

/// Words of a language that say little (Stopwords ISO); none for languages that the list does not have.
pub(super) fn stop_words(tag: &str) -> &'static [&'static str] {
    stop_words::lookup(tag).unwrap_or_default()
}

/// What is used for a language that has no `search.toml`, in words.
pub(crate) fn describe(tag: &str) -> Message {
    let stop_words = stop_words(tag).len();
    if FILES.iter().any(|(known, _)| *known == tag) {
        message!(
            "{stop_words} stop-words, question words, greetings and what people ask any bot, as built in",
            stop_words
        )
    } else if stop_words > 0 {
        message!("{stop_words} stop-words, as built in", stop_words)
    } else {
        message!("nothing: there is nothing built in for this language")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::{stemmer, words_of};

    #[test]
    fn every_file_is_read_without_problems() {
        for (tag, text) in FILES {
            let source = Source { path: tag.to_owned(), text: text.to_owned() };
            let mut report = Report::default();
            let raw = Reader::new(&source, &mut report).search();
            assert!(report.diagnostics.is_empty(), "{tag}: {:?}", report.diagnostics);
            assert!(raw.stemmer.is_none_or(|name| stemmer(&name.value).is_some()), "{tag}");
            assert!(!raw.question_words.is_empty() && !raw.out_of_scope.is_empty() && raw.talk.len() == 3, "{tag}");
            assert!(!stop_words(tag).is_empty(), "{tag}");
        }
        assert!(search("bm").is_none() && stop_words("bm").is_empty());
    }

    #[test]
    fn every_spelling_does_something_and_is_no_word_of_its_own() {
        let folded = |text: &str| words_of(text).concat();
        for (tag, _) in FILES {
            let spellings = search(tag).expect("a file").spellings;
            let mut keys: Vec<String> = spellings.iter().map(|(from, _)| folded(&from.value)).collect();
            for ((from, to), key) in spellings.iter().zip(&keys) {
                let is_short = key.chars().count() < 2 && from.value.chars().count() > 1;
                assert!(words_of(&to.value) != [key.as_str()] && !is_short, "{tag}: {}", from.value);
            }
            keys.sort();
            assert!(keys.windows(2).all(|pair| pair[0] != pair[1]), "{tag}: two are the same");
            let words = match tag {
                "fr" => {
                    "gère été fer ski tel fée à jeun existe-t-il non carte vitamine C mètre père vélo tant an concours"
                }
                "en" => {
                    "a wit bout truss tel aviv fon people cost apartment apt 4 organization program vitamin C plan B"
                }
                _ => "",
            };
            let taken: Vec<String> = words_of(words).into_iter().filter(|word| keys.contains(word)).collect();
            assert!(taken.is_empty(), "{tag}: {taken:?}");
        }
    }
}

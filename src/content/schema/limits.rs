//! How much a TOML file may hold, counted from its tokens: before a value is built, for values take up to a hundred times the
//! memory of what is written (`[],` is three bytes). Depth needs no count of its own: the parser refuses more than 80 levels.

use std::ops::Range;

use toml_parser::Source as Toml;
use toml_parser::lexer::TokenKind;

use crate::diag::{Code, Location, Report, Source};
use crate::message;

/// The most tokens of a file: words, texts, signs and the spaces between them. 1,000 sections with twelve questions each have
/// 90,000; a token and what is made of it take some 100 bytes.
const TOKENS_MAX: usize = 400_000;
/// The most signs of a file that open a table or a list: `[`, `{`, and the dot in `a.b`. 1,000 sections have 3,000; a table takes
/// some 500 bytes.
const TABLES_MAX: usize = 40_000;
/// The most tokens of all files together.
const ALL_TOKENS_MAX: usize = 2_000_000;

/// Reports the first place at which there is more than is read; nothing is to be read then.
pub(in crate::content) fn check(sources: &[Source], report: &mut Report) -> bool {
    let mut left = ALL_TOKENS_MAX;
    for source in sources {
        match count(&source.text, left) {
            Ok(tokens) => left -= tokens,
            Err(excess) => {
                excess.report(source, report);
                return false;
            }
        }
    }
    true
}

/// What there is too much of.
enum Excess {
    Tokens(Range<usize>),
    Tables(Range<usize>),
    AllTokens(Range<usize>),
}

/// The number of tokens, of which there may be `left` in all files from here on.
fn count(text: &str, left: usize) -> Result<usize, Excess> {
    let (mut tokens, mut tables) = (0, 0);
    for token in Toml::new(text).lex() {
        let span = || token.span().start()..token.span().end();
        tokens += 1;
        if matches!(token.kind(), TokenKind::LeftSquareBracket | TokenKind::LeftCurlyBracket | TokenKind::Dot) {
            tables += 1;
        }
        if tables > TABLES_MAX {
            return Err(Excess::Tables(span()));
        }
        if tokens > TOKENS_MAX {
            return Err(Excess::Tokens(span()));
        }
        if tokens > left {
            return Err(Excess::AllTokens(span()));
        }
    }
    Ok(tokens)
}

impl Excess {
    fn report(self, source: &Source, report: &mut Report) {
        let (message, span) = match self {
            Self::Tokens(span) => {
                (message!("a file has at most {max} words, texts and signs: here is one more", max = TOKENS_MAX), span)
            }
            Self::Tables(span) => {
                (message!("a file has at most {max} tables and lists: here is one more", max = TABLES_MAX), span)
            }
            Self::AllTokens(span) => (
                message!("all files have at most {max} words, texts and signs: here is one more", max = ALL_TOKENS_MAX),
                span,
            ),
        };
        let help = message!("divide what stands in one file; if it is no content, take it out of the directory");
        report.error(Code::Unreadable, Location::span(&source.path, span), message, help);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The byte of the first excess.
    fn check(texts: &[String]) -> Option<(String, usize)> {
        let name = |(n, text): (usize, &String)| Source { path: format!("en/{n}.toml"), text: text.clone() };
        let sources: Vec<Source> = texts.iter().enumerate().map(name).collect();
        let mut report = Report::default();
        let is_read = super::check(&sources, &mut report);
        assert_eq!(is_read, report.diagnostics.is_empty());
        let problem = report.diagnostics.into_iter().next()?;
        Some((problem.file, problem.span.map_or(0, |span| span.start)))
    }

    #[test]
    fn what_takes_memory_is_counted_wherever_it_stands() {
        let at = |place: usize| Some(("en/0.toml".to_owned(), place));
        for (text, place) in [
            ("[".repeat(TABLES_MAX), None),
            ("[".repeat(TABLES_MAX + 1), at(TABLES_MAX)),
            (format!("a=[{}", "[],".repeat(TABLES_MAX)), at(3 * (TABLES_MAX - 1) + 3)),
            ("a.".repeat(TABLES_MAX + 1), at(2 * TABLES_MAX + 1)),
            ("[[x]]\n".repeat(TABLES_MAX), at(6 * (TABLES_MAX / 2))),
            // The end of the file is a token, too.
            ("a\n".repeat(TOKENS_MAX / 2 - 1), None),
            ("a\n".repeat(TOKENS_MAX), at(TOKENS_MAX)),
            // A text is one, however long.
            (format!("a = '''{}'''", "[.{".repeat(TABLES_MAX)), None),
        ] {
            assert_eq!(check(&[text]), place);
        }
    }

    #[test]
    fn all_files_are_counted_together() {
        let full = "a\n".repeat(TOKENS_MAX / 2 - 1);
        assert_eq!(check(&vec![full.clone(); 5]), None);
        assert_eq!(check(&vec![full; 6]).map(|(file, _)| file).as_deref(), Some("en/5.toml"));
    }
}

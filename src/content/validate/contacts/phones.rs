//! Phone numbers: international ones, short codes, extensions.

use phonelib::{PhoneNumber, PhoneNumberType};

use crate::content::schema::Spanned;
use crate::content::validate::characters;
use crate::diag::{Code, Report, Source};
use crate::message;

/// Digits of a short code, which is dialled within its country: from the emergency numbers to those of services.
const SHORT_CODE: std::ops::RangeInclusive<usize> = 2..=6;
/// The most digits of an extension.
const EXTENSION_MAX: usize = 8;

/// A number and its extension, as people of the country write them.
pub(super) fn validate(
    file: &Source,
    written: &Spanned<String>,
    report: &mut Report,
) -> Option<(Box<str>, Option<Box<str>>)> {
    if characters::check_code(file, written, report) {
        return None;
    }
    let (number, extension) = divide(&written.value);
    if let Some(odd) = number.chars().find(|c| !(c.is_ascii_digit() || " +-.\u{a0}\u{202f}".contains(*c))) {
        report.error(
            Code::BadPhone,
            written.location(file),
            message!("`{odd}` does not stand in a phone number", odd),
            message!("write one number, of digits alone with spaces between them, as \"+44 20 7946 0958\""),
        );
        return None;
    }
    if let Some(extension) = extension
        && !((1..=EXTENSION_MAX).contains(&extension.len()) && extension.bytes().all(|b| b.is_ascii_digit()))
    {
        report.error(
            Code::BadPhone,
            written.location(file),
            message!("`{extension}` is no extension", extension),
            message!("write its digits behind `ext.`, as \"+44 20 7946 0958 ext. 12\""),
        );
        return None;
    }
    let digits = number.bytes().filter(u8::is_ascii_digit).count();
    if !(is_short_code(number) && extension.is_none()) {
        international(file, written, number, digits, report)?;
    }
    // The editor's own grouping of the digits is kept: it is how people of the country read them.
    let number = number.split_whitespace().collect::<Vec<_>>().join(" ");
    Some((number.into(), extension.map(Into::into)))
}

/// A number with its country's code, in a form that phones of any country dial.
fn international(
    file: &Source,
    written: &Spanned<String>,
    number: &str,
    digits: usize,
    report: &mut Report,
) -> Option<()> {
    let is_international = number.trim_start().starts_with('+');
    let Some(known) = PhoneNumber::parse(number).filter(|_| is_international) else {
        let help = if is_international {
            message!("compare it with its source: the country's code, and the number of digits that its numbers have")
        } else if digits <= *SHORT_CODE.end() {
            message!("write it with + and the country's code; a short code is 2 to 6 digits without an extension")
        } else {
            message!("write it with + and the country's code, as \"+44 20 7946 0958\"")
        };
        let message = message!("nobody can dial `{written}` from abroad", written = written.value);
        report.error(Code::BadPhone, written.location(file), message, help);
        return None;
    };
    if known.phone_type() == PhoneNumberType::Unknown {
        report.warning(
            Code::OddPhone,
            written.location(file),
            message!("`{written}` is in a range that its country is not known to use", written = written.value),
            message!("compare it with its source, digit by digit"),
        );
    }
    Some(())
}

fn is_short_code(number: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit() || b == b' ')
        && SHORT_CODE.contains(&number.bytes().filter(u8::is_ascii_digit).count())
}

/// A number, and what stands behind `ext.` or, in French, `poste`.
fn divide(written: &str) -> (&str, Option<&str>) {
    let lower = written.to_ascii_lowercase();
    for mark in ["ext.", "ext", "poste"] {
        if let Some(at) = lower.find(mark) {
            return (written[..at].trim(), Some(written[at + mark.len()..].trim()));
        }
    }
    (written.trim(), None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_dialled_is_taken() {
        let check = |text: &str, expected: Option<(&str, Option<&str>)>| {
            let file = Source { path: "palabre.toml".into(), text: format!("\"{text}\"") };
            let written = Spanned { value: text.to_owned(), span: 0..file.text.len() };
            let mut report = Report::default();
            let found = validate(&file, &written, &mut report);
            let found = found.as_ref().map(|(number, extension)| (&**number, extension.as_deref()));
            assert_eq!(found, expected, "{text}");
            assert_eq!(report.diagnostics.is_empty(), expected.is_some(), "{text}");
        };
        check("+223 20 22 18 48", Some(("+223 20 22 18 48", None)));
        check(" +223  20 22 18 48 ext. 12", Some(("+223 20 22 18 48", Some("12"))));
        check("+223 20 22 18 48 Poste 12", Some(("+223 20 22 18 48", Some("12"))));
        check("36061", Some(("36061", None)));
        check("17", Some(("17", None)));
        check("80 22", Some(("80 22", None)));
        check("7", None);
        check("20 22 18 48", None);
        check("36061 ext. 1", None);
        check("+223 20 22 18 48 ext. twelve", None);
        check("+223 20 22 18 48 ext.", None);
        check("*144#", None);
    }
}

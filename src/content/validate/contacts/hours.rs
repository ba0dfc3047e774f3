//! Opening hours and their time zone.

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::content::model::{DAY_MINUTES, DAYS};
use crate::content::schema::Spanned;
use crate::content::validate::characters;
use crate::content::{Hours, Minute, Weekday, clock_time};
use crate::diag::{Code, Location, Report, Source, did_you_mean};
use crate::message;
use crate::messages::Message;

/// The days as `palabre.toml` writes them.
const DAY_NAMES: [&str; DAYS as usize] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// The days as a French office writes them, whole or cut to three letters.
const FRENCH_DAY_NAMES: [&str; DAYS as usize] = ["lun", "mar", "mer", "jeu", "ven", "sam", "dim"];

/// What is wrong, and what to write instead.
type Problem = (Message, Message);

/// The hours of a week.
pub(super) fn hours(file: &Source, written: &[(Spanned<String>, Spanned<String>)], report: &mut Report) -> Hours {
    let mut hours = Hours::default();
    let mut seen = [false; DAYS as usize];
    for (key, value) in written {
        if characters::check_code(file, key, report) {
            continue;
        }
        let key_at = || Location::span(&file.path, key.span.clone());
        let days = match days(&key.value) {
            Ok(days) => days,
            Err((message, help)) => {
                report.error(Code::BadHours, key_at(), message, help);
                continue;
            }
        };
        let periods = match periods(&value.value) {
            Ok(periods) => periods,
            Err((message, help)) => {
                report.error(Code::BadHours, value.location(file), message, help);
                continue;
            }
        };
        for day in days.map(usize::from) {
            if std::mem::replace(&mut seen[day], true) {
                let message = message!("the hours of `{day}` stand twice", day = DAY_NAMES[day]);
                report.error(
                    Code::BadHours,
                    key_at(),
                    message,
                    message!("name each day once: its periods stand in one text"),
                );
            } else {
                hours.days[day].clone_from(&periods);
            }
        }
    }
    hours
}

/// The days of a key: `mon`, or `mon-thu`, which may go over the end of a week (`sat-wed`).
fn days(key: &str) -> Result<impl Iterator<Item = Weekday> + use<>, Problem> {
    let day = |name: &str| {
        let name = name.trim();
        let found = DAY_NAMES.iter().position(|known| *known == name);
        found.and_then(|day| Weekday::try_from(day).ok()).ok_or_else(|| {
            let lower = name.to_ascii_lowercase();
            let begins = |names: [&str; DAYS as usize]| names.iter().position(|known| lower.starts_with(known));
            let day = begins(DAY_NAMES).or_else(|| begins(FRENCH_DAY_NAMES)).map(|day| DAY_NAMES[day]);
            let help = match day.or_else(|| did_you_mean(name, DAY_NAMES.iter().copied())) {
                Some(near) => message!("did you mean `{near}`?", near),
                None => message!("the days are {days}; several are `mon-thu`", days = DAY_NAMES.join(", ")),
            };
            (message!("`{name}` is no day", name), help)
        })
    };
    let (first, last) = match key.split_once('-') {
        Some((first, last)) => (day(first)?, day(last)?),
        None => (day(key)?, day(key)?),
    };
    let ahead = (last + DAYS - first) % DAYS;
    Ok((0..=ahead).map(move |ahead| (first + ahead) % DAYS))
}

/// The periods of a day, in their order.
fn periods(text: &str) -> Result<Vec<(Minute, Minute)>, Problem> {
    let mut periods = Vec::new();
    for part in text.split(',').map(str::trim) {
        let ends = part.split_once(['-', '–']).and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
        let Some((from, to)) = ends else {
            let help = match corrected(text) {
                Some(near) => message!("did you mean \"{near}\"?", near),
                None => message!(
                    "write from when until when, as \"08:00-12:00, 14:00-17:00\"; leave out a day on which it is closed"
                ),
            };
            return Err((message!("`{part}` is no time from and to", part), help));
        };
        if from == to {
            return Err((message!("`{part}` ends when it begins", part), message!("a whole day is \"00:00-24:00\"")));
        }
        if from > to {
            let help = message!(
                "does it go on after midnight? Write \"{from}-24:00\" here, and \"00:00-{to}\" on the next day",
                from = clock_time(from),
                to = clock_time(to)
            );
            return Err((message!("`{part}` ends before it begins", part), help));
        }
        periods.push((from, to));
    }
    periods.sort_unstable();
    for pair in periods.windows(2) {
        if pair[1].0 < pair[0].1 {
            let shown = |(from, to): (Minute, Minute)| format!("{}-{}", clock_time(from), clock_time(to));
            let message = message!("{first} and {second} overlap", first = shown(pair[0]), second = shown(pair[1]));
            return Err((message, message!("write each time once")));
        }
    }
    Ok(periods)
}

/// Hours as a French office writes them, `7h30-12h, 14 h - 17 h 30`, in the form that is read.
fn corrected(text: &str) -> Option<String> {
    let time = |text: &str| {
        let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
        let (hour, minutes) = text.split_once(['h', 'H', ':', '.']).unwrap_or((&text, ""));
        let minutes = if minutes.is_empty() { "00" } else { minutes };
        minute(&format!("{hour}:{minutes}")).map(clock_time)
    };
    let period = |part: &str| {
        let (from, to) = part.split_once(['-', '–', '—', 'à'])?;
        Some(format!("{}-{}", time(from)?, time(to)?))
    };
    let parts: Option<Vec<String>> = text.split([',', ';', '/']).map(period).collect();
    parts.map(|parts| parts.join(", "))
}

/// A time of day in hours and minutes: `08:00`, `8:00`, `24:00`.
fn minute(text: &str) -> Option<Minute> {
    let (hour, minute) = text.trim().split_once(':')?;
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    if !((1..=2).contains(&hour.len()) && minute.len() == 2 && digits(hour) && digits(minute)) {
        return None;
    }
    let (hour, minute): (Minute, Minute) = (hour.parse().ok()?, minute.parse().ok()?);
    let minutes = hour * 60 + minute;
    (minute < 60 && minutes <= DAY_MINUTES).then_some(minutes)
}

/// A time zone by its IANA name. The data is inside the binary, so that a content is the same on every machine.
pub(super) fn time_zone(file: &Source, written: &Spanned<String>, report: &mut Report) -> Option<TimeZone> {
    if characters::check_code(file, written, report) {
        return None;
    }
    let database = TimeZoneDatabase::bundled();
    if let Ok(zone) = database.get(written.value.trim()) {
        return Some(zone);
    }
    let names: Vec<String> = database.available().map(|name| name.to_string()).collect();
    // People name the town.
    let town = names.iter().find(|name| {
        name.rsplit_once('/')
            .is_some_and(|(_, town)| town.eq_ignore_ascii_case(&written.value.trim().replace(' ', "_")))
    });
    let help = match town.map(String::as_str).or_else(|| did_you_mean(&written.value, names.iter().map(String::as_str)))
    {
        Some(near) => message!("did you mean `{near}`?", near),
        None => message!("write its name in the IANA database: the continent and a large town, as \"Africa/Bamako\""),
    };
    report.error(
        Code::BadTimeZone,
        written.location(file),
        message!("there is no time zone `{written}`", written = written.value),
        help,
    );
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_names_and_ranges() {
        let check = |key: &str, expected: &[Weekday]| {
            assert_eq!(days(key).map(Iterator::collect::<Vec<_>>).ok().as_deref(), Some(expected), "{key}");
        };
        check("mon", &[0]);
        check("mon-thu", &[0, 1, 2, 3]);
        check("sat - mon", &[5, 6, 0]);
        check("mon-sun", &[0, 1, 2, 3, 4, 5, 6]);
        for wrong in ["", "lun", "Mon", "mon-", "mon,tue", "mon-tue-wed"] {
            assert!(days(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_are_of_one_day() {
        assert_eq!(periods("14:00-17:30, 8:00–12:00").ok(), Some(vec![(480, 720), (840, 1050)]));
        assert_eq!(periods("00:00-24:00").ok(), Some(vec![(0, 1440)]));
        assert_eq!(periods("08:00-12:00,12:00-13:00").ok(), Some(vec![(480, 720), (720, 780)]), "they touch");
        for wrong in
            ["", "closed", "8-12", "08:00", "08:60-09:00", "12:00-24:01", "20:00-02:00", "08:00-08:00", "8h-9h"]
        {
            assert!(periods(wrong).is_err(), "{wrong}");
        }
        assert!(periods("08:00-12:00, 11:00-13:00").is_err());
    }
}

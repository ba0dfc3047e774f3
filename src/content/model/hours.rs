//! Opening hours: the times of a week, and what they say of a moment.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A day of the week, 0 to 6; Monday is 0.
pub type Weekday = u8;

/// A minute of a day, 0 to 1,440: the last is the midnight at its end.
pub type Minute = u16;

/// When a period of a day begins and ends.
pub(in crate::content) type Period = (Minute, Minute);

/// Days of a week.
pub(in crate::content) const DAYS: u8 = 7;
/// Minutes of a day.
pub(in crate::content) const DAY_MINUTES: Minute = 24 * 60;

/// The opening hours of a week.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours {
    /// For each day, Monday first, the periods in their order: where each begins and ends. They do not overlap.
    pub(in crate::content) days: [Vec<Period>; DAYS as usize],
}

/// Whether it is open at a moment, and until or from when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Opening {
    /// Open until this minute of the day on which it closes.
    Open(Minute),
    /// Closed; opens on this day, at this minute.
    Closed(Weekday, Minute),
    /// Closed; opens later on this day, at this minute.
    ClosedUntil(Minute),
}

impl Hours {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.days.iter().all(Vec::is_empty)
    }

    /// Days with the same hours that follow each other: the first, the last, the periods. A day without hours is left out.
    fn groups(&self) -> Vec<(Weekday, Weekday, &[Period])> {
        let mut groups: Vec<(Weekday, Weekday, &[Period])> = Vec::new();
        for (day, periods) in (0..DAYS).zip(&self.days) {
            match groups.last_mut() {
                Some((_, last, same)) if *last + 1 == day && *same == periods.as_slice() => *last = day,
                _ if periods.is_empty() => {}
                _ => groups.push((day, day, periods)),
            }
        }
        groups
    }

    /// As people read them: a line for days with the same hours that follow each other, as `Monday – Thursday 08:00–12:00`.
    #[must_use]
    pub fn lines<'a>(&self, name: impl Fn(Weekday) -> &'a str) -> Vec<String> {
        let line = |(first, last, periods): (Weekday, Weekday, &[Period])| {
            let days =
                if first == last { name(first).to_owned() } else { format!("{} – {}", name(first), name(last)) };
            let times = periods.iter().map(|&(from, to)| format!("{}–{}", clock_time(from), clock_time(to)));
            format!("{days} {}", times.collect::<Vec<_>>().join(", "))
        };
        self.groups().into_iter().map(line).collect()
    }

    /// What they say of a moment of a week; `None` when it is never or always open.
    fn opening(&self, day: Weekday, minute: Minute) -> Option<Opening> {
        let periods = |ahead: u8| &self.days[usize::from((day + ahead) % DAYS)];
        let Some(&(_, end)) = periods(0).iter().find(|(start, end)| (*start..*end).contains(&minute)) else {
            if let Some(&(start, _)) = periods(0).iter().find(|(start, _)| *start > minute) {
                return Some(Opening::ClosedUntil(start));
            }
            let next = (1..=DAYS).find_map(|ahead| Some((ahead, periods(ahead).first()?.0)));
            return next.map(|(ahead, start)| Opening::Closed((day + ahead) % DAYS, start));
        };
        // Periods that touch, and nights: what closes at midnight and opens then does not close.
        let (mut ahead, mut until) = (0, end);
        loop {
            if until == DAY_MINUTES && periods(ahead + 1).first().is_some_and(|(start, _)| *start == 0) {
                (ahead, until) = (ahead + 1, 0);
            }
            match periods(ahead).iter().find(|(start, _)| *start == until) {
                Some((_, end)) if ahead < DAYS => until = *end,
                Some(_) => return None,
                None => return Some(Opening::Open(until)),
            }
        }
    }

    /// What they say of a moment in a time zone; `None` when it is never or always open.
    pub(super) fn opening_at(&self, zone: &TimeZone, now: std::time::Duration) -> Option<Opening> {
        let now = Timestamp::from_second(now.as_secs().try_into().ok()?).ok()?;
        let local = zone.to_datetime(now);
        let day = local.weekday().to_monday_zero_offset().try_into().ok()?;
        let minute = u16::try_from(local.hour()).ok()? * 60 + u16::try_from(local.minute()).ok()?;
        self.opening(day, minute)
    }
}

/// A minute of a day as people read it: `08:00`.
#[must_use]
pub fn clock_time(minute: Minute) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(days: [&[Period]; 7]) -> Hours {
        Hours { days: days.map(<[_]>::to_vec) }
    }

    #[test]
    fn a_moment_is_open_or_names_the_next_opening() {
        let week: &[Period] = &[(480, 720), (840, 1020)];
        let office = hours([week, week, week, week, &[(480, 720)], &[], &[]]);
        let check = |day, minute, expected| assert_eq!(office.opening(day, minute), Some(expected), "{day} {minute}");
        check(0, 480, Opening::Open(720));
        check(0, 719, Opening::Open(720));
        check(0, 720, Opening::ClosedUntil(840));
        check(0, 479, Opening::ClosedUntil(480));
        check(0, 1020, Opening::Closed(1, 480));
        check(4, 720, Opening::Closed(0, 480));
        check(6, 0, Opening::Closed(0, 480));
        assert_eq!(Hours::default().opening(0, 0), None, "never");
    }

    #[test]
    fn a_night_does_not_close_at_midnight() {
        let bar = hours([&[], &[], &[], &[], &[(1200, 1440)], &[(0, 120), (120, 180)], &[]]);
        assert_eq!(bar.opening(4, 1300), Some(Opening::Open(180)));
        assert_eq!(bar.opening(5, 30), Some(Opening::Open(180)));
        assert_eq!(bar.opening(5, 180), Some(Opening::Closed(4, 1200)));
        let late = hours([&[(1200, 1440)], &[], &[], &[], &[], &[], &[]]);
        assert_eq!(late.opening(0, 1439), Some(Opening::Open(1440)));
        let once = hours([&[(480, 720)], &[], &[], &[], &[], &[], &[]]);
        assert_eq!(once.opening(0, 720), Some(Opening::Closed(0, 480)), "in a week");
    }

    #[test]
    fn what_never_closes_says_nothing() {
        let day: &[Period] = &[(0, 1440)];
        assert_eq!(hours([day; 7]).opening(3, 700), None);
        let halves: &[Period] = &[(0, 720), (720, 1440)];
        assert_eq!(hours([halves; 7]).opening(6, 0), None);
    }

    #[test]
    fn days_with_the_same_hours_are_one_group() {
        let (week, short): (&[Period], &[Period]) = (&[(480, 720)], &[(540, 600)]);
        let groups = hours([week, week, short, &[], week, week, &[]]);
        let days: Vec<_> = groups.groups().into_iter().map(|(first, last, _)| (first, last)).collect();
        assert_eq!(days, [(0, 1), (2, 2), (4, 5)]);
    }

    #[test]
    fn summer_time_is_that_of_the_place() {
        let zone = jiff::tz::TimeZoneDatabase::bundled().get("Europe/London").expect("it is bundled");
        let nine_to_five: &[Period] = &[(540, 1020)];
        let shop = hours([nine_to_five; 7]);
        let at = |text: &str| {
            let now: Timestamp = text.parse().expect("a moment");
            shop.opening_at(&zone, std::time::Duration::from_secs(now.as_second().unsigned_abs()))
        };
        assert_eq!(at("2026-07-01T08:30:00Z"), Some(Opening::Open(1020)));
        assert_eq!(at("2026-01-01T08:30:00Z"), Some(Opening::ClosedUntil(540)));
    }
}

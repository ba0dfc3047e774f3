//! Which sections of a content are there: drafts are for previews alone, and some sections have days on which they begin and end.
//!
//! A [`Content`](super::Content) is that of one day. When sections come or go, the same files make another content, so that no
//! page, menu, search index or cache has to ask for the date.

use chrono::{Days, NaiveDate};

use super::month::YearMonth;

/// Which state of a content is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edition {
    /// The day, by universal time.
    pub day: NaiveDate,
    /// The sections that are there.
    pub scope: Scope,
}

/// The sections that an edition has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What readers see: no drafts, and nothing that has not begun or is over.
    Published,
    /// As published, and drafts: for previews.
    Drafts,
    /// Drafts, and sections of any date: for checks.
    Everything,
}

impl Edition {
    /// A content of this day.
    #[must_use]
    pub fn new(day: NaiveDate, scope: Scope) -> Self {
        Self { day, scope }
    }

    /// Whether a section is there, as far as it depends on itself alone.
    pub(super) fn has(self, is_draft: bool, period: Period) -> bool {
        match self.scope {
            Scope::Published => !is_draft && period.contains(self.day),
            Scope::Drafts => period.contains(self.day),
            Scope::Everything => true,
        }
    }
}

/// What readers see on that day.
impl From<NaiveDate> for Edition {
    fn from(day: NaiveDate) -> Self {
        Self::new(day, Scope::Published)
    }
}

/// What readers see on the first day of a month.
impl From<YearMonth> for Edition {
    fn from(month: YearMonth) -> Self {
        NaiveDate::from_ymd_opt(month.year, month.month, 1).unwrap_or_default().into()
    }
}

/// Today, by universal time.
#[must_use]
pub fn today() -> NaiveDate {
    crate::clock::today()
}

/// The days on which a section is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Period {
    /// The first of them.
    pub(super) from: Option<NaiveDate>,
    /// The last of them.
    pub(super) until: Option<NaiveDate>,
}

impl Period {
    fn contains(self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }

    /// The days on which something changes: the first day, and the day after the last.
    fn changes(self) -> impl Iterator<Item = NaiveDate> {
        self.from.into_iter().chain(self.until.and_then(|until| until.checked_add_days(Days::new(1))))
    }
}

/// The days on which sections of a content come and go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// The day of the content.
    day: NaiveDate,
    /// Sorted.
    changes: Vec<NaiveDate>,
}

impl Calendar {
    pub(super) fn new(day: NaiveDate, periods: impl Iterator<Item = Period>) -> Self {
        let mut changes: Vec<NaiveDate> = periods.flat_map(Period::changes).collect();
        changes.sort_unstable();
        Self { day, changes }
    }

    /// Whether any section has dates.
    #[must_use]
    pub fn has_dates(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Whether the same sections are there on another day.
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        let passed = |day: NaiveDate| self.changes.partition_point(|&change| change <= day);
        passed(day) == passed(self.day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).expect("December has 31 days")
    }

    #[test]
    fn a_period_has_its_first_and_its_last_day() {
        let period = Period { from: Some(day(1)), until: Some(day(24)) };
        for (on, is_there) in [(1, true), (24, true), (25, false), (12, true)] {
            assert_eq!(period.contains(day(on)), is_there, "{on}");
        }
        assert!(!period.contains(day(1).pred_opt().expect("a day before")));
        assert!(Period::default().contains(day(1)));
    }

    #[test]
    fn a_content_is_valid_until_a_section_comes_or_goes() {
        let periods = [Period { from: Some(day(5)), until: Some(day(7)) }, Period::default()];
        let calendar = Calendar::new(day(6), periods.into_iter());
        for (on, is_valid) in [(4, false), (5, true), (7, true), (8, false)] {
            assert_eq!(calendar.is_valid_on(day(on)), is_valid, "{on}");
        }
        assert!(calendar.has_dates());
        assert!(!Calendar::new(day(6), std::iter::empty()).has_dates());
    }

    #[test]
    fn drafts_and_other_days_are_for_previews_and_checks() {
        let over = Period { from: None, until: Some(day(1)) };
        let has = |scope, is_draft, period| Edition::new(day(2), scope).has(is_draft, period);
        for (scope, expected) in [
            (Scope::Published, [true, false, false]),
            (Scope::Drafts, [true, true, false]),
            (Scope::Everything, [true, true, true]),
        ] {
            let seen =
                [has(scope, false, Period::default()), has(scope, true, Period::default()), has(scope, true, over)];
            assert_eq!(seen, expected, "{scope:?}");
        }
    }
}

//! A month of a year: the precision with which a content says when its facts were checked.

use chrono::{Datelike, NaiveDate};

/// A month of a year.
///
/// ```
/// use palabre::content::load::YearMonth;
///
/// let checked = YearMonth::parse("2016-09").expect("a year of four digits, a month of two");
/// assert_eq!(checked.months_until(YearMonth { year: 2017, month: 1 }), 4);
/// assert_eq!(YearMonth::parse("2016-13"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearMonth {
    /// The year of the common era.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
}

impl YearMonth {
    /// Parses `2016-09`: four digits, a hyphen, two digits from 01 to 12.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (year, month) = text.split_once('-')?;
        let digits = |part: &str, n| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return None;
        }
        let (year, month) = (year.parse().ok()?, month.parse().ok()?);
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year, self.month, 1).unwrap_or_default()
    }

    /// The number of months from this month to `later`; negative when `later` is earlier.
    #[must_use]
    pub fn months_until(self, later: Self) -> i64 {
        (i64::from(later.year) - i64::from(self.year)) * 12 + i64::from(later.month) - i64::from(self.month)
    }
}

impl From<NaiveDate> for YearMonth {
    fn from(day: NaiveDate) -> Self {
        Self { year: day.year(), month: day.month() }
    }
}

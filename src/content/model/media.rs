//! What is listened to and looked at: voice clips and pictures. They are named by their files; their bytes are read when needed.

use std::time::Duration;

/// A voice clip: Opus in Ogg.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    /// Its file, relative to the content directory, with `/`.
    pub path: Box<str>,
    /// How long it lasts: at most [`CLIP_MAX`](crate::content::CLIP_MAX).
    pub duration: Duration,
    /// Its bytes: at most [`MEDIA_BYTES_MAX`](crate::content::MEDIA_BYTES_MAX).
    pub bytes: u64,
}

impl Clip {
    /// Minutes and seconds as players show them: `1:05`. A second that has begun counts.
    #[must_use]
    pub fn length(&self) -> String {
        let seconds = self.seconds();
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }

    /// Its whole seconds; one that has begun counts.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        u64::try_from(self.duration.as_millis().div_ceil(1_000)).unwrap_or(u64::MAX)
    }

    /// Its size in kilobytes, of 1,000 bytes, as people pay for them. One that has begun counts.
    #[must_use]
    pub fn kilobytes(&self) -> u64 {
        self.bytes.div_ceil(1_000)
    }
}

/// A picture: JPEG, PNG or WebP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// Its file, relative to the content directory, with `/`.
    pub path: Box<str>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// A picture of a section, and what it shows in words of one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The picture.
    pub image: Image,
    /// What it shows, for who does not see it: 1 to 200 UTF-16 units.
    pub text: Box<str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_begun_counts() {
        let clip =
            |milliseconds, bytes| Clip { path: "a".into(), duration: Duration::from_millis(milliseconds), bytes };
        for (milliseconds, expected) in [(1, "0:01"), (59_000, "0:59"), (59_001, "1:00"), (125_000, "2:05")] {
            assert_eq!(clip(milliseconds, 1).length(), expected);
        }
        assert_eq!([1, 1_000, 1_001].map(|bytes| clip(1, bytes).kilobytes()), [1, 1, 2]);
    }
}

//! The version of a content: a hash of its files, for the log, the metrics and the comparison of two copies.

use std::fmt;

use crate::diag::Source;

/// A hash of the files' names and texts, and of the ends of clips and pictures. It is the same on every machine, for a directory and for the copy inside the
/// binary, and shows as 12 hexadecimal digits.
///
/// The hash is FNV-1a of 64 bits, which keeps versions apart that differ by accident. It proves nothing against somebody
/// who wants two contents to look alike; whoever may write the files can say what they like anyway.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Version(u64);

impl Version {
    /// The version of these files, in whatever order they were read. `media` are clips and pictures, in the order of their paths, each with a digest.
    pub(super) fn of<'a>(
        sources: impl IntoIterator<Item = &'a Source>,
        media: impl IntoIterator<Item = (&'a str, u64)>,
    ) -> Self {
        let mut sources: Vec<&Source> = sources.into_iter().collect();
        sources.sort_by(|a, b| a.path.cmp(&b.path));
        let mut hash = Fnv::default();
        for source in sources {
            for part in [&source.path, &source.text] {
                // The length before each part: no two lists of files have the same bytes.
                hash.write(&(part.len() as u64).to_le_bytes());
                hash.write(part.as_bytes());
            }
        }
        for (path, digest) in media {
            hash.write(&(path.len() as u64).to_le_bytes());
            hash.write(path.as_bytes());
            hash.write(&digest.to_le_bytes());
        }
        Self(hash.0)
    }
}

/// A short hash of one text, as 12 hexadecimal digits: to see whether it is still the same.
pub(super) fn text_digest(text: &str) -> String {
    Version(bytes_digest(text.as_bytes())).to_string()
}

/// A short hash of bytes, likewise.
pub(super) fn bytes_digest(bytes: &[u8]) -> u64 {
    let mut hash = Fnv::default();
    hash.write(bytes);
    hash.0
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0 >> 16)
    }
}

/// FNV-1a (draft-eastlake-fnv). The hash of the standard library may change with the compiler, so it cannot be compared
/// between two builds.
struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sources: &[Source]) -> Version {
        Version::of(sources, [])
    }

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.into(), text: text.into() }
    }

    #[test]
    fn the_hash_is_that_of_the_draft() {
        let mut hash = Fnv::default();
        hash.write(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
    }

    #[test]
    fn a_version_depends_on_names_and_texts_and_not_on_their_order() {
        let (one, two) = (source("fr/a.toml", "x"), source("fr/b.toml", "y"));
        let version = of(&[one.clone(), two.clone()]);
        assert_eq!(of(&[two.clone(), one.clone()]), version);
        assert_ne!(of(&[one]), version);
        assert_ne!(of(&[source("fr/a.toml", "y"), source("fr/b.toml", "x")]), version);
        assert_ne!(of(&[source("fr/a.toml", "xf"), source("r/b.toml", "y")]), version);
        assert_eq!(version.to_string().len(), 12);
    }
}

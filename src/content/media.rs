//! Files that hold no words: voice clips and pictures. A start reads their heads and ends, not their sounds and pixels: a content with
//! hundreds of clips starts as one without, and a clip is in memory only while it is uploaded.

mod opus;

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use include_dir::Dir;
use serde::{Deserialize, Serialize};

use super::directory::{Directory, ReadError};
use super::stray;
use super::version::bytes_digest;
use crate::message;
use crate::messages::Message;

/// Bytes of a clip or a picture: more takes minutes on a slow network. Telegram shows a larger clip as a file (Bot API, `sendVoice`).
pub const MEDIA_BYTES_MAX: u64 = 1 << 20;
/// The longest clip: nobody listens longer to find out what they may touch.
pub const CLIP_MAX: Duration = Duration::from_secs(180);
/// Width and height of a picture together (Bot API, `sendPhoto`).
const PICTURE_SIDES_MAX: usize = 10_000;
/// How many times as wide as high, or the other way round (Bot API, `sendPhoto`).
const PICTURE_RATIO_MAX: usize = 20;
/// Bytes at the beginning and at the end that tell two files of one length apart.
const SAMPLE: usize = 4 << 10;
/// Bytes at the end that hold the last page of nearly every clip: a second at 64 kbit/s.
const TAIL: u64 = 8 << 10;

/// Endings of files that hold sound or a picture, whether or not they can be used.
const ENDINGS: [&str; 20] = [
    "ogg", "oga", "opus", "mp3", "m4a", "aac", "wav", "flac", "amr", "wma", "jpg", "jpeg", "png", "webp", "gif", "bmp",
    "heic", "tif", "tiff", "svg",
];

/// Whether a file holds sound or a picture, by its name.
pub(crate) fn is_media(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    !stray::is_ignored(name) && ending.is_some_and(|ending| ENDINGS.contains(&&*ending))
}

/// The media type of the bytes of a clip or a picture.
pub(crate) fn media_type(bytes: &[u8]) -> &'static str {
    match bytes {
        [b'O', b'g', b'g', b'S', ..] => "audio/ogg",
        [0xff, 0xd8, ..] => "image/jpeg",
        [0x89, b'P', b'N', b'G', ..] => "image/png",
        [b'R', b'I', b'F', b'F', ..] => "image/webp",
        _ => "application/octet-stream",
    }
}

/// What is known of a file without reading all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MediaFile {
    /// Its length.
    pub(crate) bytes: u64,
    /// A hash of its length, beginning and end.
    pub(crate) digest: u64,
    /// What it holds.
    pub(crate) format: Result<MediaFormat, MediaError>,
}

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum MediaFormat {
    /// Opus in Ogg.
    Clip {
        /// In milliseconds.
        milliseconds: u64,
    },
    /// A picture.
    Picture {
        /// In pixels.
        width: u32,
        /// In pixels.
        height: u32,
        /// Whether it is a JPEG; else a PNG or a WebP.
        is_jpeg: bool,
    },
}

/// Why a file cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub(crate) enum MediaError {
    /// It cannot be read.
    #[error("it cannot be read")]
    Unreadable,
    /// More than [`MEDIA_BYTES_MAX`].
    #[error("it is larger than 1 MB")]
    TooLarge,
    /// Longer than [`CLIP_MAX`].
    #[error("it is longer than three minutes")]
    TooLong,
    /// Ogg with another codec than Opus.
    #[error("it is Ogg without Opus")]
    OtherCodec,
    /// It ends in the middle.
    #[error("it is not whole")]
    Truncated,
    /// Wider or higher than Telegram takes.
    #[error("its sides are too long or too unlike")]
    Sides,
    /// Neither a clip nor a picture.
    #[error("it is neither Opus in Ogg nor a JPEG, PNG or WebP picture")]
    OtherFormat,
}

impl MediaError {
    /// The error in words for editors.
    pub(crate) fn message(self) -> Message {
        match self {
            Self::Unreadable => message!("it cannot be read"),
            Self::TooLarge => message!("it is larger than 1 MB"),
            Self::TooLong => message!("it is longer than three minutes"),
            Self::OtherCodec => message!("it is Ogg without Opus"),
            Self::Truncated => message!("it is not whole"),
            Self::Sides => message!("its sides are too long or too unlike"),
            Self::OtherFormat => message!("it is neither Opus in Ogg nor a JPEG, PNG or WebP picture"),
        }
    }
}

impl MediaFile {
    /// Looks into a file of this length.
    fn probe(file: &mut (impl Read + Seek), bytes: u64) -> Self {
        let ends = read_part(file, 0, SAMPLE as u64)
            .and_then(|head| Ok((head, read_part(file, bytes.saturating_sub(TAIL), TAIL)?)));
        let (head, tail) = ends.as_ref().map_or((&[][..], &[][..]), |(head, tail)| (head, tail));
        let format = match &ends {
            Err(_) => Err(MediaError::Unreadable),
            Ok(_) if bytes > MEDIA_BYTES_MAX => Err(MediaError::TooLarge),
            Ok(_) if head.starts_with(opus::CAPTURE) => clip(file, bytes, head, tail),
            Ok(_) => picture(file),
        };
        let sample =
            [&bytes.to_le_bytes()[..], &head[..head.len().min(SAMPLE)], &tail[tail.len().saturating_sub(SAMPLE)..]];
        Self { bytes, digest: bytes_digest(&sample.concat()), format }
    }

    fn unreadable() -> Self {
        Self { bytes: 0, digest: 0, format: Err(MediaError::Unreadable) }
    }
}

fn read_part(file: &mut (impl Read + Seek), start: u64, length: u64) -> std::io::Result<Vec<u8>> {
    let mut part = Vec::new();
    file.seek(SeekFrom::Start(start))?;
    file.take(length).read_to_end(&mut part)?;
    Ok(part)
}

fn clip(file: &mut (impl Read + Seek), bytes: u64, head: &[u8], tail: &[u8]) -> Result<MediaFormat, MediaError> {
    let duration = match opus::duration(head, tail) {
        // A page may be longer.
        Err(MediaError::Truncated) => {
            let longest = read_part(file, bytes.saturating_sub(opus::PAGE_MAX), opus::PAGE_MAX);
            opus::duration(head, &longest.map_err(|_| MediaError::Unreadable)?)
        }
        result => result,
    }?;
    if duration > CLIP_MAX {
        return Err(MediaError::TooLong);
    }
    Ok(MediaFormat::Clip { milliseconds: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) })
}

fn picture(file: &mut (impl Read + Seek)) -> Result<MediaFormat, MediaError> {
    file.seek(SeekFrom::Start(0)).map_err(|_| MediaError::Unreadable)?;
    let mut reader = BufReader::new(file);
    let kind = imagesize::reader_type(&mut reader).map_err(|_| MediaError::OtherFormat)?;
    let is_jpeg = match kind {
        imagesize::ImageType::Jpeg => true,
        imagesize::ImageType::Png | imagesize::ImageType::Webp => false,
        _ => return Err(MediaError::OtherFormat),
    };
    reader.seek(SeekFrom::Start(0)).map_err(|_| MediaError::Unreadable)?;
    let size = imagesize::reader_size(reader).map_err(|_| MediaError::Truncated)?;
    let (short, long) = (size.width.min(size.height), size.width.max(size.height));
    if short == 0 || short.saturating_add(long) > PICTURE_SIDES_MAX || long > short * PICTURE_RATIO_MAX {
        return Err(MediaError::Sides);
    }
    Ok(MediaFormat::Picture { width: size.width as u32, height: size.height as u32, is_jpeg })
}

/// The files of a content that hold no words, by their paths.
#[derive(Clone, Debug, Default)]
pub(crate) struct MediaFiles {
    pub(crate) files: BTreeMap<String, MediaFile>,
    pub(crate) store: MediaStore,
}

impl MediaFiles {
    /// Looks into a file of a directory.
    pub(super) fn add_file(&mut self, directory: &Directory, path: &str) {
        let found = directory.open_file(path).map(|(mut file, bytes)| MediaFile::probe(&mut file, bytes));
        self.files.insert(path.to_owned(), found.unwrap_or_else(|_| MediaFile::unreadable()));
    }

    /// Looks into a file in memory.
    pub(super) fn add_bytes(&mut self, path: &str, bytes: &[u8]) {
        self.files.insert(path.to_owned(), MediaFile::probe(&mut Cursor::new(bytes), bytes.len() as u64));
    }
}

/// Where the bytes of clips and pictures are read when they are needed.
#[derive(Clone, Debug, Default)]
pub(crate) enum MediaStore {
    /// There are none.
    #[default]
    None,
    /// The directory of the content.
    Directory(Arc<Directory>),
    /// The copy inside the binary.
    Embedded(&'static Dir<'static>),
    /// Memory: for tests and editors.
    Memory(Arc<BTreeMap<String, Vec<u8>>>),
}

impl MediaStore {
    /// That of a directory; none where there is no such directory.
    pub(crate) fn open(directory: &Path) -> Self {
        Directory::open(directory).map_or(Self::None, |directory| Self::Directory(Arc::new(directory)))
    }

    /// The bytes of a file, which may have changed since it was looked into: they are looked into again. Waits for the disk.
    pub(crate) fn read(&self, path: &str) -> Result<Vec<u8>, MediaError> {
        let bytes = match self {
            Self::None => Err(MediaError::Unreadable),
            Self::Directory(directory) => directory.read(path).map_err(|error| match error {
                ReadError::TooLarge => MediaError::TooLarge,
                _ => MediaError::Unreadable,
            }),
            Self::Embedded(files) => {
                files.get_file(path).map(|file| file.contents().to_vec()).ok_or(MediaError::Unreadable)
            }
            Self::Memory(files) => files.get(path).cloned().ok_or(MediaError::Unreadable),
        }?;
        MediaFile::probe(&mut Cursor::new(&bytes), bytes.len() as u64).format.map(|_| bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn format_of(bytes: &[u8]) -> Result<MediaFormat, MediaError> {
        MediaFile::probe(&mut Cursor::new(bytes), bytes.len() as u64).format
    }

    /// A PNG as far as its size.
    fn png(width: u32, height: u32) -> Vec<u8> {
        let head: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        [head, &width.to_be_bytes(), &height.to_be_bytes(), &[8, 2, 0, 0, 0, 0, 0, 0, 0]].concat()
    }

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let picture = |width, height| Ok(MediaFormat::Picture { width, height, is_jpeg: false });
        assert_eq!(format_of(&png(640, 480)), picture(640, 480));
        assert_eq!(format_of(&png(0, 480)), Err(MediaError::Sides));
        assert_eq!(format_of(&png(9_000, 1_001)), Err(MediaError::Sides));
        assert_eq!(format_of(&png(2_100, 100)), Err(MediaError::Sides));
        assert_eq!(format_of(b"GIF89a\x01\0\x01\0\0\0\0"), Err(MediaError::OtherFormat));
        assert_eq!(format_of(b"ID3\x04 a song"), Err(MediaError::OtherFormat));
        assert_eq!(format_of(b""), Err(MediaError::OtherFormat));
        assert_eq!(format_of(&vec![0; MEDIA_BYTES_MAX as usize + 1]), Err(MediaError::TooLarge));
    }

    #[test]
    fn a_media_type_is_that_of_the_bytes() {
        for (bytes, expected) in [
            (opus::CAPTURE, "audio/ogg"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (&png(1, 1), "image/png"),
            (b"RIFF\x10\0\0\0WEBPVP8 ", "image/webp"),
            (b"<svg>", "application/octet-stream"),
        ] {
            assert_eq!(media_type(bytes), expected);
        }
    }

    /// A page of Ogg with so many segments of 255 bytes.
    fn page(position: u64, segments: u8, body: &[u8]) -> Vec<u8> {
        let lengths = vec![255; usize::from(segments)];
        let header = [opus::CAPTURE, &[0, 0], &position.to_le_bytes(), &[0; 12], &[segments], &lengths].concat();
        let mut page = [&header, body].concat();
        page.resize(header.len() + 255 * lengths.len(), 0);
        page
    }

    #[test]
    fn a_clip_with_a_long_last_page_is_read_to_its_end() {
        for segments in [1, 30, 40, 255] {
            let clip = [page(0, 1, b"OpusHead\x01\x01\0\0"), page(96_000, segments, b"sound")].concat();
            assert_eq!(format_of(&clip), Ok(MediaFormat::Clip { milliseconds: 2_000 }), "{segments}");
            assert_eq!(format_of(&clip[..clip.len() - 1]), Err(MediaError::Truncated), "{segments}");
        }
    }

    #[test]
    fn media_are_known_by_their_endings() {
        for (name, expected) in
            [("a.ogg", true), ("A.JPG", true), ("a.toml", false), (".a.png", false), ("ogg", false), ("a.mp3", true)]
        {
            assert_eq!(is_media(name), expected, "{name}");
        }
    }

    #[test]
    fn two_files_of_one_length_are_told_apart_by_their_ends() {
        let digest = |bytes: &[u8]| MediaFile::probe(&mut Cursor::new(bytes), bytes.len() as u64).digest;
        assert_ne!(digest(b"one"), digest(b"two"));
        assert_eq!(digest(b"one"), digest(b"one"));
    }
}

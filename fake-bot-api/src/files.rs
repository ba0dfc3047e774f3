//! Files: what a request uploads, and what can be sent once more by its `file_id`.

use std::{collections::BTreeMap, fmt, sync::Arc};

use serde_json::{Map, Value, json};

use super::state::Refusal;

/// A file part of a `multipart/form-data` request.
#[derive(Clone, PartialEq)]
pub struct Upload {
    /// Of the part: what stands behind `attach://`, or the name of the parameter itself.
    pub name: String,
    /// As the bot calls the file.
    pub file_name: String,
    /// Empty if the part has none.
    pub content_type: String,
    /// The file.
    pub bytes: Arc<[u8]>,
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}, {} bytes)", self.name, self.file_name, self.bytes.len())
    }
}

/// Bytes.
const PHOTO_MAX: usize = 10 << 20;
/// Bytes.
const FILE_MAX: usize = 50 << 20;

/// A file is sent again as what it was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum FileKind {
    Voice,
    Audio,
    Photo,
}

impl FileKind {
    /// The parameter of the method and the field of the message.
    pub(crate) fn field(self) -> &'static str {
        match self {
            FileKind::Voice => "voice",
            FileKind::Audio => "audio",
            FileKind::Photo => "photo",
        }
    }

    /// How real identifiers of the kind begin.
    fn prefix(self) -> &'static str {
        match self {
            FileKind::Voice => "AwACAgQAAxkDAAI",
            FileKind::Audio => "CQACAgQAAxkDAAI",
            FileKind::Photo => "AgACAgQAAxkDAAI",
        }
    }

    /// What is uploaded has to be of the kind.
    pub(crate) fn check(self, upload: &Upload) -> Result<(), Refusal> {
        let (bytes, size) = (&*upload.bytes, upload.bytes.len());
        if bytes.is_empty() {
            return Err(Refusal::violation("an empty file", "file must be non-empty"));
        }
        if size > FILE_MAX {
            let rule = Some(format!("a file of {size} bytes"));
            return Err(Refusal { rule, ..Refusal::new(413, "Request Entity Too Large") });
        }
        match self {
            FileKind::Voice if !is_ogg_opus(bytes) => {
                // Telegram would send it as a document, which nobody can tell from the answer's code.
                Err(Refusal::violation("a voice that is not Ogg/Opus", "the voice is not Ogg/Opus"))
            }
            FileKind::Photo if size > PHOTO_MAX => {
                let reason =
                    format!("file of size {size} bytes is too big for a photo; the maximum size is {PHOTO_MAX} bytes");
                Err(Refusal::violation("a photo of over 10 MB", &reason))
            }
            FileKind::Photo if !is_jpeg(bytes) && !is_png(bytes) && !is_webp(bytes) => {
                Err(Refusal::violation("a photo that is not JPEG, PNG or WebP", "IMAGE_PROCESS_FAILED"))
            }
            _ => Ok(()),
        }
    }
}

fn is_ogg_opus(bytes: &[u8]) -> bool {
    bytes.starts_with(b"OggS") && bytes.windows(8).any(|window| window == b"OpusHead")
}

pub(crate) fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xFF\xD8\xFF")
}

fn is_png(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG\r\n\x1A\n")
}

fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice())
}

/// The files that can be sent by their `file_id`.
#[derive(Default)]
pub(crate) struct Files {
    /// By `file_id`: the kind and the field of the message.
    known: BTreeMap<String, (FileKind, Value)>,
    /// Identifiers are not given twice, even after the files are forgotten.
    last_id: u64,
}

impl Files {
    /// Remembers a file. The result is a `Voice`, an `Audio` or an array of `PhotoSize`.
    pub(crate) fn add(&mut self, kind: FileKind, upload: &Upload, attributes: Map<String, Value>) -> Value {
        let media = match kind {
            FileKind::Photo => self.photo_sizes(upload),
            FileKind::Voice | FileKind::Audio => {
                let mut media = self.file(kind, upload.bytes.len());
                media.extend(attributes);
                Value::Object(media)
            }
        };
        let items = media.as_array().map_or(std::slice::from_ref(&media), Vec::as_slice);
        for id in items.iter().filter_map(|item| item["file_id"].as_str()) {
            self.known.insert(id.to_owned(), (kind, media.clone()));
        }
        media
    }

    /// The sizes into which Telegram brings a photo, smallest first; it compresses each anew.
    pub(crate) fn photo_sizes(&mut self, upload: &Upload) -> Value {
        let all = upload.bytes.len();
        let sizes = [(90, all.div_ceil(8)), (320, all.div_ceil(2))].map(|(edge, bytes)| {
            let mut size = self.file(FileKind::Photo, bytes);
            size.extend([("width".to_owned(), json!(edge)), ("height".to_owned(), json!(edge))]);
            Value::Object(size)
        });
        Value::Array(sizes.into())
    }

    /// What an identifier stands for.
    ///
    /// # Errors
    /// If it is not known, or is that of a file of another kind.
    pub(crate) fn get(&self, kind: FileKind, file_id: &str) -> Result<Value, Refusal> {
        match self.known.get(file_id) {
            Some((known, media)) if *known == kind => Ok(media.clone()),
            Some((known, _)) => {
                let rule = format!("can't use file of type {known:?} as {kind:?}");
                Err(Refusal::violation(rule.clone(), &rule))
            }
            None if file_id.starts_with("http://") || file_id.starts_with("https://") => {
                Err(Refusal::violation("an address, which the fake does not fetch", "failed to get HTTP URL content"))
            }
            None => Err(Refusal::bad_request("wrong file identifier/HTTP URL specified")),
        }
    }

    pub(crate) fn forget(&mut self) {
        self.known.clear();
    }

    fn file(&mut self, kind: FileKind, size: usize) -> Map<String, Value> {
        self.last_id += 1;
        Map::from_iter([
            ("file_id".to_owned(), json!(format!("{}{}", kind.prefix(), self.last_id))),
            ("file_unique_id".to_owned(), json!(format!("AgAD{}", self.last_id))),
            ("file_size".to_owned(), json!(size)),
        ])
    }
}

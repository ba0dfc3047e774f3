//! The ids under which Telegram has the clips and pictures that were sent: each file is uploaded once by each copy of the bot.
//!
//! An id belongs to the bot, not to a person. It is found by the hash of the bytes, so that an exchanged file is another one.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hasher};
use std::rc::Rc;

use tokio::sync::Mutex;

use crate::telegram::api::ApiError;
use crate::telegram::api::newer::FileKind;

/// How Telegram's refusals of an id begin that it does not know any more.
const FORGOTTEN: [&str; 4] =
    ["wrong file identifier", "wrong remote file identifier", "FILE_REFERENCE_", "invalid file_id"];

/// Whether Telegram has forgotten a file.
pub(crate) fn is_forgotten(error: &ApiError) -> bool {
    FORGOTTEN.iter().any(|beginning| error.says(beginning))
}

/// A file as Telegram keeps it: the id of a voice message is none of a piece of music.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct FileKey {
    kind: FileKind,
    hash: u64,
    length: usize,
}

impl FileKey {
    pub(crate) fn new(kind: FileKind, bytes: &[u8]) -> Self {
        // The ids live as long as the process: the hash need not be the same in the next.
        let mut hasher = DefaultHasher::new();
        hasher.write(bytes);
        Self { kind, hash: hasher.finish(), length: bytes.len() }
    }
}

/// The ids, one for each file and kind.
#[derive(Default)]
pub(crate) struct FileIds(RefCell<HashMap<FileKey, Rc<Mutex<Option<String>>>>>);

impl FileIds {
    /// The id of a file, to be held while the file is uploaded: who wants the same file waits, and sends it by its id.
    pub(crate) fn entry(&self, key: FileKey) -> Rc<Mutex<Option<String>>> {
        Rc::clone(self.0.borrow_mut().entry(key).or_default())
    }
}

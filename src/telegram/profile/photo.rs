//! The bot's picture: `setMyProfilePhoto` (Bot API 9.4).
//!
//! Telegram compresses pictures anew, and its ids say nothing about their bytes, so that a picture there cannot be compared with that
//! of the content. It is set where the bot has none, and when a newer content brings other bytes than this process has found at
//! its start or set since. A picture that was exchanged while no process ran stays unseen; the README says so.

use teloxide::payloads::GetUserProfilePhotos;
use teloxide::types::UserId;
use tokio::task::spawn_blocking;

use super::Refused;
use crate::content::Content;
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{FileKind, InputProfilePhoto, Me, SetMyProfilePhoto};
use crate::telegram::api::upload::Upload;
use crate::telegram::outbound::files::FileKey;
use crate::telegram::outbound::sender::Sender;

/// The name of the file in the request.
const FILE_NAME: &str = "photo.jpg";

/// Asks for the newest picture that the bot has, and how many there are.
pub(crate) fn get_photos(me: &Me) -> GetUserProfilePhotos {
    let user_id = UserId(u64::try_from(me.id).unwrap_or_default());
    GetUserProfilePhotos { user_id, offset: None, limit: Some(1) }
}

#[derive(Default)]
pub(super) struct PhotoPublisher {
    /// Whether a content was published by this process.
    has_started: bool,
    /// The picture that stands at Telegram, as far as this process knows, or that Telegram has refused.
    last: Option<FileKey>,
}

impl PhotoPublisher {
    /// Sets the picture, if it is another; where the content has none, Telegram's stays.
    pub(super) async fn publish(
        &mut self,
        sender: &Sender,
        me: &Me,
        content: &Content,
        refused: &mut Refused,
    ) -> Result<(), ApiError> {
        let Some(image) = &content.settings().picture else {
            self.has_started = true;
            return Ok(());
        };
        let (media, path) = (content.media().clone(), image.path.clone());
        let Ok(Ok(bytes)) = spawn_blocking(move || media.read(&path)).await else {
            log::warn!("the bot's picture cannot be read: it stays as it is");
            return Ok(());
        };
        let key = FileKey::new(FileKind::Photo, &bytes);
        if self.last == Some(key) {
            return Ok(());
        }
        if !self.has_started {
            let photos = match sender.call(&get_photos(me)).await {
                Ok(photos) => photos,
                Err(error) => return refused.check("its picture", Err(error)),
            };
            self.has_started = true;
            if photos.total_count > 0 {
                self.last = Some(key);
                return Ok(());
            }
        }
        let payload = |photo| SetMyProfilePhoto { photo: InputProfilePhoto::Static { photo } };
        let upload = || Upload::<SetMyProfilePhoto>::new(FILE_NAME, bytes.clone(), payload);
        match sender.upload_without_chat(upload).await {
            // A picture that does not arrive is not sent for ever: people may pay for each try.
            Err(error @ ApiError::Unreachable(_)) => {
                log::warn!("the bot's picture did not arrive: {error}; the next start tries again");
                Ok(())
            }
            result => {
                self.last = Some(key);
                refused.check("its picture", result.map(drop))
            }
        }
    }
}

//! Clips and pictures: files of the content, uploaded once, then sent by the ids that Telegram gave them.

use std::marker::PhantomData;
use std::rc::Rc;

use super::Delivery;
use crate::bot::reply::ClipReply;
use crate::content::media::MediaError;
use crate::telegram::api::ApiError;
use crate::telegram::api::newer::{AudioMethod, Caption, FileMethod, PhotoMethod, SendFile, VoiceMethod};
use crate::telegram::api::upload::Upload;
use crate::telegram::outbound::fallback::{Attempt, Keyboard, OptionalParts};
use crate::telegram::outbound::files::{FileKey, is_forgotten};
use crate::telegram::outbound::recipient::Recipient;
use crate::telegram::outbound::render::{Photo, Rendered};

/// Why a file was not sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("its file cannot be used: {0}")]
    Media(#[from] MediaError),
    #[error(transparent)]
    Api(#[from] ApiError),
}

/// Whether there is nobody to send anything else to, now or ever.
pub(super) fn is_final(error: &ApiError) -> bool {
    error.is_forbidden() || matches!(error, ApiError::Unreachable(_) | ApiError::RetryAfter(_))
}

/// What stands under a file.
fn caption(page: Option<&Rendered>, parts: OptionalParts, seconds: Option<u64>) -> Caption<'_> {
    Caption {
        caption: page.map(|page| &*page.text),
        caption_entities: page.filter(|_| parts.entities).map(|page| &*page.entities),
        reply_markup: page.and_then(|page| page.keyboard(parts.keyboard)),
        duration: seconds,
    }
}

impl Delivery<'_> {
    /// Sends a clip: as a voice message; to who takes none as a piece of music; else its page.
    pub(super) async fn send_clip(&self, to: Recipient<'_>, reply: &ClipReply<Rc<Rendered>>) -> Result<(), ApiError> {
        let ClipReply { clip, caption, instead, .. } = reply;
        let seconds = clip.seconds();
        let mut sent = self.send_file::<VoiceMethod>(to.clone(), &clip.path, Some(caption), Some(seconds)).await;
        if matches!(&sent, Err(FileError::Api(error)) if error.says("VOICE_MESSAGES_FORBIDDEN")) {
            sent = self.send_file::<AudioMethod>(to.clone(), &clip.path, Some(caption), Some(seconds)).await;
        }
        match sent {
            Ok(()) => Ok(()),
            Err(FileError::Api(error)) if is_final(&error) => Err(error),
            Err(error) => {
                log::warn!("a clip was not sent: {error}");
                self.send_page(to, instead).await
            }
        }
    }

    /// Sends the picture of a page, with its text if there is room for it.
    pub(super) async fn send_photo(&self, to: Recipient<'_>, photo: &Photo, page: &Rendered) -> Result<(), FileError> {
        let page = photo.has_caption.then_some(page);
        self.send_file::<PhotoMethod>(to, &photo.path, page, None).await
    }

    /// Sends a file of the content, with the text and the buttons of a page under it: by the id that Telegram gave it, else as an upload.
    async fn send_file<M: FileMethod>(
        &self,
        to: Recipient<'_>,
        path: &str,
        page: Option<&Rendered>,
        seconds: Option<u64>,
    ) -> Result<(), FileError> {
        let (media, file) = (self.media.clone(), path.to_owned());
        let read = tokio::task::spawn_blocking(move || media.read(&file)).await;
        let bytes = read.map_err(|_| MediaError::Unreadable)??;
        let id = self.files.entry(FileKey::new(M::KIND, &bytes));
        let keyboard = page.map_or(Keyboard::None, |page| self.newest_keyboard(page));
        let attempt = Attempt::new(to, OptionalParts { keyboard, entities: page.is_some() });
        let send = async |attempt: &Attempt<'_>| {
            let make = |file: String| SendFile::<M> {
                chat_id: attempt.to.chat,
                options: &attempt.to.options,
                file: M::FIELD(file),
                caption: caption(page, attempt.parts, seconds),
                method: PhantomData,
            };
            let (chat, is_ephemeral) = (attempt.to.chat, attempt.to.is_ephemeral());
            let mut known = id.lock().await;
            if let Some(known_id) = known.clone() {
                drop(known);
                match self.send(Some(chat), is_ephemeral, &make(known_id)).await {
                    Err(error) if is_forgotten(&error) => known = id.lock().await,
                    done => return done,
                }
            }
            // Who wants the same file waits here, and finds its id.
            let name = path.rsplit('/').next().unwrap_or(path);
            let upload = || Upload::<SendFile<'static, M>>::new(name, bytes.clone(), make);
            let sent = self.sender.upload(Some(chat).filter(|_| !is_ephemeral), upload).await;
            *known = None;
            *known = sent?.file_id(M::KIND);
            Ok(())
        };
        Ok(self.send_with_fallback(attempt, send).await?)
    }
}

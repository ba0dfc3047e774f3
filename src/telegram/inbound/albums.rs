//! Albums: photos that are sent together come as a message each, in any of which the caption may stand. The caption is answered.
//! An album without one is answered once, when no more of it comes.
//!
//! What is known of an album is known to this process alone, and for a while. Copies that share a webhook each answer what they
//! see of it: the caption is answered once, but a copy that sees no caption says so as well.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// How long after a part no other one may come, for an album to be complete. Telegram sends the next one as soon as it has the
/// one before.
const COMPLETE_AFTER: Duration = Duration::from_millis(500);
/// The most albums that are remembered; the oldest is forgotten first.
const REMEMBERED_MAX: usize = 200;

/// What to do with a part of an album.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AlbumPart {
    /// Answer its caption.
    Caption,
    /// Answer it if the album turns out to have no caption ([`Albums::complete`]).
    First,
    /// Ignore it: another part is answered.
    Other,
}

/// An album by its chat and its id there.
pub(super) type AlbumKey = (i64, String);

struct Album {
    key: AlbumKey,
    /// The update with the caption: it may come again.
    captioned: Option<i64>,
    last_part: Instant,
}

/// The albums of which a part came lately.
#[derive(Default)]
pub(super) struct Albums(RefCell<VecDeque<Album>>);

impl Albums {
    /// Notes a part of an album.
    pub(super) fn add(&self, key: AlbumKey, update_id: i64, has_caption: bool) -> AlbumPart {
        let mut albums = self.0.borrow_mut();
        let (captioned, last_part) = (has_caption.then_some(update_id), Instant::now());
        let Some(album) = albums.iter_mut().find(|album| album.key == key) else {
            if albums.len() >= REMEMBERED_MAX {
                albums.pop_front();
            }
            albums.push_back(Album { key, captioned, last_part });
            return if has_caption { AlbumPart::Caption } else { AlbumPart::First };
        };
        album.last_part = last_part;
        if captioned.is_none() || album.captioned.is_some_and(|answered| answered != update_id) {
            return AlbumPart::Other;
        }
        album.captioned = captioned;
        AlbumPart::Caption
    }

    /// Waits until an album is complete; whether it has no caption.
    pub(super) async fn complete(&self, key: &AlbumKey) -> bool {
        loop {
            let last_part = {
                let albums = self.0.borrow();
                // One that is forgotten had no more parts for long.
                let Some(album) = albums.iter().find(|album| album.key == *key) else { return true };
                if album.captioned.is_some() {
                    return false;
                }
                album.last_part
            };
            let complete_at = last_part + COMPLETE_AFTER;
            if complete_at <= Instant::now() {
                return true;
            }
            sleep_until(complete_at).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: &str) -> AlbumKey {
        (1, id.to_owned())
    }

    #[tokio::test(start_paused = true)]
    async fn the_caption_is_answered_wherever_it_stands() {
        for captioned in 0..3 {
            let albums = Albums::default();
            let parts: Vec<_> = (0..3).map(|part| albums.add(key("a"), part, part == captioned)).collect();
            let answered = parts.iter().filter(|part| **part == AlbumPart::Caption).count();
            assert_eq!((answered, parts[captioned as usize]), (1, AlbumPart::Caption));
            assert!(!albums.complete(&key("a")).await);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn of_several_captions_one_is_answered_even_if_it_comes_again() {
        let albums = Albums::default();
        let add = |update_id| albums.add(key("a"), update_id, true);
        assert_eq!([add(1), add(2), add(1)], [AlbumPart::Caption, AlbumPart::Other, AlbumPart::Caption]);
        assert_eq!(albums.add((2, "a".to_owned()), 3, true), AlbumPart::Caption, "another chat has its own albums");
    }

    #[tokio::test(start_paused = true)]
    async fn an_album_without_a_caption_is_complete_when_no_more_of_it_comes() {
        let albums = Albums::default();
        let start = Instant::now();
        assert_eq!(albums.add(key("a"), 1, false), AlbumPart::First);
        let parts = async {
            for part in 2..5 {
                sleep_until(start + Duration::from_millis(400 * (part - 1))).await;
                assert_eq!(albums.add(key("a"), part as i64, false), AlbumPart::Other);
            }
        };
        let key = key("a");
        let (is_captionless, ()) = tokio::join!(albums.complete(&key), parts);
        assert!(is_captionless);
        assert_eq!(start.elapsed(), Duration::from_millis(1_200) + COMPLETE_AFTER);
    }

    #[tokio::test(start_paused = true)]
    async fn the_memory_for_it_is_bounded() {
        let albums = Albums::default();
        for album in 0..1_000 {
            albums.add(key(&album.to_string()), album, false);
        }
        assert_eq!(albums.0.borrow().len(), REMEMBERED_MAX);
        assert!(albums.complete(&key("0")).await, "what is forgotten is not waited for");
    }
}

//! Opus in Ogg (RFC 3533, RFC 7845), as far as to know what it is and how long it lasts.

use std::time::Duration;

use super::MediaError;

/// How each page begins.
pub(super) const CAPTURE: &[u8] = b"OggS";
/// Bytes of the longest page: a header, 255 lengths, and 255 segments of 255 bytes.
pub(super) const PAGE_MAX: u64 = 27 + 255 + 255 * 255;
/// Bytes of a page's header before the lengths of its segments.
const HEADER: usize = 27;
/// Samples a second, by which positions are counted whatever the rate of the recording.
const RATE: u64 = 48_000;

/// How long a clip lasts, from its first page, at the start of `head`, and its last page, at the end of `tail`.
pub(super) fn duration(head: &[u8], tail: &[u8]) -> Result<Duration, MediaError> {
    let first = Page::read(head).ok_or(MediaError::Truncated)?;
    let packet = first.body.strip_prefix(b"OpusHead").ok_or(MediaError::OtherCodec)?;
    // Version, channels, then the samples at the start that are not played.
    let pre_skip = match packet {
        [_, _, low, high, ..] => u64::from(u16::from_le_bytes([*low, *high])),
        _ => return Err(MediaError::Truncated),
    };
    let last = last_page(tail).ok_or(MediaError::Truncated)?;
    let samples = last.position.saturating_sub(pre_skip);
    if last.serial != first.serial || samples == 0 {
        return Err(MediaError::Truncated);
    }
    Ok(Duration::from_millis(samples.saturating_mul(1_000) / RATE))
}

/// The page that ends where the bytes end.
fn last_page(bytes: &[u8]) -> Option<Page<'_>> {
    let starts = (0..bytes.len().saturating_sub(HEADER)).rev().filter(|&at| bytes[at..].starts_with(CAPTURE));
    let mut pages = starts.filter_map(|at| Page::read(&bytes[at..]));
    pages.find(|page| page.rest == 0)
}

struct Page<'a> {
    /// The samples up to its end.
    position: u64,
    /// The stream that it is of.
    serial: u32,
    body: &'a [u8],
    /// Bytes behind it.
    rest: usize,
}

impl<'a> Page<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..HEADER).filter(|header| header.starts_with(CAPTURE))?;
        let lengths = bytes.get(HEADER..HEADER + usize::from(header[26]))?;
        let start = HEADER + lengths.len();
        let end = start + lengths.iter().map(|&length| usize::from(length)).sum::<usize>();
        Some(Self {
            position: u64::from_le_bytes(header[6..14].try_into().ok()?),
            serial: u32::from_le_bytes(header[14..18].try_into().ok()?),
            body: bytes.get(start..end)?,
            rest: bytes.len() - end,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(position: u64, serial: u32, body: &[u8]) -> Vec<u8> {
        let lengths = [body.len() as u8];
        let header = [CAPTURE, &[0, 0], &position.to_le_bytes(), &serial.to_le_bytes(), &[0; 8], &[1], &lengths];
        [header.concat(), body.to_vec()].concat()
    }

    /// The head of a recording whose first 312 samples are not played.
    const HEAD: &[u8] = b"OpusHead\x01\x01\x38\x01\x80\xbb\0\0\0\0\0";

    #[test]
    fn a_clip_lasts_from_its_first_played_sample_to_its_last() {
        let clip = [page(0, 7, HEAD), page(0, 7, b"OpusTags"), page(96_312, 7, b"sound OggS sound")].concat();
        assert_eq!(duration(&clip, &clip), Ok(Duration::from_secs(2)));
    }

    #[test]
    fn what_is_no_whole_clip_is_none() {
        let head = page(0, 7, HEAD);
        let check = |head: &[u8], tail: &[u8], expected| assert_eq!(duration(head, tail), Err(expected));
        check(&page(0, 7, b"\x01vorbis"), b"", MediaError::OtherCodec);
        check(b"OggS", b"", MediaError::Truncated);
        check(&page(0, 7, b"OpusHead\x01"), &page(9, 7, b"sound"), MediaError::Truncated);
        check(&head, &head, MediaError::Truncated);
        check(&head, &page(96_312, 8, b"of another stream"), MediaError::Truncated);
        let cut = &page(96_312, 7, b"sound")[..30];
        check(&head, cut, MediaError::Truncated);
    }
}

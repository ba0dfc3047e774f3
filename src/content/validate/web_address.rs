//! What is no web address.

use crate::message;
use crate::messages::Message;

/// What to write in place of an address that no message can have as a link.
pub(super) fn help(address: &str) -> Message {
    let begins = |scheme: &str| address.trim_start().to_ascii_lowercase().starts_with(scheme);
    if begins("mailto:") {
        message!("write the e-mail address plainly, or as {{email}}: phones make it one to tap")
    } else if begins("tel:") {
        message!("write the phone number plainly, or as {{phones}}: phones make it one to tap")
    } else {
        message!("write the whole web address, beginning with https://")
    }
}

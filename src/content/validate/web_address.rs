//! What is no web address.

/// What to write in place of an address that no message can have as a link.
pub(super) fn help(address: &str) -> &'static str {
    let begins = |scheme: &str| address.trim_start().to_ascii_lowercase().starts_with(scheme);
    if begins("mailto:") {
        "write the e-mail address plainly, or as {email}: phones make it one to tap"
    } else if begins("tel:") {
        "write the phone number plainly, or as {phones}: phones make it one to tap"
    } else {
        "write the whole web address, beginning with https://"
    }
}

//! The product without Telegram: the page that answers a question, as text.
//!
//! `cargo run --example ask -- "who are you"`

use std::io::{self, Write};

use palabre::bot::reply::{Input, PageReply, Place, Reply, Request, reply};
use palabre::clock::unix_time;
use palabre::content::load;

fn main() -> io::Result<()> {
    let question = std::env::args().nth(1).unwrap_or_else(|| "How can I reach you?".to_owned());
    let mut output = io::stdout().lock();

    // The content inside the binary; `load::directory` takes another.
    let loaded = load::shipped(load::today());
    let content = loaded.content.ok_or_else(|| io::Error::other(format!("{:?}", loaded.report)))?;

    // No language of an app is known: a question is answered in the language that it is written in.
    let request =
        Request { input: Input::Text(&question), language_code: None, place: Place::Private, now: unix_time() };
    match reply(&content, &request) {
        Reply::Page(PageReply { page, .. }) => {
            let view = page.view(&content);
            writeln!(output, "{}\n", view.text.as_str())?;
            for button in view.rows.iter().flatten() {
                writeln!(output, "[{}]", button.label)?;
            }
        }
        Reply::Contact { card, .. } => writeln!(output, "{} {}", card.name, card.phone)?,
        Reply::Venue { venue, .. } => writeln!(output, "{} {}", venue.title, venue.address)?,
        Reply::Clip(reply) => writeln!(output, "{}", reply.clip.path)?,
        // In a private chat everything is answered.
        Reply::Silent => {}
    }
    Ok(())
}

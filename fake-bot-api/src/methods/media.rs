//! Voice messages, audio files and photos: uploaded, or sent once more by their `file_id`.

use serde_json::{Map, Value, json};

use super::{
    super::{
        files::{FileKind, Upload, is_jpeg},
        params::Params,
        state::{Answer, Refusal, State},
    },
    messages::caption_content,
    place::Place,
};

/// Bytes.
const THUMBNAIL_MAX: usize = 200_000;

pub(crate) fn send_voice(state: &mut State, params: &Params) -> Answer {
    let attributes = Map::from_iter([duration(params), ("mime_type".to_owned(), json!("audio/ogg"))]);
    send(state, params, "sendVoice", FileKind::Voice, attributes)
}

pub(crate) fn send_audio(state: &mut State, params: &Params) -> Answer {
    const METHOD: &str = "sendAudio";
    if params.text("thumbnail").is_some() || params.upload("thumbnail").is_some() {
        let fits = |upload: &Upload| is_jpeg(&upload.bytes) && upload.bytes.len() <= THUMBNAIL_MAX;
        if !params.upload("thumbnail").is_some_and(fits) {
            state.report_violation(METHOD, "a thumbnail that is no uploaded JPEG of 200 kB at most", &params.to_json());
        }
    }
    let mut attributes = Map::from_iter([duration(params)]);
    for name in ["performer", "title"] {
        attributes.extend(params.text(name).map(|text| (name.to_owned(), json!(text))));
    }
    if let Some(upload) = params.upload("audio") {
        let mime_type = Some(upload.content_type.as_str()).filter(|kind| !kind.is_empty()).unwrap_or("audio/mpeg");
        attributes.insert("mime_type".to_owned(), json!(mime_type));
        attributes.insert("file_name".to_owned(), json!(upload.file_name));
    }
    send(state, params, METHOD, FileKind::Audio, attributes)
}

pub(crate) fn send_photo(state: &mut State, params: &Params) -> Answer {
    send(state, params, "sendPhoto", FileKind::Photo, Map::new())
}

/// `attributes` are those of a file that is uploaded; one that is known keeps its own.
fn send(state: &mut State, params: &Params, method: &str, kind: FileKind, attributes: Map<String, Value>) -> Answer {
    let field = kind.field();
    let upload = params.upload(field);
    let file_id =
        params.text(field).filter(|text| upload.is_none() && !text.is_empty() && !text.starts_with("attach://"));
    if upload.is_none() && file_id.is_none() {
        let reason = format!("there is no {field} in the request");
        return Err(Refusal::violation(format!("{field} is missing"), &reason));
    }
    let mut content = caption_content(state, method, params)?;
    let place = Place::of(state, params)?;
    upload.map_or(Ok(()), |upload| kind.check(upload))?;
    if kind == FileKind::Voice && params.integer("chat_id").is_some_and(|chat| state.voice_forbidden.contains(&chat)) {
        return Err(Refusal::bad_request("VOICE_MESSAGES_FORBIDDEN"));
    }
    let media = match upload {
        Some(upload) => state.files.add(kind, upload, attributes),
        None => state.files.get(kind, file_id.unwrap_or_default())?,
    };
    content.insert(field.to_owned(), media);
    for (option, shown) in
        [("show_caption_above_media", "show_caption_above_media"), ("has_spoiler", "has_media_spoiler")]
    {
        if params.flag(option) {
            content.insert(shown.to_owned(), json!(true));
        }
    }
    place.send(state, params, content)
}

/// Seconds, as the bot says.
fn duration(params: &Params) -> (String, Value) {
    ("duration".to_owned(), json!(params.integer("duration").unwrap_or(0)))
}

//! The bot's profile photo.

use serde_json::{Value, json};

use super::super::{
    BOT_ID,
    files::{FileKind, is_jpeg},
    params::Params,
    state::{Answer, Refusal, State},
    validate,
};

const PHOTOS_MAX: i64 = 100;

pub(crate) fn set_my_profile_photo(state: &mut State, params: &Params) -> Answer {
    let photo = params.json("photo").unwrap_or(&Value::Null);
    if photo["type"] != "static" || validate::unknown_field(photo, &["type", "photo"]).is_some() {
        let rule = format!("a profile photo that is not static, or has other fields: {photo}");
        return Err(Refusal::violation(rule, "invalid profile photo type specified"));
    }
    let upload = photo["photo"].as_str().and_then(|reference| params.attached(reference));
    let upload = upload.ok_or_else(|| {
        Refusal::violation("a profile photo that is not uploaded", "photo must be uploaded as a file")
    })?;
    FileKind::Photo.check(upload)?;
    if !is_jpeg(&upload.bytes) {
        return Err(Refusal::violation("a profile photo that is not JPEG", "IMAGE_PROCESS_FAILED"));
    }
    let sizes = state.files.photo_sizes(upload);
    state.profile.photos.insert(0, sizes);
    Ok(json!(true))
}

pub(crate) fn get_user_profile_photos(state: &mut State, params: &Params) -> Answer {
    let user = params.integer("user_id").unwrap_or_default();
    let photos = match user {
        BOT_ID => &state.profile.photos[..],
        _ if user > 0 && state.chat(user).is_some() => &[],
        _ => return Err(Refusal::bad_request("user not found")),
    };
    let number = |name, default| params.integer(name).map_or(default, |number: i64| number.clamp(0, PHOTOS_MAX));
    let (offset, limit) = (number("offset", 0), number("limit", PHOTOS_MAX).max(1));
    let [offset, limit] = [offset, limit].map(|number| usize::try_from(number).expect("clamped"));
    let some: Vec<_> = photos.iter().skip(offset).take(limit).collect();
    Ok(json!({ "total_count": photos.len(), "photos": some }))
}

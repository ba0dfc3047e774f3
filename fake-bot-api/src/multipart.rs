//! `multipart/form-data`: parameters as texts, and files.

use std::convert::Infallible;

use axum::body::Bytes;
use futures_util::stream;
use multer::Multipart;
use serde_json::{Map, Value};

use super::files::Upload;

/// Parts with a file name are files, all others parameters.
///
/// # Errors
/// If the body is not what its content type says.
pub(crate) async fn read(content_type: &str, body: Bytes) -> Result<(Map<String, Value>, Vec<Upload>), multer::Error> {
    let boundary = multer::parse_boundary(content_type)?;
    let mut parts = Multipart::new(stream::iter([Ok::<_, Infallible>(body)]), boundary);
    let (mut params, mut files) = (Map::new(), Vec::new());
    while let Some(part) = parts.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            params.insert(name, Value::String(part.text().await?));
            continue;
        };
        let content_type = part.content_type().map(ToString::to_string).unwrap_or_default();
        files.push(Upload { name, file_name, content_type, bytes: part.bytes().await?.to_vec().into() });
    }
    Ok((params, files))
}

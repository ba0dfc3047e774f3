//! The files of a content in memory: texts, which tests change, and beside them the clips and pictures that they name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

/// Texts by their paths relative to the content directory.
pub(crate) type Files = BTreeMap<String, String>;

/// The one content of the tests that has clips and pictures.
const SCHOOL: &str = "tests/contents/school";

/// Its clips and pictures by their paths.
static SCHOOL_MEDIA: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let media = bytes(SCHOOL).into_iter().filter(|(path, _)| !path.ends_with(".toml"));
    media.collect()
});

/// The texts of a content.
pub(crate) fn read(directory: &str) -> Files {
    let texts = bytes(directory).into_iter().filter(|(path, _)| path.ends_with(".toml"));
    texts.map(|(path, bytes)| (path, String::from_utf8(bytes).unwrap())).collect()
}

/// The files as they are loaded: the texts, and for those of the school its clips and pictures.
pub(crate) fn entries(files: &Files) -> Vec<(&str, &[u8])> {
    let is_school = files.get("palabre.toml").is_some_and(|root| root.contains("\"school.jpg\""));
    let media = SCHOOL_MEDIA.iter().filter(|_| is_school).map(|(path, bytes)| (path.as_str(), bytes.as_slice()));
    files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).chain(media).collect()
}

/// All files but hidden ones.
fn bytes(directory: &str) -> Vec<(String, Vec<u8>)> {
    fn add(directory: &Path, prefix: &str, found: &mut Vec<(String, Vec<u8>)>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            match (name.starts_with('.'), path.is_dir()) {
                (true, _) => {}
                (false, true) => add(&path, &format!("{prefix}{name}/"), found),
                (false, false) => found.push((format!("{prefix}{name}"), fs::read(&path).unwrap())),
            }
        }
    }
    let mut found = Vec::new();
    add(&Path::new(env!("CARGO_MANIFEST_DIR")).join(directory), "", &mut found);
    found
}

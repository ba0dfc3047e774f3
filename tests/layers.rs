//! The rooms of `src/` use each other in one direction only, as the list of layers in `ARCHITECTURE.md` says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a room may not name: a crate or a part of std, and the only rooms that may.
const ONLY_IN: [(&str, &[&str]); 6] = [
    ("teloxide::", &["telegram"]),
    ("tokio::", &["telegram", "platform", "server", "doctor", "reload", "preview", "cli"]),
    ("hyper::", &["telegram", "server"]),
    ("reqwest::", &["telegram", "doctor"]),
    ("std::net", &["server", "preview", "cli"]),
    ("os::unix", &["platform"]),
];

/// A file of `src/`: its module path (`["content", "validate", "tree"]`) and its code without comments and unit tests.
struct Module {
    path: Vec<String>,
    code: String,
}

impl Module {
    fn room(&self) -> &str {
        &self.path[0]
    }

    fn name(&self) -> String {
        self.path.join("::")
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn modules() -> Vec<Module> {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let module = |file: PathBuf| {
        let path = file.strip_prefix(root().join("src")).unwrap().with_extension("");
        let path: Vec<String> = path.iter().map(|part| part.to_str().unwrap().to_owned()).collect();
        let text = fs::read_to_string(&file).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        Module { path, code: code.join("\n") }
    };
    files.into_iter().map(module).filter(|module| !["main", "lib"].contains(&module.room())).collect()
}

/// The rooms of `ARCHITECTURE.md`, each with the number of its line.
fn layers() -> BTreeMap<String, usize> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let block = text.split("## Layers").nth(1).and_then(|rest| rest.split("```").nth(1)).expect("a list of layers");
    let mut layers = BTreeMap::new();
    for (number, line) in block.lines().skip(1).enumerate() {
        let rooms = line.split("  ").next().unwrap_or_default();
        layers.extend(rooms.split('·').map(|room| (room.trim().to_owned(), number)));
    }
    layers
}

/// Every path behind `prefix` in a module's code, groups in braces taken apart one level deep.
fn paths_behind(code: &str, prefix: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let rest = &code[at + prefix.len()..];
        let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let path: String = rest.chars().take_while(|&c| is_path(c)).collect();
        match rest[path.len()..].strip_prefix('{').filter(|_| path.is_empty() || path.ends_with("::")) {
            Some(group) => {
                let group = group.split(';').next().unwrap_or_default();
                paths.extend(group.split([',', '{', '}']).map(|item| format!("{path}{}", item.trim())));
            }
            None => paths.push(path),
        }
    }
    paths
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let layers = layers();
    let modules = modules();
    let rooms: BTreeSet<&str> = modules.iter().map(Module::room).collect();
    assert_eq!(rooms, layers.keys().map(String::as_str).collect(), "the rooms of src/ and the list of layers");
    for module in &modules {
        for path in paths_behind(&module.code, "crate::") {
            let used = path.split("::").next().unwrap_or_default();
            let Some(layer) = layers.get(used) else { continue };
            let is_above = used == module.room() || *layer < layers[module.room()];
            assert!(is_above, "{} uses {path}, which is not above it", module.name());
        }
    }
}

#[test]
fn what_belongs_to_one_room_stands_nowhere_else() {
    for module in modules() {
        for (name, rooms) in ONLY_IN {
            let is_used = module.code.match_indices(name).any(|(at, _)| {
                !module.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
                    || name == "os::unix"
            });
            assert!(!is_used || rooms.contains(&module.room()), "{} names {name}", module.name());
        }
    }
}

#[test]
fn no_files_use_each_other_in_a_circle() {
    let modules = modules();
    let known: BTreeSet<String> = modules.iter().map(Module::name).collect();
    // The longest beginning of a path that is a file's module.
    let module_of = |path: &str| {
        let mut path = path.trim_end_matches("::");
        loop {
            if known.contains(path) {
                return Some(path.to_owned());
            }
            path = path.rsplit_once("::")?.0;
        }
    };
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for module in &modules {
        let own = module.name();
        let parent = own.rsplit_once("::").map_or("", |(parent, _)| parent);
        let absolute = paths_behind(&module.code, "crate::");
        let siblings = paths_behind(&module.code, "super::").into_iter().map(|path| format!("{parent}::{path}"));
        let used = absolute.into_iter().chain(siblings).filter_map(|path| module_of(&path));
        // What stands in a module around it is shared by all in it; a module names its own parts.
        let is_other = |used: &String| !own.starts_with(used.as_str()) && !used.starts_with(&format!("{own}::"));
        uses.insert(own.clone(), used.filter(is_other).collect());
    }
    for start in uses.keys() {
        let (mut seen, mut next) = (BTreeSet::new(), vec![start]);
        while let Some(module) = next.pop() {
            for used in &uses[module] {
                assert_ne!(used, start, "{module} leads back to {start}");
                if seen.insert(used) {
                    next.push(used);
                }
            }
        }
    }
}

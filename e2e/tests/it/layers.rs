//! Layers: the pure parts name no transport, storage or runtime; services do not know each other.

use std::path::{Path, PathBuf};

/// What pure code may not name.
const IMPURE: [&str; 5] = ["axum", "tokio", "sea_orm", "reqwest", "rdkafka"];
/// Libraries that are pure as a whole.
const PURE: [&str; 7] = ["kernel", "calendar", "contracts", "draw", "forms", "proof", "rules"];
/// The one that puts the services together.
const COMPOSER: &str = "tongban";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn folders(of: &str) -> Vec<(String, PathBuf)> {
    let mut found: Vec<_> = std::fs::read_dir(root().join(of))
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| (entry.file_name().into_string().unwrap(), entry.path()))
        .collect();
    found.sort();
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// The words of a line that stand before a comment.
fn words<'a>(line: &'a str, comment: &str, inner: fn(char) -> bool) -> Vec<&'a str> {
    let code = line.split(comment).next().unwrap_or_default();
    code.split(|one| !inner(one)).filter(|word| !word.is_empty()).collect()
}

/// The impure names in a text of Rust, with their lines.
fn impure(source: &str) -> Vec<(usize, &str)> {
    let inner = |one: char| one.is_alphanumeric() || one == '_';
    let numbered = source.lines().enumerate();
    let named = numbered.flat_map(|(index, line)| {
        words(line, "//", inner).into_iter().map(move |word| (index + 1, word))
    });
    named.filter(|(_, word)| IMPURE.contains(word)).collect()
}

/// The lines of a manifest that name one of `forbidden`, but for the package's own name.
fn depends<'a>(manifest: &'a str, forbidden: &[String]) -> Vec<(usize, &'a str)> {
    let inner = |one: char| one.is_alphanumeric() || one == '_' || one == '-';
    let numbered = manifest.lines().enumerate().map(|(index, line)| (index + 1, line));
    numbered
        .filter(|(_, line)| !line.starts_with("name = "))
        .filter(|(_, line)| {
            words(line, "#", inner).iter().any(|word| forbidden.iter().any(|name| name == word))
        })
        .collect()
}

#[test]
fn pure_code_names_nothing_impure() {
    let libraries = PURE.iter().map(|name| root().join("libs").join(name).join("src"));
    let domains = folders("services").into_iter().map(|(_, path)| path.join("src/domain"));
    let mut faults = Vec::new();
    let mut read = 0;
    for folder in libraries.chain(domains.filter(|folder| folder.is_dir())) {
        for file in sources(&folder) {
            read += 1;
            let source = std::fs::read_to_string(&file).unwrap();
            for (line, word) in impure(&source) {
                faults.push(format!("{}:{line} names {word}", file.display()));
            }
        }
    }
    assert!(read > 40, "only {read} files were looked at");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn no_service_and_no_library_depends_on_a_service() {
    let services = folders("services");
    let mut faults = Vec::new();
    let mut check = |own: &str, path: &Path| {
        let others: Vec<String> = services
            .iter()
            .map(|(name, _)| name)
            .filter(|name| *name != own)
            .flat_map(|name| [format!("tongban-{name}"), format!("tongban_{name}")])
            .collect();
        let file = path.join("Cargo.toml");
        let manifest = std::fs::read_to_string(&file).unwrap();
        for (line, text) in depends(&manifest, &others) {
            faults.push(format!("{}:{line} depends on a service: {text}", file.display()));
        }
    };
    for (name, path) in services.iter().filter(|(name, _)| name != COMPOSER) {
        check(name, path);
    }
    for (_, path) in folders("libs") {
        check("", &path);
    }
    assert!(services.len() > 5, "the services were found");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_checks_find_what_they_look_for() {
    assert_eq!(impure("use serde;\nuse axum::Json; // tokio"), [(2, "axum")]);
    assert_eq!(impure("//! tokio\nlet tokio_like = sea_orm::x;"), [(2, "sea_orm")]);
    let forbidden = ["tongban-matters".to_owned()];
    let found =
        depends("name = \"tongban-matters\"\nm = { package = \"tongban-matters\" }", &forbidden);
    assert_eq!(found.len(), 1);
    assert!(depends("tongban-matters-client.workspace = true", &forbidden).is_empty());
}

//! The house rules that no compiler knows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use payproof::provider::{ALL, Listed};

use crate::world::contract::yaml::root;

/// Lines that a file may have without saying why.
const LINES_MAX: usize = 400;
/// How a longer file says why, within its first lines: "Over 400 lines: …".
const REASON: &str = "Over 400 lines: ";
const REASON_WITHIN: usize = 20;

/// Names that say nothing of what is inside.
const FORBIDDEN_NAMES: [&str; 9] =
    ["common", "helper", "helpers", "manager", "managers", "misc", "util", "utils", "stuff"];

/// What a file that must stay pure does not name: I/O, clocks, randomness, processes, threads.
const IMPURE: [&str; 22] = [
    "std::env",
    "std::fs",
    "std::io",
    "TcpStream",
    "TcpListener",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant",
    "Timestamp::now",
    "Zoned::now",
    "getrandom",
    "rand::",
    "OsRng",
    "tokio",
    "hyper",
    "reqwest",
    "aws_sdk",
    "println!",
    "tracing::",
];

/// What the core's manifest does not have among its dependencies.
const IMPURE_CRATES: [&str; 12] = [
    "async-",
    "aws-",
    "axum",
    "getrandom",
    "hyper",
    "lambda_",
    "rand",
    "reqwest",
    "rustls",
    "socket2",
    "tokio",
    "tracing",
];

/// Every file of the repository that is not ignored, relative to its root.
fn files() -> Vec<PathBuf> {
    let ignored = std::fs::read_to_string(root().join(".gitignore")).expect(".gitignore");
    let ignored: Vec<_> =
        ignored.lines().map(|line| line.trim_matches('/')).filter(|line| !line.is_empty()).collect();
    let is_ignored = |name: &str| {
        name == ".git"
            || ignored.iter().any(|pattern| match pattern.strip_prefix('*') {
                Some(end) => name.ends_with(end),
                None => name == *pattern,
            })
    };
    let (mut found, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let entry = entry.expect("an entry");
            if is_ignored(&entry.file_name().to_string_lossy()) {
                continue;
            }
            let kind = entry.file_type().expect("a type");
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path().strip_prefix(root()).expect("below the root").to_owned());
            }
        }
    }
    found.sort();
    assert!(found.len() > 100, "only {} files were found", found.len());
    found
}

/// A file's text; empty for what is no text.
fn text(path: &Path) -> String {
    std::fs::read(root().join(path)).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
}

fn is_rust(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "rs")
}

/// Whether somebody writes and reads it by hand: not a lock file, and not data.
fn is_source(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("rs" | "js" | "mjs" | "css" | "py" | "sh" | "yaml" | "yml" | "toml" | "html") => true,
        Some(_) => false,
        None => path.starts_with(".ci") || name == "build",
    }
}

/// Fails with one line for each fault.
#[track_caller]
fn none(rule: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{rule}:\n  {}", faults.join("\n  "));
}

#[test]
fn every_manifest_takes_the_lints_of_the_workspace() {
    let manifests: Vec<_> = files()
        .into_iter()
        .filter(|path| {
            path.file_name().is_some_and(|name| name == "Cargo.toml") && *path != Path::new("Cargo.toml")
        })
        .collect();
    assert!(manifests.len() >= 9, "only {} manifests were found", manifests.len());
    let without = manifests.iter().filter(|path| !text(path).contains("[lints]\nworkspace = true\n"));
    none("no `[lints] workspace = true`", without.map(|path| path.display().to_string()).collect());
    let lints = text(Path::new("Cargo.toml"));
    for rule in
        ["unsafe_code = \"forbid\"", "missing_docs = \"warn\"", "unwrap_used = \"deny\"", "panic = \"deny\""]
    {
        assert!(lints.contains(rule), "the workspace no longer has the lint {rule}");
    }
}

#[test]
fn a_long_file_says_why() {
    let long = files().into_iter().filter(|path| is_source(path)).filter_map(|path| {
        let text = text(&path);
        let lines = text.lines().count();
        let says = text.lines().take(REASON_WITHIN).any(|line| line.contains(REASON));
        (lines > LINES_MAX && !says).then(|| format!("{}: {lines} lines", path.display()))
    });
    none(
        &format!("over {LINES_MAX} lines and no \"{REASON}…\" in the first {REASON_WITHIN}"),
        long.collect(),
    );
}

#[test]
fn names_say_what_is_inside() {
    let forbidden = |name: &str| FORBIDDEN_NAMES.contains(&name.to_lowercase().as_str());
    let mut faults = Vec::new();
    for path in files() {
        let parts = path.iter().map(|part| part.to_string_lossy().into_owned());
        if parts
            .map(|part| part.split('.').next().unwrap_or_default().to_owned())
            .any(|part| forbidden(&part))
        {
            faults.push(path.display().to_string());
        }
        for line in text(&path).lines().filter(|_| is_rust(&path)) {
            let module =
                line.trim().trim_start_matches("pub ").trim_start_matches("pub(crate) ").strip_prefix("mod ");
            if module.is_some_and(|module| forbidden(module.trim_end_matches([';', ' ', '{']))) {
                faults.push(format!("{}: {line}", path.display()));
            }
        }
    }
    none("a name that says nothing", faults);
}

/// The files below a folder that are compiled into more than tests.
fn shipped(folder: &str) -> Vec<PathBuf> {
    let all: Vec<_> = files().into_iter().filter(|path| path.starts_with(folder) && is_rust(path)).collect();
    let mut only_tests = BTreeSet::new();
    for path in &all {
        let text = text(path);
        let mut lines = text.lines().map(str::trim).peekable();
        while let Some(line) = lines.next() {
            let module = lines
                .peek()
                .filter(|_| line == "#[cfg(test)]")
                .and_then(|next| next.rsplit_once("mod ").and_then(|(_, module)| module.strip_suffix(';')));
            if let Some(module) = module {
                let stem = path.file_stem().unwrap_or_default();
                let parent = path.parent().unwrap_or(Path::new(""));
                let is_folder = stem == "mod" || stem == "lib";
                only_tests.insert(if is_folder {
                    parent.join(module)
                } else {
                    parent.join(stem).join(module)
                });
            }
        }
    }
    let is_test =
        |path: &PathBuf| only_tests.iter().any(|module| path.with_extension("").starts_with(module));
    all.into_iter().filter(|path| !is_test(path)).collect()
}

/// The lines of a file that are code, with their numbers, up to its own tests.
fn code(path: &Path) -> Vec<(usize, String)> {
    let text = text(path);
    let own_tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
    let lines = text.get(..own_tests).unwrap_or_default().lines().map(str::to_owned).enumerate();
    lines
        .map(|(index, line)| (index + 1, line))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .collect()
}

#[test]
fn what_a_payment_is_imports_nothing_else_of_ours() {
    let files = shipped("shared/core/src/payment");
    assert!(files.len() > 15, "only {} files were found", files.len());
    let mut faults = Vec::new();
    for path in files {
        for (number, line) in code(&path) {
            let mut parts = line.split("crate::").skip(1);
            let elsewhere = parts.any(|rest| !rest.starts_with("payment"));
            if elsewhere || line.contains("payproof_") {
                faults.push(format!("{}:{number}: {}", path.display(), line.trim()));
            }
        }
    }
    none("payment/ imports nothing of ours", faults);
}

#[test]
fn the_core_names_no_clock_no_randomness_and_no_io() {
    let files = shipped("shared/core/src");
    assert!(files.iter().filter(|path| path.starts_with("shared/core/src/provider")).count() > 8);
    let mut faults = Vec::new();
    for path in files {
        for (number, line) in code(&path) {
            if let Some(word) = IMPURE.iter().find(|word| line.contains(*word)) {
                faults.push(format!("{}:{number}: {word}", path.display()));
            }
        }
    }
    none("the core is pure", faults);
}

#[test]
fn the_cores_manifest_brings_no_runtime_and_no_randomness() {
    let manifest = text(Path::new("shared/core/Cargo.toml"));
    let dependencies = manifest.split("[dependencies]").nth(1).expect("dependencies").split("\n[").next();
    let names: Vec<_> = dependencies
        .unwrap_or_default()
        .lines()
        .filter_map(|line| line.split(['.', ' ', '=']).next())
        .collect();
    assert!(names.contains(&"serde") && names.contains(&"hmac"), "{names:?}");
    let impure = names.iter().filter(|name| IMPURE_CRATES.iter().any(|start| name.starts_with(start)));
    none("the core's dependencies", impure.map(|name| (*name).to_owned()).collect());
    assert!(
        !manifest.contains("[build-dependencies]") && !manifest.contains("[target."),
        "nothing by another road"
    );
}

#[test]
fn every_provider_has_vectors() {
    let files = files();
    let without = ALL.into_iter().filter(|provider| {
        let folder = Path::new("shared/core/vectors").join(provider.name());
        !files.iter().any(|path| path.starts_with(&folder) && text(path).len() > 500)
    });
    none("no vectors in shared/core/vectors/", without.map(|provider| provider.name().to_owned()).collect());
}

/// The table of providers, made of the list.
fn table_of_providers() -> String {
    let yes = |can: bool| if can { "yes" } else { "" };
    let row = |provider: &&dyn Listed| {
        let name = if provider.is_family() {
            format!("{}:<name>", provider.name())
        } else {
            provider.name().to_owned()
        };
        let methods: Vec<_> = provider.methods().iter().map(|method| method.word()).collect();
        let can = provider.abilities();
        let cells = [can.fetch, can.whose, can.refund, can.close, can.endpoint].map(yes);
        format!(
            "| `{name}` | {} | {} | {} | {} |\n",
            provider.title(),
            methods.join(", "),
            provider.proof(),
            cells.join(" | ")
        )
        .replace("|  ", "| ")
    };
    let head = "| name | provider | methods | a delivery is believed by | asked | finds by its id | refunds | closes | checks its endpoint |\n\
                | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    head.to_owned() + &ALL.iter().map(row).collect::<String>()
}

#[test]
fn the_readmes_table_of_providers_is_the_list() {
    let (path, table) = (Path::new("README.md"), table_of_providers());
    let readme = text(path);
    if !readme.contains(&table) && std::env::var_os("UPDATE_EXPECT").is_some() {
        let begin = readme.find("| name | provider |").expect("the table");
        let end = begin + readme[begin..].find("\n\n").expect("its end") + 1;
        let written = format!("{}{table}{}", &readme[..begin], &readme[end..]);
        std::fs::write(root().join(path), written).expect("it can be written");
        return;
    }
    assert!(readme.contains(&table), "README.md's table of providers should be:\n{table}");
}

#[test]
fn the_licences_are_there() {
    for (file, words) in
        [("LICENSE-MIT", "Permission is hereby granted"), ("LICENSE-APACHE", "Apache License")]
    {
        assert!(text(Path::new(file)).contains(words), "{file} is not there, or is not what its name says");
    }
    assert!(text(Path::new("Cargo.toml")).contains("license = \"MIT OR Apache-2.0\""));
}

#[test]
fn no_file_names_a_machine_or_a_registry() {
    // Written in two parts, so that this file does not name them either.
    let mut words: Vec<String> =
        [("/ro", "ot/"), ("/ho", "me/"), ("/Us", "ers/"), ("/wo", "rk/"), ("C:\\Us", "ers")]
            .map(|(a, b)| format!("{a}{b}"))
            .into();
    for place in [Some(root()), std::env::var_os("HOME").map(PathBuf::from)].into_iter().flatten() {
        // A place right below the root, such as a container's, is no name of a machine by itself.
        if place.components().count() > 2 {
            words.push(place.display().to_string());
        }
    }
    let lists = ["--index-url", "--extra-index-url", "--find-links", "--registry=", "\"resolved\":"];
    let mut faults = Vec::new();
    for path in files() {
        let text = text(&path);
        for word in words.iter().filter(|word| text.contains(word.as_str())) {
            // A public path can end like a machine's: `docs.example/home/`. A machine's begins a word.
            let begins = |at: usize| {
                text.get(..at).is_none_or(|before| {
                    !before.ends_with(|c: char| c.is_ascii_alphanumeric() || ".-_*}".contains(c))
                })
            };
            if text.match_indices(word.as_str()).any(|(at, _)| begins(at)) {
                faults.push(format!("{}: a path of a machine", path.display()));
            }
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let lock = name.contains("lock") || name.starts_with("requirements");
        if lock && lists.iter().any(|list| text.contains(list)) {
            faults.push(format!("{}: a registry's address", path.display()));
        }
        if [".npmrc", ".pypirc", "pip.conf", ".netrc"].contains(&&*name) {
            faults.push(format!("{}: a machine's own settings", path.display()));
        }
    }
    let elsewhere = text(Path::new("Cargo.lock"));
    let public = "registry+https://github.com/rust-lang/crates.io-index";
    let sources = elsewhere.lines().filter(|line| line.starts_with("source = ") && !line.contains(public));
    faults.extend(sources.map(|line| format!("Cargo.lock: {line}")));
    none("true in one place only", faults);
}

/// The keys that a shop has to know of.
#[test]
fn every_provider_is_explained_and_the_declared_one_can_be_configured() {
    let page = text(Path::new("docs/providers.md"));
    let without = ALL.into_iter().filter(|provider| {
        let colon = if provider.is_family() { ":<name>" } else { "" };
        !page.contains(&format!("\n| `{}{colon}` | ", provider.name()))
    });
    none("no row in docs/providers.md", without.map(|provider| provider.name().to_owned()).collect());
    let begin = page.find("```json\n").expect("an example") + 8;
    let end = begin + page[begin..].find("```").expect("its end");
    let declared: serde_json::Value = serde_json::from_str(&page[begin..end]).expect("JSON");
    let generic = payproof::provider::listed("generic:acme").expect("a family");
    generic.configure_as("generic:acme", &declared).expect("what the page shows can be configured");
}

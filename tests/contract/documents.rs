//! What README.md has to say, because the code says it.

use payproof_edge::api::routes::ROUTES;
use payproof_edge::settings::VARIABLES;

use crate::world::contract::yaml::root;

#[test]
fn the_readme_tells_each_environment_variable() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let untold = VARIABLES.iter().filter(|variable| !readme.contains(&format!("`{}`", variable.name)));
    let untold: Vec<_> =
        untold.map(|variable| format!("`{}`: {}", variable.name, variable.meaning)).collect();
    assert!(untold.is_empty(), "README.md does not tell:\n  {}", untold.join("\n  "));
}

#[test]
fn each_variable_that_is_told_of_is_read() {
    let settings = std::fs::read_to_string(root().join("shared/edge/src/settings.rs")).expect("settings.rs");
    for variable in VARIABLES {
        // RUST_LOG is read where logging starts.
        let read = settings.contains(&format!("(\"{}\")", variable.name)) || variable.name == "RUST_LOG";
        assert!(read, "{} is declared and never read", variable.name);
    }
}

#[test]
fn the_readme_names_each_route() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap_or_default();
    let calls: Vec<_> = ROUTES.iter().map(|route| format!("`{} {}", route.method, route.path)).collect();
    let unnamed: Vec<_> = calls.into_iter().filter(|call| !readme.contains(call.as_str())).collect();
    assert!(unnamed.is_empty(), "README.md does not name:\n  {}", unnamed.join("\n  "));
}

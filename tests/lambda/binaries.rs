//! The functions' binaries, built once by the cargo that runs this.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder with the binary of each function, in the profile that this test was built in.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = target_folder();
        let profile = match folder.file_name().and_then(|name| name.to_str()).expect("a profile's folder") {
            "debug" => "dev",
            profile => profile,
        };
        // With all packages and a test beside them, libraries are compiled as `cargo test --workspace` has them already.
        build(profile, &["--workspace", "--bins", "--test", "lambda"])
    })
}

/// Builds something in a profile; gives the folder that it is in.
pub fn build(profile: &str, what: &[&str]) -> PathBuf {
    let own = target_folder();
    let target = own.parent().expect("a target folder");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into()));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    cargo.args(["build", "--locked", "--quiet", "--profile", profile, "--target-dir"]).arg(target);
    let built = cargo.args(what).status().expect("cargo runs");
    assert!(built.success(), "cargo built {what:?}");
    target.join(if profile == "dev" { "debug" } else { profile })
}

/// The folder that cargo put the running executable into, `deps` left out: `target/debug`, `target/release`, …
fn target_folder() -> PathBuf {
    let exe = std::env::current_exe().expect("the executable's path");
    exe.ancestors().nth(2).expect("a target folder").to_owned()
}

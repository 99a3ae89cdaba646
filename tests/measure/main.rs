//! What `webhook-receive` costs, measured through the Lambda Runtime API and printed as a Markdown table:
//!
//! ```text
//! cargo bench -p payproof-tests --bench measure
//! ```
//!
//! It builds what it measures with the `lambda` profile, which is what is deployed. It needs Linux, and for the second
//! column Java and DynamoDB Local, which `.ci/setup` brings. What each number includes stands under the table. Run it
//! on a machine that does nothing else: the times are wall-clock times.
#![forbid(unsafe_code)]
// As in tests: a measurement that cannot go on ends.
#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../lambda/binaries.rs"]
#[allow(dead_code)]
mod binaries;
#[path = "../lambda/function.rs"]
#[allow(dead_code)]
mod function;
#[path = "../lambda/meter.rs"]
mod meter;
#[path = "../lambda/runtime_api.rs"]
#[allow(dead_code)]
mod runtime_api;
#[path = "../stack/stripe_api.rs"]
#[allow(dead_code)]
mod stripe_api;

mod at_once;
mod dynamodb_local;
mod process;
mod report;
mod run;
mod shop;
mod units;

use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use payproof_edge::settings::Settings;
use payproof_local::{Data, Options, Stack};

use crate::report::{Column, Decision};
use crate::shop::Shop;
use crate::stripe_api::StripeApi;

#[tokio::main]
async fn main() {
    // `cargo test --benches` runs this too, without saying so.
    if !std::env::args().any(|argument| argument == "--bench") {
        return say("run it with `cargo bench`");
    }
    say("building with the lambda profile");
    let folder =
        binaries::build("lambda", &["--package", "webhook-receive", "--package", "payproof-tests", "--bins"]);
    let (ours, bare) = (folder.join("webhook-receive"), folder.join("bare-lambda"));

    let decision = Command::new(folder.join("decision")).output().expect("it runs");
    let decision: Decision = serde_json::from_slice(&decision.stdout).expect("one line of JSON");

    let addr = "127.0.0.1:0".parse().expect("an address");
    let options = Options { addr, data: Data::Memory, public_url: None, shops: Vec::new() };
    let stack = Stack::start(options).await.expect("the stack starts");
    say("measuring on the embedded store");
    let embedded = Shop::on(stack.settings(), StripeApi::start().await).await;
    let mut columns = vec![measure("embedded store", &embedded, &ours, &bare).await];
    let mut skipped = None;
    match dynamodb_local::start(&folder).await {
        Ok(local) => {
            say("measuring on DynamoDB Local");
            let settings = Settings { endpoint_url: Some(local.url.clone()), ..stack.settings() };
            let shop = Shop::on(settings, StripeApi::start().await).await;
            columns.push(measure("DynamoDB Local", &shop, &ours, &bare).await);
        }
        Err(why) => skipped = Some(why),
    }
    let report = report::markdown(&columns, &decision, skipped.as_deref());
    write!(std::io::stdout(), "{report}").expect("an output");
}

async fn measure(store: &'static str, shop: &Shop, ours: &Path, bare: &Path) -> Column {
    let (starts, bare_starts) = run::starts(shop, ours, bare).await;
    let (steady, bare_steady) = run::steady(shop, ours, bare).await;
    let (at_once, bare_at_once) = run::at_once(shop, ours, bare).await;
    let units = units::count(shop, ours).await;
    Column { store, starts, bare_starts, steady, bare_steady, at_once, bare_at_once, units }
}

/// Says on standard error what goes on, so that standard output is the report and nothing else.
fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "measure: {what}");
}

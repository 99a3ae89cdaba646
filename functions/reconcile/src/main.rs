//! The Lambda binary: build what lives as long as the container, warm it, run.

use std::process::ExitCode;

use payproof_edge::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::run_for_queue(reconcile::handle).await
}

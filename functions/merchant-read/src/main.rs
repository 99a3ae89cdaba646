//! The Lambda binary: build what lives as long as the container, warm it, run.

use payproof_edge::lambda;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    lambda::run(merchant_read::handle).await
}

//! What every AWS client is made of: credentials from the environment and the same time-outs, since somebody waits for
//! each of their requests.

use std::time::Duration;

use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{Credentials, Region};

use crate::settings::Settings;

/// The credentials that the settings name: no provider chain runs at start.
pub(crate) fn credentials(settings: &Settings) -> Credentials {
    Credentials::new(
        settings.access_key_id.clone(),
        settings.secret_access_key.reveal(),
        settings.session_token.as_ref().map(|token| token.reveal().to_owned()),
        None,
        "environment",
    )
}

/// The region that the settings name.
pub(crate) fn region(settings: &Settings) -> Region {
    Region::new(settings.region.clone())
}

/// How long a request may take.
pub(crate) fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_millis(1_000))
        .operation_attempt_timeout(Duration::from_millis(2_000))
        .operation_timeout(Duration::from_millis(5_000))
        .build()
}

//! What is wrong with a shop, or soon will be: found in its configuration and in what its orders tell. Pure; each
//! finding says what to do.

mod configuration;
mod health;

pub use configuration::of_configuration;
pub use health::{Clock, Health, Refusals, UNCONFIRMED_LATE_MILLIS, Unconfirmed, of_endpoint, of_health};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Payments fail, or are not learned of in time.
    Error,
    /// Something does not do what it was meant to.
    Warning,
    /// Worth knowing; it may well be meant so.
    Info,
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }
}

/// Something that somebody should know.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// What it is, as a stable word.
    pub code: &'static str,
    /// The provider that it is about, if it is about one.
    pub provider: Option<String>,
    /// What was found, in a sentence.
    pub text: String,
    /// What to do about it.
    pub what_to_do: &'static str,
}

impl Finding {
    fn new(
        severity: Severity,
        code: &'static str,
        text: impl Into<String>,
        what_to_do: &'static str,
    ) -> Self {
        Self { severity, code, provider: None, text: text.into(), what_to_do }
    }

    fn at(self, provider: &str) -> Self {
        Self { provider: Some(provider.to_owned()), ..self }
    }
}

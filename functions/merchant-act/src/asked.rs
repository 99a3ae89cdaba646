//! A provider that had to be asked, and did not answer.

use payproof::payment::Moment;
use payproof::provider::Failure;
use payproof_edge::api::{Code, Problem};
use payproof_edge::flow::AskError;

/// Why nothing is known yet: the provider refused to answer, or was not reached. What it says later is recorded.
pub(crate) fn not_answered(error: AskError, now: Moment) -> Problem {
    match error {
        AskError::Flow(error) => error.into(),
        AskError::Provider(failure @ (Failure::Refused { .. } | Failure::NotUnderstood(_))) => {
            let detail = format!("{} It was: {failure}.", Code::ProviderError.meaning());
            Problem::of(Code::ProviderError, detail)
        }
        error => {
            let detail = format!(
                "{error}. What is not known stays as it is and is asked about by itself; or repeat this."
            );
            let problem = Problem::of(Code::Unavailable, detail);
            match error {
                AskError::LeftAlone { until } => problem.retry_at(until, now),
                _ => problem.retry_after(5),
            }
        }
    }
}

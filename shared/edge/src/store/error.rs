use aws_sdk_dynamodb::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

/// Why the store did not do what was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// It could not be reached, was too slow, or throttles. What was asked may have been done; repeating is safe.
    #[error("the store is unavailable: {0}")]
    Unavailable(String),
    /// It refused the request as malformed: our defect, never a failed condition.
    #[error("the store refused our request: {0}")]
    Defect(String),
    /// An item is not what this version writes.
    #[error("an item cannot be read: {0}")]
    Unreadable(&'static str),
}

impl StoreError {
    /// What an SDK error means. Failed conditions are told apart before this is asked.
    pub(super) fn of<E, R>(error: &SdkError<E, R>) -> Self
    where
        SdkError<E, R>: std::error::Error + ProvideErrorMetadata,
    {
        // A service's answer could quote what was sent: only its code and message are kept.
        let words = match (error, error.code()) {
            (SdkError::ServiceError(_), code) => {
                format!("{}: {}", code.unwrap_or("no code"), error.message().unwrap_or("no message"))
            }
            _ => format!("{}", DisplayErrorContext(error)),
        };
        match error.code() {
            Some(
                "ValidationException"
                | "ResourceNotFoundException"
                | "AccessDeniedException"
                | "SerializationException",
            ) => Self::Defect(words),
            _ => Self::Unavailable(words),
        }
    }
}

/// Whether a conditional write was done: false where its condition did not hold and nothing more is to be known.
pub(super) fn was_done<T, E, R>(answer: Result<T, SdkError<E, R>>) -> Result<bool, StoreError>
where
    SdkError<E, R>: std::error::Error + ProvideErrorMetadata,
{
    match answer {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(StoreError::of(&error)),
    }
}

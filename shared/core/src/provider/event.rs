//! What a verified delivery says.

use super::Step;
use crate::payment::{Moment, Report, SessionId};

/// A verified delivery, read.
#[derive(Debug)]
pub struct Event {
    /// The provider's id of the event. Without one, facts are told apart by their content.
    pub id: Option<String>,
    /// The provider's word for what happened, as it stands in the body.
    pub word: String,
    /// The provider's own time of it.
    pub at: Option<Moment>,
    /// What it tells: about one payment, about many (a batch), or nothing that decides.
    pub readings: Vec<Reading>,
}

/// One thing that an event tells.
#[derive(Debug)]
pub enum Reading {
    /// It carries our session id.
    Told(Told),
    /// The session, or what happened, is in the provider's answer to this. `None` from it: nothing of ours.
    Ask(Step<Option<Told>>),
}

/// Reports about one session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Our session.
    pub session: SessionId,
    /// The provider's id of its checkout, where the event names it.
    pub checkout_id: Option<String>,
    /// What is said of it.
    pub reports: Vec<Report>,
    /// Whether the reports are the provider's answer to our question rather than what the event says.
    pub fetched: bool,
}

/// Why a verified delivery could not be read. It is kept as it came.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotUnderstood {
    /// Not the JSON that the provider documents.
    #[error("not the JSON that the provider documents, at {0}")]
    Shape(String),
    /// A kind of event about payments that this version does not know.
    #[error("a kind of event that may be about money and is not known")]
    Kind,
    /// A test event at a live account, or the other way round.
    #[error("a test event at a live account, or the other way round")]
    Mode,
    /// An amount or currency that is no money.
    #[error("an amount or currency that is no money")]
    Money,
}

/// Something is absent or of another kind than documented.
pub(super) fn missing(place: &str) -> NotUnderstood {
    NotUnderstood::Shape(place.to_owned())
}

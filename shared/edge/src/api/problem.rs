//! What went wrong, as RFC 9457 problem documents. Code, status, title and meaning are declared together, once.

use http::StatusCode;
use payproof::payment::{Method, Moment, Money, Status};

use crate::flow::FlowError;
use crate::store::StoreError;

macro_rules! problems {
    ($($variant:ident = $status:literal $code:literal, $title:literal, $meaning:literal;)*) => {
        /// Every problem's code: stable, and what a client decides by.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)*
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The code as it stands in the document.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// The HTTP status that it is answered with.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// Its title.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// What it means and what to do.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)* }
            }
        }
    };
}

problems! {
    InvalidJson = 400 "invalid_json", "Not JSON", "The body is not JSON in UTF-8, is empty, or is nested too deeply. Send one JSON object.";
    InvalidApiKey = 401 "invalid_api_key", "Wrong API key", "The key is missing, malformed, or not one of this shop's. Send `Authorization: Bearer` with a key of the shop.";
    InvalidSignature = 401 "invalid_signature", "Not provably the provider's", "The delivery's signature is missing, does not match, or is too old or too new. Check the webhook secret of this endpoint and our logs.";
    KeyNotAllowed = 403 "key_not_allowed", "This key may not do that", "The key is right, but of too small a kind for this request. Use a secret key from the shop's server.";
    NotFound = 404 "not_found", "Nothing here", "There is no such thing, or it is not this key's.";
    OrderNotFound = 404 "order_not_found", "No such order", "The shop has not registered this order. Register it with PUT /v1/orders/{order_id} first.";
    MethodNotAllowed = 405 "method_not_allowed", "Wrong method", "The path exists, but not with this method; the Allow header says which.";
    OrderLocked = 409 "order_locked", "The amount cannot change now", "A session of the order could still be paid, or was: its customer pays the amount that it was opened with. Wait until it has ended, or use another order id.";
    OrderAlreadyPaid = 409 "order_already_paid", "The order is paid already", "The order is paid or was refunded; no further session is opened for it.";
    PaymentUnderWay = 409 "payment_under_way", "A payment is under way", "A payment of the order is processing or in review; another session could take the money twice.";
    SessionOpening = 409 "session_opening", "The session is being opened", "Another request is opening a session for this order. Repeat after the time that Retry-After says.";
    TooManyAttempts = 409 "too_many_attempts", "Too many attempts", "The order has had 20 sessions. Register the purchase under another order id.";
    IdempotencyInProgress = 409 "idempotency_in_progress", "The first request is still running", "A request with this Idempotency-Key is still running. Repeat after the time that Retry-After says.";
    NothingToAcknowledge = 409 "nothing_to_acknowledge", "Nothing to acknowledge", "Nothing has raised this word of attention on the order. GET /v1/orders/{order_id} lists what has.";
    NothingToRefund = 409 "nothing_to_refund", "Nothing to refund", "No money ever came for this order, or for the session that session_id names.";
    RefundExceeds = 409 "refund_exceeds", "More than is left", "The refund is more than is left of the payment; refunds that are under way count. amount_left says how much that is.";
    SessionIdNeeded = 409 "session_id_needed", "Which session?", "More than one session of the order was paid. Say in session_id which of them is refunded; the detail names them.";
    RefundNotPossible = 409 "refund_not_possible", "Not possible here", "The provider cannot be asked for this refund. Make it at the provider: its event is counted here.";
    RefundRefused = 409 "refund_refused", "The provider refused", "The provider refused to make this refund, so the amount is free again; the detail has its code. Use a new key to ask again.";
    SessionNotOpen = 409 "session_not_open", "The session is not open", "Only a session that is created or pending can be cancelled; session_status says what this one is.";
    NotInReview = 409 "not_in_review", "The session is not in review", "Only a session in review can be decided about; session_status says what this one is. Paid money goes back by a refund.";
    NothingToApprove = 409 "nothing_to_approve", "Nothing to approve", "The provider holds the payment, and was asked: no money came that could be enough.";
    AlreadyRejected = 409 "already_rejected", "The money was rejected", "This money was rejected before. It stays in review until it is back with the customer.";
    StillHeld = 409 "still_held", "The provider still holds it", "The provider holds the payment and cannot be told to close it. Decide at the provider: its event is recorded here.";
    CannotBeAsked = 409 "cannot_be_asked", "The provider cannot be asked", "The provider has no way to be asked about this session, or the shop has it no more. Its webhooks count; look at the provider's dashboard, or put it back into the shop's configuration.";
    EventApplied = 409 "event_applied", "The event is applied", "The event was applied already, and nothing is applied twice.";
    NoSuchProvider = 409 "no_such_provider", "No account there", "The shop has no account any more at the provider that this is about.";
    OrderFull = 409 "order_full", "The order is full", "The order holds as many facts as it can. What providers tell of it is kept; nothing more can be asked for.";
    NothingToNotify = 409 "nothing_to_notify", "The shop is told nothing", "The shop's configuration names no address that is told of changes. Put `notify` into it first.";
    BodyTooLarge = 413 "body_too_large", "The body is too large", "A webhook's body may have 256 KiB, any other 64 KiB.";
    UnknownField = 422 "unknown_field", "Unknown field", "The request has a field that this endpoint does not know. A session takes no amount: it comes from the stored order.";
    InvalidRequest = 422 "invalid_request", "The request is not as it should be", "A field is missing, of another type, or outside its bounds; the detail says which.";
    InvalidOrderId = 422 "invalid_order_id", "Not an order id", "An order id is 1 to 64 of A-Z a-z 0-9 - _ . and does not start with a dot. Put another form into metadata.";
    InvalidAmount = 422 "invalid_amount", "Not an amount", "An amount is a whole number of the currency's minor unit, from 1 to 15 digits, never a float.";
    InvalidCurrency = 422 "invalid_currency", "Not a currency", "A currency is the upper-case ISO 4217 code of money that a customer can pay with.";
    AmountsDisagree = 422 "amounts_disagree", "The amounts disagree", "Both amount and line items were sent, and the items do not add up to the amount.";
    ReturnUrlNotAllowed = 422 "return_url_not_allowed", "Customers may not be sent there", "The address does not lie below one of the shop's return_url_prefixes, or is written so that readers of it could disagree.";
    InvalidIdempotencyKey = 422 "invalid_idempotency_key", "Not an idempotency key", "An Idempotency-Key is 1 to 255 visible ASCII characters but no comma, sent once.";
    IdempotencyMismatch = 422 "idempotency_mismatch", "The key was used with another body", "This Idempotency-Key was used with another body within 24 hours. Use a new key for a new request.";
    Internal = 500 "internal", "Something of ours failed", "Our defect, and logged. Repeating is safe; tell us the request id if it stays.";
    NoProviderAvailable = 502 "no_provider_available", "No provider could open a session", "No provider of the shop takes this order, or the one that does could not be reached or refused. methods says what can still be tried.";
    ProviderError = 502 "provider_error", "The provider's answer was no answer", "The provider refused to answer or answered what it does not document. Check the key that the shop has for it; what it does not say is asked again by itself.";
    Unavailable = 503 "unavailable", "Try again", "The store, or a provider that had to be asked, could not be reached or is busy. Nothing is lost: repeat the request after the time that Retry-After says.";
}

/// A problem of one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Which.
    pub code: Code,
    /// What of this request it is about, and what to do. It never holds a secret, an e-mail address or a body.
    pub detail: String,
    /// Seconds after which a repeat makes sense.
    pub retry_after: Option<u64>,
    /// Methods that can still be tried.
    pub methods: Option<Vec<Method>>,
    /// The HTTP methods that the path knows.
    pub allow: Option<String>,
    /// What is left to refund.
    pub left: Option<Money>,
    /// What the session is.
    pub session_status: Option<Status>,
}

impl Problem {
    /// A problem whose meaning says all.
    pub fn new(code: Code) -> Self {
        Self::of(code, code.meaning())
    }

    /// A problem with a detail of its own.
    pub fn of(code: Code, detail: impl Into<String>) -> Self {
        Self {
            code,
            detail: detail.into(),
            retry_after: None,
            methods: None,
            allow: None,
            left: None,
            session_status: None,
        }
    }

    /// With seconds after which a repeat makes sense.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// With the seconds until a moment at which a repeat makes sense, at least one.
    #[must_use]
    pub const fn retry_at(self, at: Moment, now: Moment) -> Self {
        let seconds = at.millis_since(now).div_ceil(1_000);
        self.retry_after(if seconds == 0 { 1 } else { seconds })
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The problem document.
    pub fn document(&self, request_id: &str) -> serde_json::Value {
        let mut document = serde_json::json!({
            "type": format!("urn:payproof:problem:{}", self.code.word()),
            "title": self.code.title(),
            "status": self.code.status(),
            "detail": self.detail,
            "code": self.code.word(),
            "request_id": request_id,
        });
        if let Some(object) = document.as_object_mut() {
            if let Some(methods) = &self.methods {
                object.insert("methods".to_owned(), methods.iter().map(|method| method.word()).collect());
            }
            if let Some(status) = self.session_status {
                object.insert("session_status".to_owned(), status.word().into());
            }
            if let Some(left) = self.left {
                object.insert("amount_left".to_owned(), left.minor().into());
                object.insert("currency".to_owned(), left.currency().code().into());
            }
        }
        document
    }
}

/// Logged here, once: the answer says nothing of it.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Unavailable(_) => tracing::warn!(%error, "the store is unavailable"),
            StoreError::Defect(_) | StoreError::Unreadable(_) => tracing::error!(%error, "a defect of ours"),
        }
        Self::new(Code::Unavailable).retry_after(1)
    }
}

impl From<FlowError> for Problem {
    fn from(error: FlowError) -> Self {
        match error {
            FlowError::Store(error) => error.into(),
            FlowError::Raced => {
                tracing::warn!("the race for an item was lost too often");
                Self::new(Code::Unavailable).retry_after(1)
            }
            FlowError::Defect(what) => {
                tracing::error!(what, "a defect of ours: it is not there");
                Self::new(Code::Unavailable).retry_after(1)
            }
            FlowError::Queue(error) => {
                tracing::warn!(%error, "a queue is unavailable");
                Self::new(Code::Unavailable).retry_after(1)
            }
            FlowError::Random(error) => {
                tracing::error!(%error, "no randomness");
                Self::new(Code::Internal)
            }
        }
    }
}

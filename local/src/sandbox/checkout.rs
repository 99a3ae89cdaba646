//! A checkout at the sandbox: what it is, and what the sandbox says of it when asked.

use payproof::payment::{Currency, Moment, Money};
use payproof::provider::sandbox::{CheckoutForm, CheckoutState, RefundState};
use serde::{Deserialize, Serialize};

use super::outbox::{Deliver, Outbox};

/// A checkout, whole: this is the document that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkout {
    /// `chk_…`
    pub(crate) id: String,
    /// Whose.
    pub(crate) shop: String,
    /// As which provider the sandbox speaks of it.
    #[serde(default = "own")]
    pub(crate) speaks: String,
    /// What it was made with.
    pub(crate) form: CheckoutForm,
    pub(crate) status: Status,
    /// Millisecond at which the status was reached.
    pub(crate) since: u64,
    /// Millisecond of the last event: no two of a checkout happen at one moment.
    pub(crate) last: u64,
    /// The payment, once the customer has tried to pay.
    pub(crate) payment: Option<String>,
    /// Minor units that came.
    pub(crate) came: Option<u64>,
    /// Why it failed or is held.
    pub(crate) reason: Option<String>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) disputes: Vec<Dispute>,
    /// Whether the payment was taken back without a dispute.
    pub(crate) reversed: bool,
    /// What becomes of refunds that the shop's side asks for.
    pub(crate) refunds_asked: RefundEnd,
    /// How events were last delivered: the page offers the same again.
    pub(crate) deliver: Deliver,
    pub(crate) outbox: Outbox,
}

/// What a checkout is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Open,
    Processing,
    Review,
    Paid,
    Failed,
    Cancelled,
    Expired,
}

impl Status {
    /// The word on the wire.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Review => "review",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

/// Money on its way back to the customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    /// `rfd_…`
    pub(crate) id: String,
    /// What it was asked for with; none where it was made on the page.
    pub(crate) request: Option<String>,
    /// Minor units.
    pub(crate) amount: u64,
    pub(crate) end: RefundEnd,
    /// Millisecond at which that was reached.
    pub(crate) since: u64,
}

/// What becomes of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundEnd {
    /// The money is back.
    #[default]
    Succeeded,
    /// Nobody knows yet.
    Pending,
    /// The money stays.
    Failed,
}

impl RefundEnd {
    /// The word on the wire.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Pending => "pending",
            Self::Failed => "failed",
        }
    }
}

/// The customer's bank asks for the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispute {
    /// `dsp_…`
    pub(crate) id: String,
    /// Minor units.
    pub(crate) amount: u64,
    /// Whether the shop won; none while it is open.
    pub(crate) won: Option<bool>,
}

impl Checkout {
    /// A checkout that was just made.
    pub(crate) fn new(id: String, shop: String, form: CheckoutForm, now: Moment) -> Self {
        Self {
            id,
            shop,
            speaks: own(),
            form,
            status: Status::Open,
            since: now.millis(),
            last: now.millis(),
            payment: None,
            came: None,
            reason: None,
            refunds: Vec::new(),
            disputes: Vec::new(),
            reversed: false,
            refunds_asked: RefundEnd::default(),
            deliver: Deliver::default(),
            outbox: Outbox::default(),
        }
    }

    /// The same, of which the sandbox speaks as another provider.
    pub(super) fn speaking(self, provider: &str) -> Self {
        Self { speaks: provider.to_owned(), ..self }
    }

    /// When it has to be looked at next without anybody asking.
    pub(crate) fn next_due(&self) -> Option<u64> {
        let expiry =
            (self.status == Status::Open).then(|| Moment::from_seconds(self.form.expires_at).millis());
        self.outbox.next_due().into_iter().chain(expiry).min()
    }

    /// An amount in its currency, for people.
    pub(crate) fn shown(&self, minor: u64) -> String {
        self.money(minor).map_or_else(|| format!("{minor} {}", self.form.currency), |money| money.to_string())
    }

    fn money(&self, minor: u64) -> Option<Money> {
        Money::new(minor, Currency::parse(&self.form.currency).ok()?).ok()
    }

    /// Minor units that can still be refunded.
    pub(crate) fn left(&self) -> u64 {
        let taken =
            self.refunds.iter().filter(|refund| refund.end != RefundEnd::Failed).map(|refund| refund.amount);
        self.came.unwrap_or(0).saturating_sub(taken.sum())
    }

    /// The refund that was asked for with this.
    pub(crate) fn asked_refund(&self, request: &str) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.request.as_deref() == Some(request))
    }

    /// The dispute that is open.
    pub(crate) fn open_dispute(&self) -> Option<&Dispute> {
        self.disputes.iter().find(|dispute| dispute.won.is_none())
    }

    /// What is answered when it is asked for.
    pub(crate) fn state(&self) -> CheckoutState {
        CheckoutState {
            id: self.id.clone(),
            reference: self.form.reference.clone(),
            status: self.status.word().to_owned(),
            amount: self.came.unwrap_or(self.form.amount),
            currency: self.form.currency.clone(),
            payment_id: self.payment.clone(),
            reason: self.reason.clone(),
            updated_at: Moment::from_millis(self.since).to_string(),
            refunds: self.refunds.iter().map(|refund| self.refund_state(refund)).collect(),
        }
    }

    /// What is answered when a refund is asked for.
    pub(crate) fn refund_state(&self, refund: &Refund) -> RefundState {
        RefundState {
            id: refund.id.clone(),
            request: refund.request.clone(),
            status: refund.end.word().to_owned(),
            amount: refund.amount,
            currency: Some(self.form.currency.clone()),
            at: Some(Moment::from_millis(refund.since).to_string()),
        }
    }

    /// A number of it, for providers whose ids are numbers: ten digits of nothing but its own id.
    pub(super) fn number(&self) -> u64 {
        let digest = payproof::provider::signature::hmac_sha256(b"number", &[self.id.as_bytes()]);
        let number = digest.iter().take(7).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        1_000_000_000 + number % 9_000_000_000
    }

    /// The text that other ids of this checkout are made of. It is too short to find the page by.
    pub(super) fn stem(&self) -> String {
        self.id.chars().skip_while(|letter| *letter != '_').skip(1).take(12).collect()
    }
}

fn own() -> String {
    "sandbox".to_owned()
}

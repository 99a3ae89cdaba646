use std::fmt;

/// What somebody has to look at, on an order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Attention {
    /// Money of another amount than the order's came.
    AmountMismatch,
    /// Money of another currency than the order's came.
    CurrencyMismatch,
    /// Two provider payments hold money for one order.
    DuplicatePayment,
    /// Money came for an attempt that had ended.
    LatePayment,
    /// A dispute is open.
    Disputed,
    /// The provider took money back.
    PaymentReversed,
    /// A refund did not reach the customer.
    RefundFailed,
    /// An attempt or a refund stays unconfirmed.
    Stuck,
}

impl Attention {
    /// Every word.
    pub const ALL: [Self; 8] = [
        Self::AmountMismatch,
        Self::CurrencyMismatch,
        Self::DuplicatePayment,
        Self::LatePayment,
        Self::Disputed,
        Self::PaymentReversed,
        Self::RefundFailed,
        Self::Stuck,
    ];

    /// The word in the API and the store.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AmountMismatch => "amount_mismatch",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::DuplicatePayment => "duplicate_payment",
            Self::LatePayment => "late_payment",
            Self::Disputed => "disputed",
            Self::PaymentReversed => "payment_reversed",
            Self::RefundFailed => "refund_failed",
            Self::Stuck => "stuck",
        }
    }

    /// Reads a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|attention| attention.word() == word)
    }
}

impl fmt::Display for Attention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl serde::Serialize for Attention {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}

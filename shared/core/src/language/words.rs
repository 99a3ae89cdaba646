//! Everything that customers read.

use crate::payment::{Method, Status};
use crate::provider::ForCustomer;

/// All words of one language.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// Created, pending: nothing is known yet.
    pub confirming: &'static str,
    /// Processing.
    pub received: &'static str,
    /// Paid.
    pub confirmed: &'static str,
    /// Failed, cancelled.
    pub not_completed: &'static str,
    /// Expired.
    pub expired: &'static str,
    /// Under review.
    pub reviewed: &'static str,
    /// Refunded.
    pub refunded: &'static str,
    /// Why it did not succeed.
    pub reasons: Reasons,
    /// The ways to pay.
    pub methods: Methods,
    /// What stands on pages beside these.
    pub page: Page,
}

/// A sentence for each [`ForCustomer`].
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "each is named as the variant that it is for")]
pub struct Reasons {
    pub declined: &'static str,
    pub funds: &'static str,
    pub limit: &'static str,
    pub expired: &'static str,
    pub details: &'static str,
    pub authentication: &'static str,
    pub not_supported: &'static str,
    pub later: &'static str,
    pub twice: &'static str,
    pub unavailable: &'static str,
    pub reviewed: &'static str,
}

/// A name for each [`Method`], as a customer calls it.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs, reason = "each is named as the variant that it is for")]
pub struct Methods {
    pub card: &'static str,
    pub bank_transfer: &'static str,
    pub wallet: &'static str,
    pub crypto: &'static str,
    pub local: &'static str,
    pub link: &'static str,
}

/// What pages say. `{…}` is replaced.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The page's title.
    pub title: &'static str,
    /// Label: who is paid.
    pub shop: &'static str,
    /// Label: the shop's id of the order.
    pub order: &'static str,
    /// Label: what is paid for.
    pub description: &'static str,
    /// Label: how much.
    pub amount: &'static str,
    /// The way on, once it is paid.
    pub onward: &'static str,
    /// The way back, where it is not.
    pub back: &'static str,
    /// On a button: to where other ways to pay can be chosen, after one did not work.
    pub another_way: &'static str,
    /// The status could not be asked for.
    pub lost: &'static str,
    /// Before it was asked for.
    pub looking: &'static str,
    /// Where the page does not know the secret any more.
    pub open_again: &'static str,
    /// Heading of the pay page: `{amount}`, `{shop}`.
    pub pay: &'static str,
    /// Above the ways to pay.
    pub how: &'static str,
    /// What choosing does, and until when: `{time}`.
    pub sent_on: &'static str,
    /// No way to pay is there.
    pub no_way: &'static str,
    /// The order had too many attempts.
    pub too_many: &'static str,
    /// The link is too old.
    pub link_expired: &'static str,
    /// Nothing was chosen.
    pub choose: &'static str,
    /// Another request is opening the session.
    pub opening: &'static str,
    /// The way that was chosen cannot be used now.
    pub unavailable: &'static str,
    /// Something of ours failed.
    pub trouble: &'static str,
    /// Title where there is no such payment.
    pub unknown_title: &'static str,
    /// There is no such payment.
    pub unknown: &'static str,
    /// What to do then.
    pub unknown_hint: &'static str,
    /// Title where a page cannot be made.
    pub moment_title: &'static str,
    /// A page cannot be made.
    pub moment: &'static str,
    /// What to do then.
    pub moment_hint: &'static str,
}

impl Words {
    /// What is true of a session of this status.
    pub const fn message(&self, status: Status) -> &'static str {
        match status {
            Status::Created | Status::Pending => self.confirming,
            Status::Processing => self.received,
            Status::Paid => self.confirmed,
            Status::Failed | Status::Cancelled => self.not_completed,
            Status::Expired => self.expired,
            Status::Review => self.reviewed,
            Status::Refunded => self.refunded,
        }
    }

    /// Why it did not succeed.
    pub const fn reason(&self, why: ForCustomer) -> &'static str {
        let Reasons { declined, funds, limit, expired, details, authentication, .. } = self.reasons;
        let Reasons { not_supported, later, twice, unavailable, reviewed, .. } = self.reasons;
        match why {
            ForCustomer::Declined => declined,
            ForCustomer::Funds => funds,
            ForCustomer::Limit => limit,
            ForCustomer::Expired => expired,
            ForCustomer::Details => details,
            ForCustomer::Authentication => authentication,
            ForCustomer::NotSupported => not_supported,
            ForCustomer::Later => later,
            ForCustomer::Twice => twice,
            ForCustomer::Unavailable => unavailable,
            ForCustomer::Reviewed => reviewed,
        }
    }

    /// A way to pay.
    pub const fn method(&self, method: Method) -> &'static str {
        match method {
            Method::Card => self.methods.card,
            Method::BankTransfer => self.methods.bank_transfer,
            Method::Wallet => self.methods.wallet,
            Method::Crypto => self.methods.crypto,
            Method::Local => self.methods.local,
            Method::Link => self.methods.link,
        }
    }
}

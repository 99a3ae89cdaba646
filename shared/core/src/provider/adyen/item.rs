//! What Adyen sends, as far as it is read (Adyen's OpenAPI `Webhooks-v1`, `NotificationRequestItem`).

use serde::Deserialize;

use super::money;
use crate::payment::Money;
use crate::provider::NotUnderstood;
use crate::provider::json::Node;

/// A delivery: one item by the documents, any number by experience.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Batch<'a> {
    #[serde(borrow)]
    pub(super) live: Node<'a>,
    #[serde(rename = "notificationItems")]
    wrapped: Vec<Wrapped<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Wrapped<'a> {
    #[serde(borrow, rename = "NotificationRequestItem")]
    item: Node<'a, Item<'a>>,
}

impl<'a> Batch<'a> {
    /// Its items; none where something else stands in the place of one.
    pub(super) fn items(&self) -> impl Iterator<Item = Option<&Item<'a>>> {
        self.wrapped.iter().map(|wrapped| wrapped.item.of())
    }
}

/// One item of a delivery.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Item<'a> {
    // What is signed, in its order; the amount comes after the merchant's reference.
    #[serde(borrow)]
    psp_reference: Node<'a>,
    original_reference: Node<'a>,
    merchant_account_code: Node<'a>,
    merchant_reference: Node<'a>,
    event_code: Node<'a>,
    success: Node<'a>,
    amount: Node<'a, Amount<'a>>,
    // What is not.
    event_date: Node<'a>,
    reason: Node<'a>,
    additional_data: Node<'a, Additional<'a>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Amount<'a> {
    #[serde(borrow)]
    currency: Node<'a>,
    value: Node<'a>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Additional<'a> {
    #[serde(borrow)]
    hmac_signature: Node<'a>,
    payment_link_id: Node<'a>,
    checkout_session_id: Node<'a>,
    fraud_manual_review: Node<'a>,
    dispute_status: Node<'a>,
    chargeback_reason_code: Node<'a>,
    #[serde(rename = "modification.action")]
    modification_action: Node<'a>,
}

/// A text that is there and is not empty: Adyen writes absent ones both ways.
fn text<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.text().filter(|text| !text.is_empty())
}

impl<'a> Item<'a> {
    /// What is signed.
    pub(super) fn signed(&self) -> String {
        let amount = self.amount.of();
        let value = amount.and_then(|amount| amount.value.number()).map(|value| value.to_string());
        [
            self.psp_reference.text(),
            self.original_reference.text(),
            self.merchant_account_code.text(),
            self.merchant_reference.text(),
            value.as_deref(),
            amount.and_then(|amount| amount.currency.text()),
            self.event_code.text(),
            self.success.text(),
        ]
        .map(Option::unwrap_or_default)
        .join(":")
    }

    /// Whether what is signed could be cut in another way, for one of the values holds what they are joined by.
    pub(super) fn is_ambiguous(&self) -> bool {
        self.signed().matches(':').count() != 7
    }

    /// The signature that the item carries.
    pub(super) fn signature(&self) -> Option<&str> {
        text(&self.more()?.hmac_signature)
    }

    fn more(&self) -> Option<&Additional<'a>> {
        self.additional_data.of()
    }

    /// The reference of what the item tells: a payment, a refund, a dispute.
    pub(super) fn psp(&self) -> Result<&str, NotUnderstood> {
        text(&self.psp_reference).ok_or_else(|| missing("pspReference"))
    }

    /// The payment that what it tells belongs to, where it is not the payment itself.
    pub(super) fn original(&self) -> Option<&str> {
        text(&self.original_reference)
    }

    pub(super) fn merchant_account(&self) -> Option<&str> {
        text(&self.merchant_account_code)
    }

    pub(super) fn reference(&self) -> &str {
        self.merchant_reference.text().unwrap_or_default()
    }

    pub(super) fn code(&self) -> Result<&str, NotUnderstood> {
        text(&self.event_code).ok_or_else(|| missing("eventCode"))
    }

    pub(super) fn success(&self) -> Result<bool, NotUnderstood> {
        match self.success.text() {
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            _ => Err(missing("success")),
        }
    }

    pub(super) fn date(&self) -> Option<&str> {
        self.event_date.text()
    }

    pub(super) fn reason(&self) -> Option<&str> {
        text(&self.reason)
    }

    pub(super) fn money(&self) -> Result<Money, NotUnderstood> {
        let amount = self.amount.of().ok_or_else(|| missing("amount"))?;
        let value = amount.value.number().ok_or_else(|| missing("amount.value"))?;
        money(value, amount.currency.text().ok_or_else(|| missing("amount.currency"))?)
    }

    /// The link or checkout session that it was paid on.
    pub(super) fn checkout(&self) -> Option<&str> {
        let more = self.more()?;
        text(&more.payment_link_id).or_else(|| text(&more.checkout_session_id))
    }

    /// Whether the payment is authorised and held for somebody to look at. Told only where the merchant switched it on
    /// in the Customer Area.
    pub(super) fn is_held(&self) -> bool {
        self.more().and_then(|more| more.fraud_manual_review.text()) == Some("true")
    }

    pub(super) fn dispute_status(&self) -> Option<&str> {
        self.more()?.dispute_status.text()
    }

    pub(super) fn dispute_reason(&self) -> Option<&str> {
        text(&self.more()?.chargeback_reason_code)
    }

    /// Which of the two a "cancel or refund" came to.
    pub(super) fn was_cancelled(&self) -> bool {
        self.more().and_then(|more| more.modification_action.text()) == Some("cancel")
    }
}

/// A field of the item is absent or of another kind than documented.
pub(super) fn missing(field: &str) -> NotUnderstood {
    NotUnderstood::Shape(format!("NotificationRequestItem.{field}"))
}

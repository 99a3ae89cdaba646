//! What facts say, in words.

use super::super::{Kind, Loss, Refund};

/// What was said, as the end of a sentence. A refund that was made `elsewhere` names the provider that it was made at.
pub(super) fn said(kind: &Kind, elsewhere: Option<&str>) -> String {
    let over = |loss: &Loss| loss.money.map(|money| format!(" over {money}")).unwrap_or_default();
    let id = |loss: &Loss| loss.dispute.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
    let name = |refund: &Refund| match (&refund.request, elsewhere) {
        (Some(request), _) => format!("{}, asked for as {request}", refund.id),
        (None, Some(provider)) => format!("{}, made at {provider} and not through us", refund.id),
        (None, None) => refund.id.to_string(),
    };
    match kind {
        Kind::Processing => "the payment is being processed".to_owned(),
        Kind::Paid(money) => format!("{money} were paid"),
        Kind::Failed => "the payment failed".to_owned(),
        Kind::Cancelled => "the payment was cancelled".to_owned(),
        Kind::Expired => "the checkout expired".to_owned(),
        Kind::Review => "the payment is held for review".to_owned(),
        Kind::ReviewReleased => "the payment is no longer held".to_owned(),
        Kind::AttemptDeclined => "a try was declined, the checkout stays open".to_owned(),
        Kind::RefundPending(refund) => {
            format!("a refund of {} is under way ({})", refund.money, name(refund))
        }
        Kind::Refunded(refund) => format!("{} were refunded ({})", refund.money, name(refund)),
        Kind::RefundedTotal(money) => format!("{money} were refunded in all"),
        Kind::RefundFailed(refund) => format!("the refund of {} failed ({})", refund.money, name(refund)),
        Kind::Reversed(loss) => match loss.money {
            Some(money) => format!("{money} were taken back{}", id(loss)),
            None => format!("the payment was taken back{}", id(loss)),
        },
        Kind::DisputeOpened(loss) => format!("a dispute{} was opened{}", over(loss), id(loss)),
        Kind::DisputeWon(loss) => format!("the dispute{} was won{}", over(loss), id(loss)),
        Kind::DisputeLost(loss) => format!("the dispute{} was lost{}", over(loss), id(loss)),
        Kind::Sent => "the customer was sent to the checkout".to_owned(),
        Kind::Returned => {
            "a browser came back from the checkout, which does not say whether money came".to_owned()
        }
        Kind::ClockExpired => "the session's time is over and nobody is known to have paid".to_owned(),
        Kind::Stuck(None) => "it stays unconfirmed whether the attempt was paid".to_owned(),
        Kind::Stuck(Some(refund)) => format!("it stays unconfirmed whether the refund was made ({refund})"),
        Kind::RefundRequested(refund) => {
            format!("a refund of {} was asked for ({})", refund.money, refund.id)
        }
        Kind::Approved(money) => format!("{money} are enough"),
        Kind::Rejected(money) => format!("{money} are to be sent back"),
        Kind::Acknowledged { word, .. } => {
            format!("somebody has looked at {}", word.word().replace('_', " "))
        }
    }
}

/// What a merchant decided.
pub(super) fn decided(who: &str, kind: &Kind) -> String {
    match kind {
        Kind::Approved(money) => format!("{who} decided that {money} are enough"),
        Kind::Rejected(money) => format!("{who} decided to send {money} back"),
        Kind::Acknowledged { word, .. } => format!("{who} has looked at {}", word.word().replace('_', " ")),
        Kind::RefundRequested(refund) => {
            format!("{who} asked for a refund of {} ({})", refund.money, refund.id)
        }
        Kind::Cancelled => format!("{who} cancelled the payment"),
        Kind::Paid(money) => format!("{who} confirmed that {money} were paid"),
        other => format!("{who} says: {}", said(other, None)),
    }
}

/// A sentence of these words. A person's note may end as one already.
pub(super) fn sentence(words: &str) -> String {
    let end = (!words.ends_with(['.', '!', '?'])).then_some('.');
    let mut chars = words.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).chain(end).collect()
}

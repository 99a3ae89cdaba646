//! The shop knows every change, each under one id, in their order, and nothing that did not happen.

use payproof::notify::message_id;
use payproof::payment::told;

use super::After;

/// What it was told is what the item says there is to tell.
pub fn everything_once_and_in_order(after: &After<'_>) {
    let heard = after.world.listener.heard().clone();
    let all = told(&after.payment);
    let ids: Vec<_> = all.iter().map(|news| message_id(after.payment.id, news.sequence)).collect();
    let heard_ids: Vec<_> = heard.iter().map(|notice| notice.id.clone()).collect();
    if heard_ids != ids {
        let numbers: Vec<_> = heard.iter().map(|notice| notice.body["data"]["sequence"].clone()).collect();
        after.wrong(format_args!("{} changes, and the shop heard of {numbers:?}", all.len()));
        return;
    }
    for (notice, news) in heard.iter().zip(&all) {
        let data = &notice.body["data"];
        let says = (
            notice.body["type"].as_str(),
            data["sequence"].as_u64(),
            data["status"].as_str(),
            data["amount_paid"].as_u64(),
            data["amount_refunded"].as_u64(),
        );
        let is = (
            Some(news.kind.word()),
            Some(news.sequence),
            Some(news.status.word()),
            Some(news.amount_paid),
            Some(news.amount_refunded),
        );
        if says != is {
            after.wrong(format_args!("the shop was told {says:?}, and it is {is:?}"));
        }
    }
}

//! Payment by hand: a bank transfer, a cheque, cash on delivery. Nobody tells us of it; a merchant who sees the money
//! confirms it.
//!
//! # What is signed
//! Nothing: there is nobody who could. Whatever is posted to its webhook address is refused.
//!
//! # How we are found
//! By the reference that the customer writes into the transfer, `K3X7-Q2M9-V4P8-1`: the beginning of the order's id in
//! capitals, and the number of the attempt. A merchant finds the session that begins so.
//!
//! # Amounts
//! Any. The instructions name the amount in major units with its currency.
//!
//! # Retries
//! None. Making its checkout asks nobody: the customer goes to our return page, which shows the instructions.
//!
//! # Sources
//! This file.
//!
//! | word | ours |
//! | --- | --- |
//! | none | what a merchant decides is theirs, not the provider's |

#[cfg(test)]
pub(super) mod tests;

use super::account::{self, Limits};
use super::template::Instructions;
use super::{About, AccountError, Created, Expiry, NotUnderstood, Provider, Refusal, Repeat, Step, Verdict};
use crate::payment::Method;

/// Payment by hand.
pub static PROVIDER: Provider<Account> = Provider {
    name: "manual",
    title: "Bank transfer or by hand",
    is_family: false,
    methods: &[Method::BankTransfer, Method::Local],
    methods_of: None,
    account,
    about: |_| About { live: None, api_base: "" },
    suits: |account, money| account.limits.hold(money),
    proof: "a merchant says so, by name",
    verify: |_, _, _| Verdict::Refused(Refusal::Missing),
    // Nothing was ever verified, so nothing can be stored that was.
    read: |_, _| Err(NotUnderstood::Shape("the beginning: nobody sends anything".to_owned())),
    hint: |_| None,
    accepted: None,
    remembers: false,
    create: |_, checkout| {
        Step::Done(Created { checkout_id: checkout.session.to_string(), url: checkout.return_url.to_owned() })
    },
    // Made again it is the same, whenever that is.
    repeat: Repeat::SameKey { kept_seconds: u64::MAX },
    expiry: Expiry { least_seconds: 60, most_seconds: 2_592_000 },
    reasons: None,
    fetch: None,
    whose: None,
    by_hand: true,
    instructions: Some(|account, session, money| account.instructions.filled(session, money)),
    refund: None,
    refund_repeat: Repeat::Never,
    close: None,
    endpoint: None,
};

/// What a shop asks its customers to do.
#[derive(Debug)]
pub struct Account {
    instructions: Instructions,
    limits: Limits,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Keys {
    instructions: String,
    min_amount: Option<u64>,
    max_amount: Option<u64>,
}

fn account(config: &serde_json::Value) -> Result<Account, AccountError> {
    let keys: Keys = account::keys(config)?;
    Ok(Account {
        instructions: Instructions::parse("instructions", keys.instructions)?,
        limits: Limits::new(keys.min_amount, keys.max_amount)?,
    })
}

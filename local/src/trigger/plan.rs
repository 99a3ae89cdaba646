//! What is to happen to one order. Pure: it follows from the seed and the order's number.

/// How the events of an act reach payproof, as the sandbox's page calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deliver {
    Once,
    Twice,
    Late(u32),
    OutOfOrder,
    Lost,
}

/// What is done at the sandbox's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Act {
    /// The page's word for it.
    pub(super) word: &'static str,
    /// Minor units, for acts that name an amount.
    pub(super) amount: Option<u64>,
    pub(super) deliver: Deliver,
}

/// One attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) method: &'static str,
    /// The request for a session is cut off and repeated.
    pub(super) cut_off: bool,
    pub(super) acts: Vec<Act>,
}

/// One order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) order: String,
    /// Minor units.
    pub(super) amount: u64,
    /// The registration is cut off and repeated.
    pub(super) cut_off: bool,
    pub(super) attempts: Vec<Attempt>,
    /// Strangers who say that it was paid.
    pub(super) forgeries: u32,
    /// Milliseconds after which whoever hangs up does so.
    pub(super) patience_millis: u64,
}

const METHODS: [&str; 4] = ["card", "wallet", "bank_transfer", "local"];

impl Plan {
    /// The plan of the `nth` order of this seed. `run` keeps the orders of two runs apart.
    pub(super) fn drawn(seed: u64, nth: u32, run: u64) -> Self {
        let mut dice = fastrand::Rng::with_seed(seed.wrapping_mul(1_000_003).wrapping_add(u64::from(nth)));
        let amount = dice.u64(200..50_000);
        let mut attempts = Vec::new();
        loop {
            let method = dice.choice(METHODS).unwrap_or("card");
            let (acts, ended) = acts(&mut dice, amount);
            attempts.push(Attempt { method, cut_off: dice.u32(..5) == 0, acts });
            if !ended || attempts.len() == 3 || dice.u32(..4) == 0 {
                break;
            }
        }
        Self {
            order: format!("chaos-{seed}-{run}-{nth}"),
            amount,
            cut_off: dice.u32(..5) == 0,
            attempts,
            forgeries: if dice.u32(..4) == 0 { dice.u32(1..4) } else { 0 },
            patience_millis: dice.u64(1..15),
        }
    }
}

/// What happens at a checkout, and whether it has then ended without money.
fn acts(dice: &mut fastrand::Rng, amount: u64) -> (Vec<Act>, bool) {
    let other = if dice.bool() { amount.saturating_sub(dice.u64(1..100)) } else { amount + dice.u64(1..100) };
    let (words, ended): (Vec<(&'static str, Option<u64>)>, bool) = match dice.u32(..20) {
        0..=6 => (vec![("pay", None)], false),
        7 => (vec![("pay_other", Some(other))], false),
        8 => (vec![("pay_late", None)], false),
        9..=10 => (vec![("decline", None), ("pay", None)], false),
        11..=12 => (vec![("decline", None), ("fail", None)], true),
        13 => (vec![("cancel", None)], true),
        14 => (vec![("start", None), ("pay", None)], false),
        15 => (vec![("start", None), ("fail", None)], true),
        16 => (vec![("hold", None), ("release", None)], false),
        17 => (vec![("hold", None)], false),
        18 => (vec![("expire", None)], true),
        _ => (vec![("hold", None), ("fail", None)], true),
    };
    let paid = words.iter().any(|(word, _)| ["pay", "pay_late", "release"].contains(word));
    let mut acts: Vec<Act> = words
        .into_iter()
        .map(|(word, amount)| Act { word, amount, deliver: delivery(dice, can_be_asked(word)) })
        .collect();
    // What is overtaken needs something that overtakes it.
    if let Some(last) = acts.last_mut().filter(|last| ["hold", "expire", "cancel"].contains(&last.word))
        && last.deliver == Deliver::OutOfOrder
    {
        last.deliver = Deliver::Twice;
    }
    // Nobody asks about what is final: what comes after the money may come late or twice, but it has to come.
    if paid && dice.u32(..3) == 0 {
        let part = dice.u64(1..amount);
        let mut refund = |amount| {
            let deliver = Some(delivery(dice, false)).filter(|deliver| *deliver != Deliver::OutOfOrder);
            Act { word: "refund", amount: Some(amount), deliver: deliver.unwrap_or(Deliver::Twice) }
        };
        acts.push(refund(part));
        let rest = refund(amount.saturating_sub(part));
        if dice.bool() {
            acts.push(rest);
        }
    }
    (acts, ended)
}

/// Whether payproof can find it out by itself, because it asks about what is not final.
fn can_be_asked(word: &str) -> bool {
    ["pay", "pay_other", "decline", "fail", "cancel", "start", "expire"].contains(&word)
}

fn delivery(dice: &mut fastrand::Rng, may_be_lost: bool) -> Deliver {
    match dice.u32(..10) {
        0..=2 => Deliver::Twice,
        3..=4 => Deliver::Late(dice.u32(1..12)),
        5..=6 => Deliver::OutOfOrder,
        7 if may_be_lost => Deliver::Lost,
        _ => Deliver::Once,
    }
}

#[cfg(test)]
mod tests {
    use super::{Deliver, Plan};

    #[test]
    fn a_seed_makes_the_same_orders_go_the_same_ways() {
        for nth in 1..50 {
            assert_eq!(Plan::drawn(7, nth, 1), Plan::drawn(7, nth, 1));
        }
        assert_ne!(Plan::drawn(7, 1, 1).attempts, Plan::drawn(8, 1, 1).attempts);
    }

    #[test]
    fn a_hundred_orders_have_every_kind_of_trouble() {
        let plans: Vec<_> = (1..=100).map(|nth| Plan::drawn(7, nth, 1)).collect();
        let acts = || plans.iter().flat_map(|plan| &plan.attempts).flat_map(|attempt| &attempt.acts);
        for word in ["pay", "pay_other", "pay_late", "decline", "fail", "cancel", "hold", "expire", "refund"]
        {
            assert!(acts().any(|act| act.word == word), "{word}");
        }
        for deliver in [Deliver::Twice, Deliver::OutOfOrder, Deliver::Lost] {
            assert!(acts().any(|act| act.deliver == deliver), "{deliver:?}");
        }
        assert!(plans.iter().any(|plan| plan.cut_off) && plans.iter().any(|plan| plan.forgeries > 0));
    }
}

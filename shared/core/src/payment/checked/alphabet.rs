//! The facts that sets are made of, and the numbers that chance is made of.

use crate::payment::sample::*;
use crate::payment::{Attention, Fact, Kind};

/// Every kind of fact, on two attempts, with two amounts (the order's and another), two payment, refund and dispute
/// ids, two of the provider's times and none: as few as show each of these beside the others.
pub(super) fn small() -> Vec<Fact> {
    vec![
        // Money: the order's and another amount, two payments and one without id, two times and none.
        paid("p1", 5_000).dated(1),
        paid("p1", 5_000).dated(2),
        paid("p1", 4_000),
        paid("p2", 5_000).dated(2),
        paid("", 5_000),
        paid("p2", 5_000).on(2),
        paid("p1", 4_000).on(2).dated(1),
        paid("p1", 5_000),
        paid("p1", 0),
        fact(Kind::Paid(money(5_000, "USD"))).of("p1"),
        // How an attempt goes.
        fact(Kind::Processing),
        processing("p1").dated(1),
        processing("p1").dated(2),
        fact(Kind::Failed),
        fact(Kind::Cancelled),
        fact(Kind::Expired),
        fact(Kind::Review).dated(1),
        fact(Kind::Review).dated(2),
        fact(Kind::Review),
        fact(Kind::ReviewReleased).dated(1),
        fact(Kind::ReviewReleased),
        declined("p2"),
        declined("p1").dated(1),
        declined("p1").dated(2),
        fact(Kind::Processing).on(2),
        fact(Kind::Failed).on(2),
        // Ours.
        fact(Kind::Sent),
        fact(Kind::Returned),
        fact(Kind::ClockExpired),
        fact(Kind::Sent).on(2),
        fact(Kind::ClockExpired).on(2),
        stuck(""),
        stuck("r1"),
        // Refunds, with and without a payment id, itemised and as running totals.
        refund_requested("p1", "ours-1", 1_000),
        fact(Kind::RefundPending(our_refund("r1", "ours-1", 1_000))).of("p1"),
        refunded("p1", "r1", 1_000),
        refunded("p1", "r2", 4_000),
        refunded("", "r2", 5_000),
        refunded("p2", "r2", 5_000).on(2),
        refunded_total("p1", 5_000).dated(1),
        refunded_total("p1", 4_000).dated(2),
        refunded_total("p1", 4_000),
        refund_failed("p1", "r1", 1_000).dated(2),
        refund_failed("p1", "r1", 1_000),
        // Disputes and reversals.
        reversed("p1", "", 5_000).dated(1),
        reversed("p1", "", 4_000),
        reversed("p1", "d1", 5_000).dated(2),
        dispute_opened("p1", "d1", 5_000).dated(1),
        dispute_opened("p1", "d1", 5_000),
        dispute_won("p1", "d1", 5_000).dated(1),
        dispute_won("p1", "d1", 5_000).dated(2),
        dispute_won("", "d2", 4_000),
        dispute_lost("p1", "d1", 5_000).dated(1),
        dispute_lost("p1", "d1", 5_000),
        dispute_lost("p1", "d2", 4_000),
        dispute_lost("p1", "", 5_000).dated(2),
        dispute_won("p1", "", 5_000).dated(2),
        // A merchant's.
        approved("p1", 4_000),
        approved("p1", 5_000),
        rejected("p1", 5_000),
        acknowledged(Attention::AmountMismatch, &["p1:4000:EUR"]),
        acknowledged(Attention::DuplicatePayment, &["p1:5000:EUR", "p2:5000:EUR"]),
    ]
}

/// Every kind of fact in all combinations of attempt, amount (the order's, others, 0, another currency), id and time,
/// one list for each kind.
pub(super) fn large() -> Vec<Vec<Fact>> {
    let moneys = [eur(5_000), eur(4_000), eur(0), eur(1_000), money(5_000, "USD")];
    let mut kinds: Vec<Vec<Kind>> = [
        Kind::Processing,
        Kind::Failed,
        Kind::Cancelled,
        Kind::Expired,
        Kind::Review,
        Kind::ReviewReleased,
        Kind::AttemptDeclined,
        Kind::Sent,
        Kind::Returned,
        Kind::ClockExpired,
    ]
    .map(|kind| vec![kind])
    .into();
    kinds.push(["", "r1", "ours-1"].map(|refund| stuck(refund).said.kind).into());
    for of_money in [Kind::Paid, Kind::RefundedTotal, Kind::Approved, Kind::Rejected] {
        kinds.push(moneys.map(of_money).into());
    }
    // Money that came is what the rest is about: it is drawn more often.
    kinds.push(moneys.map(Kind::Paid).into());
    kinds.push(vec![Kind::Paid(eur(5_000))]);
    for of_refund in [Kind::RefundPending, Kind::Refunded, Kind::RefundFailed, Kind::RefundRequested] {
        let refunds = ["r1", "r2", "ours-1"].into_iter().flat_map(|id| {
            moneys.into_iter().flat_map(move |money| {
                [refund(id, 1), our_refund(id, "ours-1", 1)]
                    .map(|refund| crate::payment::Refund { money, ..refund })
            })
        });
        kinds.push(refunds.map(of_refund).collect());
    }
    for of_loss in [Kind::Reversed, Kind::DisputeOpened, Kind::DisputeWon, Kind::DisputeLost] {
        let losses = ["", "d1", "d2"].into_iter().flat_map(|id| {
            let amounts = moneys.into_iter().map(Some).chain([None]);
            amounts.map(move |money| crate::payment::Loss { money, ..loss(id, 1) })
        });
        kinds.push(losses.map(of_loss).collect());
    }
    let names = ["p1:5000:EUR", "p2:5000:EUR", "p1:4000:EUR", "p1:0:EUR", "r1", "d1", "p1"];
    kinds.push(Attention::ALL.map(|word| acknowledged(word, &names).said.kind).into());
    kinds.into_iter().map(|kinds| kinds.into_iter().flat_map(variants).collect()).collect()
}

/// One kind about each attempt and payment, at each time. The first attempt and its first payment come up most.
fn variants(kind: Kind) -> impl Iterator<Item = Fact> {
    let whose = [(1, "p1"), (1, "p1"), (1, "p1"), (1, ""), (1, "p2"), (2, "p2"), (2, ""), (2, "p1")];
    whose.into_iter().flat_map(move |(number, payment)| {
        let undated = fact(kind.clone()).of(payment).on(number);
        [1, 2, 3].map(|minutes| undated.clone().dated(minutes)).into_iter().chain([undated])
    })
}

/// Numbers by chance that a seed repeats (splitmix64, Steele, Lea and Flood 2014).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn of_seed(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }

    pub(super) fn one_of<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of the facts of one of the kinds.
    pub(super) fn fact(&mut self, kinds: &[Vec<Fact>]) -> Fact {
        let of_kind = self.below(kinds.len());
        self.one_of(&kinds[of_kind]).clone()
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let other = self.below(last + 1);
            items.swap(last, other);
        }
    }
}

/// The seed of a test by chance: `PAYPROOF_SEED`, or one that never changes.
pub(super) fn seed() -> u64 {
    std::env::var("PAYPROOF_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_261_124)
}

/// What was checked, for `cargo test -- --nocapture`.
#[expect(clippy::print_stdout, reason = "a person who asks for a test's output wants to read it")]
pub(super) fn note(text: &str) {
    println!("{text}");
}

/// Does `work` once for each share, on all processors.
pub(super) fn on_all_processors<T: Send>(work: impl Fn(usize, usize) -> T + Sync) -> Vec<T> {
    let shares = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        let work = &work;
        let threads: Vec<_> = (0..shares).map(|share| scope.spawn(move || work(share, shares))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

//! Write-first and load-decide-save leave the same item, on random histories on real tables.

use std::collections::BTreeMap;

use payproof::payment::{
    Attempt, Currency, Decision, Details, Fact, FactId, Kind, Loss, Money, Payment, ProviderPaymentId,
    Refund, RefundId, Report, Source, WriteMark, decide, expect, reserve,
};
use payproof_edge::store::{Saved, Store};

use crate::suite::{AT, embedded, eur, order, session, shop, stripe};

/// A small generator with a seed that is printed, so that a failing history can be run again.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        // SplitMix64 (Steele, Lea and Flood, 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}

fn random_fact(random: &mut Random, number: usize) -> Fact {
    let usd = Money::new(4999, Currency::parse("USD").expect("a currency")).expect("an amount");
    let money = [eur(4999), eur(4999), eur(4999), eur(1000), eur(0), usd][random.below(6) as usize];
    let refund = |money| Refund { id: RefundId::parse("re_1").expect("an id"), request: None, money };
    let kind = match random.below(14) {
        0..=2 => Kind::Paid(money),
        3 | 4 => Kind::Processing,
        5 | 6 => Kind::AttemptDeclined,
        7 => Kind::Failed,
        8 => Kind::Cancelled,
        9 => Kind::Expired,
        10 => Kind::Refunded(refund(money)),
        11 => Kind::RefundedTotal(money),
        12 => Kind::Review,
        _ => Kind::Reversed(Loss { dispute: None, money: Some(money) }),
    };
    let payment =
        ["pi_1", "pi_2"].get(random.below(3) as usize).map(|id| ProviderPaymentId::parse(id).expect("an id"));
    let said_at = [None, Some(AT), Some(AT.plus_seconds(9))][random.below(3) as usize];
    // A few ids only, so that repeats come.
    let id = FactId::stored(&format!("stripe:evt_{}", random.below(12)));
    let attempt = Attempt::new(1 + u8::try_from(random.below(5) / 4).expect("small")).expect("an attempt");
    let at = AT.plus_seconds(60 + number as u64);
    let write = WriteMark([u8::try_from(number).expect("small"); 6]);
    let said = Report::new(kind).word("w").payment(payment).said_at(said_at);
    Fact { id, attempt, source: Source::Webhook, said, at, write }
}

async fn register(store: &Store, name: &str, sessions: u64) -> Payment {
    let mut payment = order(name, Details::default());
    store.register(&payment, 1).await.expect("a write");
    for number in 1..=sessions {
        let attempt = Attempt::new(u8::try_from(number).expect("small")).expect("an attempt");
        let change = reserve(&payment, attempt, session(payment.facts.len()));
        assert_eq!(store.save(&payment.id, &change).await.expect("a write"), Saved::Written);
        payment.apply(&change);
    }
    payment
}

/// Load, decide, save.
async fn save_decided(store: &Store, payment: &mut Payment, fact: &Fact) {
    if let Decision::Write(change, _) = decide(payment, &shop(), Some(&stripe()), std::slice::from_ref(fact))
    {
        assert_eq!(store.save(&payment.id, &change).await.expect("a write"), Saved::Written);
        payment.apply(&change);
    }
}

/// The raw item, without what names it.
async fn raw(store: &Store, payment: &Payment) -> BTreeMap<String, String> {
    let get = store.client().get_item().table_name(store.payments_table());
    let get = get.key("pk", aws_sdk_dynamodb::types::AttributeValue::S(payment.id.to_string()));
    let get = get.key("sk", aws_sdk_dynamodb::types::AttributeValue::S("order".to_owned()));
    let item = get.send().await.expect("a read").item.expect("an item");
    let named = |name: &String| ["pk", "o", "c", "l"].contains(&name.as_str());
    item.into_iter().filter(|(name, _)| !named(name)).map(|(name, value)| (name, sorted(&value))).collect()
}

/// A set comes back in any order.
fn sorted(value: &aws_sdk_dynamodb::types::AttributeValue) -> String {
    use aws_sdk_dynamodb::types::AttributeValue::{Bs, L, M, Ss};
    match value {
        Bs(blobs) => {
            let mut blobs: Vec<_> = blobs.iter().map(|blob| blob.as_ref().to_vec()).collect();
            blobs.sort();
            format!("{blobs:?}")
        }
        Ss(texts) => {
            let mut texts = texts.clone();
            texts.sort();
            format!("{texts:?}")
        }
        M(map) => {
            format!("{:?}", map.iter().map(|(name, value)| (name, sorted(value))).collect::<BTreeMap<_, _>>())
        }
        L(list) => format!("{:?}", list.iter().map(sorted).collect::<Vec<_>>()),
        other => format!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn write_first_and_load_decide_save_leave_the_same_item_on_the_embedded_store() {
    let (stack, store) = embedded().await;
    both_ways_leave_the_same_item(&store).await;
    stack.stop().await;
}

#[cfg(feature = "wider")]
#[tokio::test(flavor = "multi_thread")]
async fn write_first_and_load_decide_save_leave_the_same_item_on_dynamodb_local() {
    let local = crate::dynamodb_local::start().await;
    let store = Store::new(&crate::suite::settings_at(&local.url));
    store.create_tables().await.expect("tables");
    both_ways_leave_the_same_item(&store).await;
}

async fn both_ways_leave_the_same_item(store: &Store) {
    let (mut first, mut seeds) = (0, 0);
    for seed in 0..400_u64 {
        seeds += 1;
        let mut random = Random(seed);
        let sessions = 1 + random.below(3) / 2;
        let mut wrote_first = register(store, &format!("first-{seed}"), sessions).await;
        let mut decided = register(store, &format!("decided-{seed}"), sessions).await;
        for number in 0..(2 + random.below(8) as usize) {
            let fact = random_fact(&mut random, number);
            let one = std::slice::from_ref(&fact);
            let expected = expect(&shop(), &stripe(), one);
            let saved = match &expected {
                Some((change, _)) => store.save(&wrote_first.id, change).await.expect("an answer"),
                None => Saved::Differs(None),
            };
            match (saved, expected) {
                (Saved::Written, Some((change, outcome))) => {
                    first += 1;
                    let Decision::Write(_, decided_outcome) = decide(&decided, &shop(), Some(&stripe()), one)
                    else {
                        panic!("seed {seed}: written first, and decide would not write: {fact:?}");
                    };
                    assert_eq!(outcome, decided_outcome, "seed {seed}: {fact:?}");
                    wrote_first.apply(&change);
                }
                _ => save_decided(store, &mut wrote_first, &fact).await,
            }
            save_decided(store, &mut decided, &fact).await;
            let (one, other) = (raw(store, &wrote_first).await, raw(store, &decided).await);
            assert_eq!(one, other, "seed {seed}, fact {number}: {fact:?}");
        }
    }
    assert!(first > 100, "{first} of the facts of {seeds} histories went by write-first");
}

//! What is outstanding, when it is looked at again, since when it is stuck; and that nothing outstanding is ever left
//! without a timer.

use std::collections::BTreeSet;

use super::alphabet::{Chance, large, seed, small};
use crate::payment::due::{What, first_look, look_soon, next_look, outstanding, wakes};
use crate::payment::limits::{FIRST_LOOK_MILLIS, LOOKS_APART_MILLIS_MAX};
use crate::payment::sample::*;
use crate::payment::{Attempt, Fact, Kind, Method, Moment, Payment, RefundId, Source, Status};

const HOUR: u64 = 60;
const DAY: u64 = 24 * HOUR;

/// The order with one session, opened in the first minute for half an hour, and these facts a minute later.
fn with(facts: impl IntoIterator<Item = Fact>) -> Story {
    facts.into_iter().fold(Story::new().opened("stripe", Method::Card), |story, fact| story.then([fact]))
}

fn refund_id(id: &str) -> RefundId {
    RefundId::parse(id).unwrap()
}

/// What is outstanding in this minute, and since which.
fn found(story: &Story, minutes: u64) -> Vec<(u8, What, u64)> {
    let found = outstanding(&story.payment, minute(minutes)).into_iter();
    found
        .map(|thing| (thing.attempt.number(), thing.what, thing.since.millis_since(minute(0)) / 60_000))
        .collect()
}

#[test]
fn what_is_outstanding_is_what_is_not_settled_and_nothing_else() {
    let clock = fact(Kind::ClockExpired);
    let asked = refund_requested("p1", "ours-1", 1_000);
    let told = fact(Kind::RefundPending(our_refund("r1", "ours-1", 1_000))).of("p1");
    type Found = Vec<(u8, What, u64)>;
    let table: Vec<(Vec<Fact>, u64, Found)> = vec![
        (vec![], 5, vec![(1, What::Open, 1)]),
        (vec![fact(Kind::Sent)], 5, vec![(1, What::Open, 1)]),
        (vec![fact(Kind::Sent), fact(Kind::Returned)], 5, vec![(1, What::Returned, 3)]),
        (vec![fact(Kind::AttemptDeclined).of("p1")], 5, vec![(1, What::Open, 1)]),
        (vec![fact(Kind::Sent), fact(Kind::Returned)], 31, vec![(1, What::Overdue, 31)]),
        (vec![fact(Kind::Processing)], 40, vec![(1, What::Processing, 2)]),
        // Declined, and so open again: since when it could be closed, and since when another payment is worked on.
        (
            vec![processing("p1").dated(1), fact(Kind::Returned), declined("p1").dated(2)],
            5,
            vec![(1, What::Returned, 3)],
        ),
        (vec![processing("p1").dated(1), declined("p1").dated(2)], 31, vec![(1, What::Overdue, 31)]),
        (
            vec![processing("p1").dated(1), declined("p1").dated(2), processing("p2").dated(3)],
            40,
            vec![(1, What::Processing, 4)],
        ),
        (vec![fact(Kind::Review).dated(1)], 40, vec![(1, What::Held, 2)]),
        (vec![fact(Kind::Review).dated(1), fact(Kind::ReviewReleased).dated(2)], 5, vec![(1, What::Open, 1)]),
        // Money of another amount is for a person to look at: no provider knows more of it.
        (vec![paid("p1", 4_000)], 40, vec![]),
        (vec![paid("p1", 0)], 40, vec![]),
        (vec![paid("p1", 5_000)], 40, vec![]),
        (vec![fact(Kind::Failed)], 40, vec![]),
        (vec![fact(Kind::Cancelled)], 40, vec![]),
        (vec![fact(Kind::Expired)], 40, vec![]),
        (vec![clock.clone()], 40, vec![(1, What::ClockExpired, 31)]),
        (vec![clock.clone(), fact(Kind::Expired)], 40, vec![]),
        (vec![clock], 31 + DAY, vec![]),
        (
            vec![paid("p1", 5_000), asked.clone()],
            40,
            vec![(1, What::RefundRequested(refund_id("ours-1")), 3)],
        ),
        (vec![paid("p1", 5_000), asked, told], 40, vec![(1, What::RefundPending(refund_id("r1")), 4)]),
        (vec![paid("p1", 5_000), refunded("p1", "r1", 1_000)], 40, vec![]),
        (vec![paid("p1", 5_000), refund_failed("p1", "r1", 1_000)], 40, vec![]),
        // Two verdicts at one moment: only the provider can say, and it is not asked for ever.
        (
            vec![
                paid("p1", 5_000),
                dispute_won("p1", "d1", 5_000).dated(1),
                dispute_lost("p1", "d1", 5_000).dated(1),
            ],
            40,
            vec![(1, What::Question, 4)],
        ),
        (
            vec![
                paid("p1", 5_000),
                dispute_won("p1", "d1", 5_000).dated(1),
                dispute_lost("p1", "d1", 5_000).dated(1),
            ],
            4 + DAY,
            vec![],
        ),
    ];
    for (facts, at, expected) in table {
        assert_eq!(found(&with(facts.clone()), at), expected, "{facts:?} in minute {at}");
    }
    assert_eq!(outstanding(&order(), minute(99)), [], "an order without sessions");
}

#[test]
fn an_open_checkout_beside_a_settled_order_is_to_be_closed() {
    let story = with([fact(Kind::Sent)]).opened("other", Method::Wallet);
    let story = story.then([paid("p1", 5_000).on(2)]);
    assert_eq!(found(&story, 5), [(1, What::Beside, 4)]);
    assert_eq!(
        found(&story, 31),
        [(1, What::Overdue, 31)],
        "what expiry closes is not closed for another reason"
    );
    let refunded = story.then([refunded("p1", "r1", 5_000).on(2)]);
    assert_eq!((refunded.status(), found(&refunded, 6)), (Status::Refunded, vec![(1, What::Beside, 4)]));
    // An attempt that is under way may still come to nothing: the other stays open.
    let under_way = with([]).opened("other", Method::Wallet).then([fact(Kind::Processing).on(2)]);
    assert_eq!(found(&under_way, 5), [(1, What::Open, 1), (2, What::Processing, 3)]);
}

#[test]
fn it_is_looked_at_when_it_is_1_3_10_and_30_minutes_old_then_twice_as_old_and_at_most_12_hours_apart() {
    let story = with([fact(Kind::Processing)]);
    let (mut now, mut ages) = (minute(2), Vec::new());
    while ages.len() < 14 {
        now = next_look(&story.payment, now).unwrap();
        ages.push(now.millis_since(minute(2)) / 60_000);
    }
    let (half, whole) = (12 * HOUR, 24 * HOUR);
    let expected = [1, 3, 10, 30, 60, 120, 240, 480, 960, 960 + half, 960 + whole];
    assert_eq!(ages[..11], expected);
    assert!(ages[10..].windows(2).all(|two| two[1] - two[0] == half), "{ages:?}");
    let years = minute(2 + 3 * 365 * DAY);
    assert!(next_look(&story.payment, years).unwrap().millis_since(years) <= LOOKS_APART_MILLIS_MAX);
}

#[test]
fn an_open_session_is_looked_at_after_half_an_hour_and_when_its_time_is_over() {
    let mut story = with([fact(Kind::Sent)]);
    assert_eq!(next_look(&story.payment, minute(2)), Some(minute(31)), "its time is over");
    let session = story.payment.sessions.get_mut(&Attempt::FIRST).unwrap();
    session.expires_at = minute(1 + 90);
    assert_eq!(first_look(session), minute(31));
    for (at, next) in [(1, 31), (30, 31), (31, 61), (61, 91), (90, 91)] {
        assert_eq!(next_look(&story.payment, minute(at)), Some(minute(next)), "in minute {at}");
    }
    let session = story.payment.sessions.get_mut(&Attempt::FIRST).unwrap();
    session.expires_at = minute(6);
    assert_eq!(first_look(session), minute(6));
    let came_back = with([fact(Kind::Sent), fact(Kind::Returned)]);
    assert_eq!(
        next_look(&came_back.payment, minute(3)),
        Some(minute(4)),
        "a minute after the browser came back"
    );
}

#[test]
fn hints_of_one_minute_are_one_look_between_one_and_two_minutes_ahead() {
    let looks: BTreeSet<Moment> = (0..60).map(|second| look_soon(minute(5).plus_seconds(second))).collect();
    assert_eq!(looks, [minute(6), minute(7)].into());
    for second in 0..120 {
        let now = minute(5).plus_seconds(second);
        assert!((60_000..120_000).contains(&look_soon(now).millis_since(now)), "{second}");
    }
}

#[test]
fn each_kind_is_stuck_once_it_is_unconfirmed_for_longer_than_it_should_ever_be() {
    let asked = [paid("p1", 5_000), refund_requested("p1", "ours-1", 1_000)];
    let pending = [paid("p1", 5_000), refund_pending("p1", "r1", 1_000)];
    for (facts, stuck_at) in [
        (vec![fact(Kind::Sent)], 31 + HOUR),
        (vec![fact(Kind::Processing)], 2 + 7 * DAY),
        (vec![fact(Kind::Review).dated(1)], 2 + 7 * DAY),
        (asked.to_vec(), 3 + DAY),
        (pending.to_vec(), 3 + 14 * DAY),
    ] {
        let stuck = |at: u64| outstanding(&with(facts.clone()).payment, minute(at))[0].is_stuck(minute(at));
        assert_eq!((stuck(stuck_at - 1), stuck(stuck_at)), (false, true), "{facts:?}");
    }
    for never in [vec![fact(Kind::ClockExpired)], vec![fact(Kind::Sent), fact(Kind::Returned)]] {
        let story = with(never);
        assert!(outstanding(&story.payment, minute(30)).iter().all(|thing| !thing.is_stuck(minute(30))));
    }
}

#[test]
fn a_write_that_leaves_something_new_outstanding_sets_a_timer_and_no_other_does() {
    let (mut opened, mut woken) = (0, 0);
    let mut check = |before: &Story, facts: &[Fact], expected: bool| {
        let after = before.clone().then(facts.to_vec());
        let wakes = wakes(&before.payment, &after.payment, minute(after.minutes));
        assert_eq!(wakes, expected, "{facts:?} after {:?}", before.payment.facts);
        opened += 1;
        woken += usize::from(wakes);
    };
    let paying = with([paid("p1", 5_000)]);
    let both = with([fact(Kind::Sent)]).opened("other", Method::Wallet);
    check(&with([]), &[fact(Kind::Sent)], false);
    check(&with([]), &[fact(Kind::Processing)], false);
    check(&with([]), &[paid("p1", 5_000)], false);
    check(&with([fact(Kind::Processing)]), &[fact(Kind::Review).dated(1)], false);
    check(&both, &[paid("p1", 5_000).on(2)], true);
    check(&both, &[fact(Kind::Processing).on(2)], false);
    check(&paying, &[refund_pending("p1", "r1", 1_000)], true);
    check(&paying, &[refund_requested("p1", "ours-1", 1_000)], true);
    check(&paying, &[refunded("p1", "r1", 1_000)], false);
    check(&with([processing("p1").dated(1)]), &[declined("p1").dated(1)], false);
    check(&with([processing("p1").dated(1)]), &[declined("p1").dated(2)], true);
    check(&with([fact(Kind::Sent)]), &[declined("p1").dated(2)], false);
    check(&with([fact(Kind::Expired)]), &[fact(Kind::Processing)], false);
    check(&with([fact(Kind::ClockExpired)]), &[fact(Kind::Processing)], true);
    check(
        &paying,
        &[dispute_won("p1", "d1", 5_000).dated(1), dispute_lost("p1", "d1", 5_000).dated(1)],
        true,
    );
    assert_eq!((opened, woken), (15, 6));
}

/// What must be true of any order at any moment.
fn laws(payment: &Payment, now: Moment) {
    let standing = payment.standing();
    let found = outstanding(payment, now);
    let things: BTreeSet<_> = found.iter().map(|thing| (thing.attempt, thing.what.clone())).collect();
    assert_eq!(things.len(), found.len(), "each thing once: {found:?}");
    for (attempt, status) in &standing.sessions {
        let of = |wanted: &[What]| found.iter().any(|it| it.attempt == *attempt && wanted.contains(&it.what));
        let unsettled =
            [What::Open, What::Returned, What::Beside, What::Overdue, What::Processing, What::Held];
        // Money in review is for a person; a 0 that was rejected leaves the session as open as it was.
        let came = standing.ledgers[attempt].sums.iter().any(|sum| sum.came.is_some());
        let for_a_person = *status == Status::Review && came;
        assert_eq!(of(&unsettled), !status.is_final() && !for_a_person, "{status} {:?}", payment.facts);
        for refund in &standing.ledgers[attempt].pending_refunds {
            let (asked, told) = (What::RefundRequested(refund.clone()), What::RefundPending(refund.clone()));
            assert!(of(&[asked, told]), "{refund} {:?}", payment.facts);
        }
    }
    let next = next_look(payment, now);
    assert_eq!(next.is_some(), !found.is_empty());
    if let Some(next) = next {
        assert!(next > now, "a look is ahead: {found:?}");
        assert!(next.millis_since(now) <= LOOKS_APART_MILLIS_MAX);
        let just_before = Moment::from_millis(next.millis() - 1);
        // Whoever looks in between computes the same, so looks run together and do not multiply.
        let between = Moment::from_millis(now.millis().midpoint(just_before.millis()));
        let same: BTreeSet<_> =
            outstanding(payment, between).into_iter().map(|thing| (thing.attempt, thing.what)).collect();
        if same == things {
            assert_eq!(next_look(payment, between), Some(next), "{found:?}");
        }
    }
}

#[test]
fn every_set_of_up_to_two_facts_at_every_age_keeps_the_laws() {
    let facts = small();
    for (first, one) in facts.iter().enumerate() {
        for other in &facts[first..] {
            let mut story = Story::new().opened("stripe", Method::Card).opened("other", Method::Card);
            story.learn([one.clone()]);
            story.learn([other.clone()]);
            for age in [5, 29, 30, 31, 32, 35, 45, 95, 600, DAY, DAY + 32, 20 * DAY] {
                laws(&story.payment, minute(age));
            }
        }
    }
}

/// An order with its timers, as the flows set them: whoever writes sets one before, whoever looks sets the next.
struct Timed {
    story: Story,
    timers: BTreeSet<Moment>,
    now: Moment,
}

impl Timed {
    fn set(&mut self, at: Moment) {
        self.timers.insert(at.max(self.now.plus_seconds(60)));
    }

    fn open(&mut self) {
        if self.story.payment.next_attempt().is_none() {
            return;
        }
        self.story.minutes = self.now.millis_since(minute(0)) / 60_000;
        self.story = self.story.clone().opened("stripe", Method::Card);
        let session = self.story.payment.sessions.values().last().unwrap().clone();
        self.set(first_look(&session));
    }

    fn learn(&mut self, fact: Fact) {
        let returned = fact.said.kind == Kind::Returned;
        let before = self.story.payment.clone();
        self.story.minutes = self.now.millis_since(minute(0)) / 60_000;
        self.story.learn([fact]);
        if returned || wakes(&before, &self.story.payment, self.now) {
            self.set(self.now);
        }
    }

    /// Lets time pass; every timer that came due looks, and finds out nothing.
    fn pass(&mut self, minutes: u64) {
        let until = self.now.plus_seconds(60 * minutes);
        while let Some(due) = self.timers.first().copied().filter(|due| *due <= until) {
            self.timers.remove(&due);
            self.now = due.max(self.now);
            if let Some(next) = next_look(&self.story.payment, self.now) {
                self.set(next);
            }
        }
        self.now = until;
    }
}

#[test]
fn whatever_happens_in_whatever_order_nothing_outstanding_is_left_without_a_timer_and_timers_do_not_multiply()
{
    let (kinds, seed) = (large(), seed());
    for nth in 0..3_000_u64 {
        let mut chance = Chance::of_seed(seed ^ nth << 20);
        let mut timed = Timed { story: Story::new(), timers: BTreeSet::new(), now: minute(1) };
        timed.open();
        for _ in 0..=chance.below(12) {
            match chance.below(6) {
                0 => timed.open(),
                1 | 2 => timed.pass(*chance.one_of(&[1, 7, 31, 61, 700, 3 * DAY])),
                3 => timed.learn(fact(chance.one_of(&[Kind::Sent, Kind::Returned]).clone())),
                _ => {
                    let mut fact = chance.fact(&kinds);
                    if chance.below(3) == 0 {
                        fact = fact.from(Source::Fetch);
                    }
                    // Facts of attempts that are not there are never recorded.
                    if timed.story.payment.sessions.contains_key(&fact.attempt) {
                        timed.learn(fact);
                    }
                }
            }
            laws(&timed.story.payment, timed.now);
            let context = || format!("seed {seed}, history {nth}: {:?}", timed.story.payment.facts);
            if let Some(next) = next_look(&timed.story.payment, timed.now) {
                let ahead =
                    timed.timers.first().unwrap_or_else(|| panic!("no timer is ahead: {}", context()));
                let late = ahead.millis_since(next);
                let most = LOOKS_APART_MILLIS_MAX.max(FIRST_LOOK_MILLIS);
                assert!(late <= most, "the look comes {late} ms late: {}", context());
            }
            let sessions = timed.story.payment.sessions.len();
            assert!(timed.timers.len() <= 4 + 2 * sessions, "{:?} {}", timed.timers, context());
        }
    }
}

//! The sweep: every timer that came due is handed on, whatever dies, however long a queue is, and none is passed over.

use std::collections::BTreeSet;
use std::sync::Arc;

use payproof::payment::{Moment, OrderId, PaymentId};
use payproof_edge::app::App;
use payproof_edge::flow::{Swept, sweep};
use payproof_edge::limits::{QUEUE_LONG, TIMER_KEPT_SECONDS};
use payproof_edge::settings::Settings;
use payproof_edge::store::Due;

use crate::clockwork::Kept;
use crate::door::{Cut, Doors};
use crate::suite::{AT, embedded, shop};

fn order(number: usize) -> PaymentId {
    PaymentId::of(&shop(), &OrderId::parse(&format!("n{number}")).expect("an order id"))
}

fn app(settings: &Settings) -> (App, Arc<Kept>) {
    let queues = Arc::new(Kept::default());
    (App::new(settings).with_queues(Arc::clone(&queues) as Arc<dyn payproof_edge::queue::Queues>), queues)
}

/// Timers of these orders, a second apart, the first in a minute.
async fn set(app: &App, numbers: std::ops::Range<usize>, what: Due) {
    for (nth, number) in numbers.enumerate() {
        let at = AT.plus_seconds(60 + nth as u64);
        app.store.put_timer(&order(number), at, what, AT).await.expect("a write");
    }
}

fn all(numbers: std::ops::Range<usize>) -> BTreeSet<PaymentId> {
    numbers.map(order).collect()
}

fn set_of(orders: Vec<PaymentId>) -> BTreeSet<PaymentId> {
    let count = orders.len();
    let set: BTreeSet<_> = orders.into_iter().collect();
    assert_eq!(set.len(), count, "each once");
    set
}

#[tokio::test(flavor = "multi_thread")]
async fn what_came_due_is_handed_on_once_to_its_own_queue_and_what_did_not_waits() {
    let (stack, _) = embedded().await;
    let (app, queues) = app(&stack.settings());
    set(&app, 0..300, Due::Reconcile).await;
    set(&app, 300..340, Due::NotifyShop).await;
    let early = sweep(&app, AT.plus_seconds(59)).await.expect("a run");
    assert_eq!(early, Swept::default());
    sweep(&app, AT.plus_seconds(60 + 149)).await.expect("a run");
    assert_eq!(set_of(queues.taken(Due::Reconcile)), all(0..150));
    assert_eq!(set_of(queues.taken(Due::NotifyShop)), all(300..340));
    sweep(&app, AT.plus_seconds(600)).await.expect("a run");
    assert_eq!(set_of(queues.taken(Due::Reconcile)), all(150..300));
    assert_eq!(sweep(&app, AT.plus_seconds(660)).await.expect("a run"), Swept::default());
    // A timer that was set while the sweep ran, for a moment that it is past already, but after the newest handed one.
    app.store.put_timer(&order(7), AT.plus_seconds(400), Due::Reconcile, AT).await.expect("a write");
    sweep(&app, AT.plus_seconds(720)).await.expect("a run");
    assert_eq!(queues.taken(Due::Reconcile), [order(7)]);
    // An older clock sees nothing, and moves nothing back.
    assert_eq!(sweep(&app, AT).await.expect("a run"), Swept::default());
    assert_eq!(sweep(&app, AT.plus_seconds(780)).await.expect("a run"), Swept::default());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_queue_gets_no_more_and_does_not_keep_the_other_waiting() {
    let (stack, _) = embedded().await;
    let (app, queues) = app(&stack.settings());
    set(&app, 0..40, Due::Reconcile).await;
    *queues.waiting.lock().expect("no panic") = QUEUE_LONG;
    let held = sweep(&app, AT.plus_seconds(600)).await.expect("a run");
    assert_eq!((held.handed_on, held.left), (0, true));
    *queues.waiting.lock().expect("no panic") = QUEUE_LONG - 10;
    let some = sweep(&app, AT.plus_seconds(660)).await.expect("a run");
    assert!(some.left && (1..40).contains(&some.handed_on), "{some:?}");
    *queues.waiting.lock().expect("no panic") = 0;
    sweep(&app, AT.plus_seconds(720)).await.expect("a run");
    assert_eq!(set_of(queues.taken(Due::Reconcile)), all(0..40));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_is_away_loses_nothing() {
    let (stack, _) = embedded().await;
    let (app, queues) = app(&stack.settings());
    set(&app, 0..200, Due::Reconcile).await;
    for room in [0, 1, 3, 7] {
        *queues.room.lock().expect("no panic") = Some(room);
        sweep(&app, AT.plus_seconds(600)).await.expect_err("it is away");
    }
    *queues.room.lock().expect("no panic") = None;
    sweep(&app, AT.plus_seconds(660)).await.expect("a run");
    assert_eq!(set_of(queues.taken(Due::Reconcile)), all(0..200));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ran_out_is_absent_whether_or_not_it_was_removed() {
    let (stack, _) = embedded().await;
    let (app, queues) = app(&stack.settings());
    set(&app, 0..20, Due::Reconcile).await;
    let swept = sweep(&app, AT.plus_seconds(TIMER_KEPT_SECONDS + 600)).await.expect("a run");
    assert_eq!((swept.handed_on, queues.taken(Due::Reconcile).len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_dies_between_any_two_steps_is_completed_by_the_next() {
    let (stack, _) = embedded().await;
    let doors = Doors::default();
    let endpoint_url = Some(doors.open_to(&stack.store_url).await);
    let (app, queues) = app(&Settings { endpoint_url, ..stack.settings() });
    doors.let_through();
    let mut now = AT;
    for (round, cut) in [Cut::Before, Cut::After].into_iter().cycle().take(60).enumerate() {
        let first = round * 20;
        for number in first..first + 20 {
            app.store.put_timer(&order(number), now, Due::Reconcile, now).await.expect("a write");
        }
        now = now.plus_seconds(120);
        doors.cut_at(1 + round * 2, cut);
        let done = doors.run(sweep(&app, now)).await;
        doors.let_through();
        let handed: BTreeSet<_> = queues.taken(Due::Reconcile).into_iter().collect();
        sweep(&app, now.plus_seconds(1)).await.expect("a run");
        let again: BTreeSet<_> = queues.taken(Due::Reconcile).into_iter().collect();
        let all = all(first..first + 20);
        assert!(handed.union(&again).copied().collect::<BTreeSet<_>>().is_superset(&all), "{cut:?} {round}");
        if done.is_some() {
            assert_eq!((handed, again.len()), (all, 0), "{cut:?} {round}: whole, and nothing twice");
        }
        now = now.plus_seconds(60);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_hand_on_everything_and_pass_over_nothing() {
    let (stack, _) = embedded().await;
    let (one, heard_by_one) = app(&stack.settings());
    let (other, heard_by_other) = app(&stack.settings());
    set(&one, 0..500, Due::Reconcile).await;
    let now = AT.plus_seconds(700);
    let (first, second) = tokio::join!(sweep(&one, now), sweep(&other, now));
    first.and(second).expect("two runs");
    let heard: BTreeSet<_> = [heard_by_one.taken(Due::Reconcile), heard_by_other.taken(Due::Reconcile)]
        .concat()
        .into_iter()
        .collect();
    assert_eq!(heard, all(0..500));
    let _: Moment = now;
}

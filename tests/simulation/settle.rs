//! The end of a history: nothing goes wrong any more, and what is outstanding is let finish by what is there for that.

use std::sync::Arc;
use std::time::Duration;

use payproof::notify::{Turn, turn};
use payproof::payment::due::{What, outstanding};
use payproof::payment::{PaymentId, told};
use payproof_edge::store::{Due, Store};

use crate::bank::{Act, State};
use crate::merchant::ORDER;
use crate::postman::deliver_all;
use crate::shops::payment_id;
use crate::world::World;

/// Looks that an order may take until nothing of it is outstanding.
const LOOKS_MAX: usize = 40;

/// The provider finishes what it works on, the sweep hands on what comes due, and `retell` tells what the stream dropped.
pub async fn comes_to_rest(world: &Arc<World>, store: &Store) {
    finish_at_the_provider(world);
    world.all_over().await;
    crate::support::replays(world).await;
    world.all_over().await;
    let id = payment_id(ORDER);
    for _ in 0..LOOKS_MAX {
        let Some(left) = left(world, store, &id).await else { return };
        match left {
            Left::Nothing => return,
            // What the stream dropped: `retell` would find it.
            Left::ToTell => world.put(Due::NotifyShop, id, Duration::ZERO),
            Left::ToWaitFor => {
                let Some(next) = world.next_timer() else { break };
                tokio::time::sleep(Duration::from_millis(next.millis_since(world.now()) + 1)).await;
                world.sweep().await;
            }
        }
        world.all_over().await;
    }
    world.violation("it does not come to rest");
}

enum Left {
    Nothing,
    ToTell,
    ToWaitFor,
}

/// What is left to do about the order; none where it was never registered.
async fn left(world: &World, store: &Store, id: &PaymentId) -> Option<Left> {
    let (payment, tellings) = store.load_with_tellings(id).await.expect("the store answers")?;
    let (now, all) = (world.now(), told(&payment));
    // What the provider holds it may hold for as long as it likes.
    let settled = outstanding(&payment, now).iter().all(|thing| thing.what == What::Held);
    Some(match turn(&all, &tellings, now) {
        Turn::Try(_) => Left::ToTell,
        Turn::Nothing if settled && !world.timer_is_due() => Left::Nothing,
        Turn::Nothing | Turn::Wait(..) => Left::ToWaitFor,
    })
}

fn finish_at_the_provider(world: &Arc<World>) {
    let checkouts = world.bank.books().checkouts.len();
    for checkout in 0..checkouts {
        let (state, amount) = {
            let books = world.bank.books();
            (books.checkouts[checkout].state, books.checkouts[checkout].form.amount)
        };
        let ends = world.draw(|dice| dice.bool());
        let acts = match state {
            State::Processing if ends => vec![Act::Pay(amount)],
            State::Processing => vec![Act::Fail],
            State::Paid => vec![Act::FinishRefund { succeeds: ends }; 4],
            _ => vec![],
        };
        for act in acts {
            if let Ok(told) = world.bank.act(checkout, &act, world.now()) {
                world.note(format_args!("at the provider: {act:?}"));
                deliver_all(world, told);
            }
        }
    }
}

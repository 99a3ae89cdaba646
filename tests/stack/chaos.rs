//! A sandbox that misbehaves: `trigger chaos` against the running stack, by HTTP alone.

use std::time::Duration;

use payproof_local::trigger::{Chaos, chaos};
use payproof_local::{Data, Options, Stack};

use crate::world::logged;

/// A seed whose first orders lose no webhook, so that nobody has to wait for the sweep.
const LOSES_NOTHING: u64 = 11;
/// A seed whose first orders lose a webhook that matters.
const LOSES: u64 = 1;

async fn stack() -> Stack {
    logged::watch();
    let addr = "127.0.0.1:0".parse().expect("an address");
    let options = Options { addr, data: Data::Memory, public_url: None, shops: Vec::new() };
    Stack::start(options).await.expect("the stack starts")
}

/// Whether the books agree, and what was printed.
async fn run(stack: &Stack, seed: u64, orders: u32, patience: u64) -> (bool, String) {
    let keys = stack.demo.clone().expect("the demo shop");
    let wish = Chaos { url: stack.url.clone(), keys, seed, orders, patience: Duration::from_secs(patience) };
    let mut out = Vec::new();
    let agree = chaos(&wish, &mut out).await.expect("it is seen to the end");
    let words = String::from_utf8(out).expect("text");
    println!("{words}");
    logged::assert_clean();
    (agree, words)
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_sandbox_does_to_the_webhooks_of_an_order_the_books_agree() {
    let stack = stack().await;
    let (agree, words) = run(&stack, LOSES_NOTHING, 12, 60).await;
    assert!(agree, "{words}");
    assert!(words.contains("The books agree.") && words.ends_with("seed 11\n"), "{words}");
    stack.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_told_payproof_is_a_difference_that_is_named_with_its_reason() {
    let stack = stack().await;
    let (agree, words) = run(&stack, LOSES, 12, 0).await;
    assert!(!agree, "{words}");
    assert!(words.contains("DIFFERENT    cs_") && words.contains("was lost"), "{words}");
    stack.stop().await;
}

/// It takes the minute after which a session ends, and payproof asks before it says so.
#[cfg(feature = "wider")]
#[tokio::test(flavor = "multi_thread")]
async fn what_was_lost_is_found_by_the_sweep() {
    let mut stack = stack().await;
    stack.sweep_every(Duration::from_secs(5));
    let (agree, words) = run(&stack, LOSES, 60, 300).await;
    assert!(agree, "{words}");
    assert!(words.contains("differ. What was lost is asked for"), "{words}");
    stack.stop().await;
}

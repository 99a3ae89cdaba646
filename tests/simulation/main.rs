//! Whole histories of orders, each from one seed: the real handlers and flows on the embedded store, with a simulated
//! clock, provider, shop and customers, while requests are lost, repeated, delayed and reordered and processes die at
//! any touch of the world. Afterwards the books are compared.
//!
//! `PAYPROOF_HISTORIES=100000 cargo test --release -p payproof-tests --test simulation -- --nocapture` lives through as
//! many as asked, one thread for each processor; `PAYPROOF_SEED=7` replays one and prints all of it.
#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test that panics fails"
)]

#[path = "../stack/logged.rs"]
#[allow(dead_code)]
mod logged;

mod bank;
mod check;
mod customer;
mod database;
mod doors;
mod fate;
mod history;
mod listener;
mod many;
mod merchant;
mod postman;
mod queues;
mod settle;
mod shops;
mod support;
mod world;

/// Histories that `cargo test` lives through.
const HISTORIES: u64 = 300;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The SDK's clients share one allowance for retries in a process: histories that run beside each other change how often
/// a request of the other is sent again.
static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());

#[test]
fn whatever_fails_repeats_dies_or_comes_late_the_books_agree() {
    let _alone = ONE_AT_A_TIME.lock();
    if let Some(seed) = number("PAYPROOF_SEED") {
        return many::replayed(seed);
    }
    let first = number("PAYPROOF_FIRST_SEED").unwrap_or(1);
    many::live_through(first, number("PAYPROOF_HISTORIES").unwrap_or(HISTORIES));
}

#[test]
fn the_same_seed_is_the_same_history_to_the_last_step() {
    let _alone = ONE_AT_A_TIME.lock();
    for seed in 1..=20 {
        let (first, again) = (history::lived(seed, true), history::lived(seed, true));
        assert!(first.trace.count > 20, "seed {seed}: only {} lines", first.trace.count);
        let lines = |seen: &world::Seen| seen.trace.lines.clone().unwrap_or_default();
        for (one, other) in lines(&first).iter().zip(lines(&again)) {
            assert_eq!(*one, other, "seed {seed}");
        }
        assert_eq!(first.trace, again.trace, "seed {seed}");
        assert_eq!(first.faults, again.faults, "seed {seed}");
    }
}

//! Many histories at once, one thread for each processor; and one history told in full.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::history::lived;
use crate::logged;

/// How often a long run says how far it is.
const SAY_EVERY: Duration = Duration::from_secs(60);

#[derive(Default)]
struct Sum {
    steps: u64,
    faults: BTreeMap<&'static str, u64>,
    wrong: Vec<(u64, Vec<String>)>,
}

/// Lives through this many histories from this seed on, and panics with the seeds of those that ended wrong.
pub fn live_through(first: u64, histories: u64) {
    logged::watch();
    let next = AtomicU64::new(0);
    let began = Instant::now();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let sums: Vec<Sum> = std::thread::scope(|scope| {
        let run = || {
            let mut sum = Sum::default();
            let mut said = Instant::now();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= histories || sum.wrong.len() >= 5 {
                    return sum;
                }
                let seed = first + nth;
                let mut seen = lived(seed, false);
                seen.violations.extend(logged::leaks());
                if !seen.violations.is_empty() {
                    println!(
                        "seed {seed} after {:.1?}, history {nth}: {}",
                        began.elapsed(),
                        seen.violations[0]
                    );
                    sum.wrong.push((seed, seen.violations));
                }
                sum.steps += seen.trace.count;
                for (name, count) in seen.faults {
                    *sum.faults.entry(name).or_default() += count;
                }
                if said.elapsed() > SAY_EVERY {
                    said = Instant::now();
                    println!("{nth} histories after {:.0?}", began.elapsed());
                }
            }
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(run)).collect();
        running.into_iter().map(|thread| thread.join().expect("no thread panics")).collect()
    });
    let mut all = Sum::default();
    for sum in sums {
        all.steps += sum.steps;
        all.wrong.extend(sum.wrong);
        for (name, count) in sum.faults {
            *all.faults.entry(name).or_default() += count;
        }
    }
    let faults: u64 = all.faults.values().sum();
    println!(
        "{histories} histories from seed {first} in {:.1?}: {} steps, {faults} faults {:?}, {} wrong",
        began.elapsed(),
        all.steps,
        all.faults,
        all.wrong.len()
    );
    all.wrong.sort_unstable();
    let words = |(seed, wrong): &(u64, Vec<String>)| {
        format!("seed {seed} (PAYPROOF_SEED={seed} tells it in full):\n  {}", wrong.join("\n  "))
    };
    assert!(all.wrong.is_empty(), "{}", all.wrong.iter().map(words).collect::<Vec<_>>().join("\n"));
}

/// Lives through one history and tells it.
pub fn replayed(seed: u64) {
    logged::watch();
    let seen = lived(seed, true);
    for line in seen.trace.lines.unwrap_or_default() {
        println!("{line}");
    }
    println!("seed {seed}: {} steps, faults {:?}", seen.trace.count, seen.faults);
    assert!(seen.violations.is_empty(), "seed {seed}:\n  {}", seen.violations.join("\n  "));
}

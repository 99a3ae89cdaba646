//! The runs whose times are taken.

use std::path::Path;
use std::time::Duration;

use axum::body::Bytes;
use serde_json::Value;

use crate::at_once;
use crate::function::{Function, environment};
use crate::process;
use crate::runtime_api::Reply;
use crate::shop::Shop;

/// How often each function is started.
const STARTS: usize = 25;
/// Invocations before anything is counted.
const WARM: usize = 100;
/// Invocations of each kind that are counted.
const COUNTED: usize = 1_000;
/// Invocations between two looks at the CPU time.
const BATCH: usize = 50;

/// Many starts of one function.
#[derive(Debug, Default)]
pub struct Starts {
    pub ready: Vec<Duration>,
    pub first: Vec<Duration>,
    /// Bytes, when it was ready.
    pub memory: Vec<u64>,
    /// On a CPU until it was ready.
    pub cpu: Vec<Duration>,
}

/// Many invocations of one kind.
#[derive(Debug)]
pub struct Kind {
    pub times: Vec<Duration>,
    /// On a CPU for one invocation, batch by batch: a batch that nothing else disturbed shows what it needs.
    pub cpu: Vec<Duration>,
}

/// A function that has answered many events.
#[derive(Debug)]
pub struct Steady {
    /// New, duplicate, refused; a bare one has one kind.
    pub kinds: Vec<(&'static str, Kind)>,
    /// Bytes, after all of them.
    pub memory: u64,
}

/// Starts both functions by turns, so that what else the machine does meets both, and sends each its first event.
pub async fn starts(shop: &Shop, ours: &Path, bare: &Path) -> (Starts, Starts) {
    let environment = environment(&shop.settings);
    let (mut of_ours, mut of_bare) = (Starts::default(), Starts::default());
    for nth in 0..STARTS {
        let event = shop.pays(&shop.opens().await.id, nth);
        start(ours, &environment, event.clone(), "applied", &mut of_ours).await;
        start(bare, &environment, event, "", &mut of_bare).await;
    }
    (of_ours, of_bare)
}

async fn start(
    binary: &Path,
    environment: &[(&'static str, String)],
    event: Bytes,
    outcome: &str,
    starts: &mut Starts,
) {
    let function = Function::start(binary, environment).await;
    starts.ready.push(function.ready_after);
    starts.memory.push(process::peak_memory(function.pid()));
    starts.cpu.push(process::cpu(function.pid()));
    let (reply, took) = function.api.invoke(event).await;
    expect(&reply, 200, outcome);
    starts.first.push(took);
    function.end().await;
}

/// Sends many events of each kind to one container of each function.
pub async fn steady(shop: &Shop, ours: &Path, bare: &Path) -> (Steady, Steady) {
    let environment = environment(&shop.settings);
    let mut sessions = Vec::new();
    for _ in 0..WARM + COUNTED {
        sessions.push(shop.opens().await.id);
    }
    let paid: Vec<Bytes> =
        sessions.iter().enumerate().map(|(nth, session)| shop.pays(session, STARTS + nth)).collect();
    let (warm, counted) = paid.split_at(WARM);

    let function = Function::start(ours, &environment).await;
    send(&function, warm, 200, "applied").await;
    let new = send(&function, counted, 200, "applied").await;
    let duplicate = send(&function, counted, 200, "duplicate").await;
    let forged: Vec<Bytes> =
        sessions.iter().skip(WARM).enumerate().map(|(nth, id)| shop.forges(id, nth)).collect();
    let refused = send(&function, &forged, 401, "").await;
    let memory = process::peak_memory(function.pid());
    function.end().await;
    let of_ours =
        Steady { kinds: vec![("new", new), ("duplicate", duplicate), ("refused", refused)], memory };

    let function = Function::start(bare, &environment).await;
    send(&function, warm, 200, "").await;
    let write = send(&function, counted, 200, "").await;
    let memory = process::peak_memory(function.pid());
    function.end().await;
    (of_ours, Steady { kinds: vec![("one write", write)], memory })
}

/// New webhooks, and what the bare one does, on a store that answers at once.
pub async fn at_once(shop: &Shop, ours: &Path, bare: &Path) -> (Kind, Kind) {
    let environment = environment(&at_once::in_front_of(&shop.settings).await);
    // Nothing is written, so one session is as good as many.
    let session = shop.opens().await.id;
    let events: Vec<Bytes> = (0..WARM + COUNTED).map(|nth| shop.pays(&session, nth)).collect();
    let (warm, counted) = events.split_at(WARM);
    let mut kinds = Vec::new();
    for (binary, outcome) in [(ours, "applied"), (bare, "")] {
        let function = Function::start(binary, &environment).await;
        send(&function, warm, 200, outcome).await;
        kinds.push(send(&function, counted, 200, outcome).await);
        function.end().await;
    }
    let of_bare = kinds.pop().expect("two");
    (kinds.pop().expect("two"), of_bare)
}

async fn send(function: &Function, events: &[Bytes], status: u64, outcome: &str) -> Kind {
    let mut kind = Kind { times: Vec::with_capacity(events.len()), cpu: Vec::new() };
    for batch in events.chunks(BATCH) {
        let before = process::cpu(function.pid());
        for event in batch {
            let (reply, took) = function.api.invoke(event.clone()).await;
            expect(&reply, status, outcome);
            kind.times.push(took);
        }
        let spent = process::cpu(function.pid()).saturating_sub(before);
        kind.cpu.push(spent / u32::try_from(batch.len()).expect("a small batch"));
    }
    kind
}

/// A measurement of wrong answers would say nothing.
pub fn expect(reply: &Reply, status: u64, outcome: &str) {
    let Reply::Answer(answer) = reply else { panic!("an error: {reply:?}") };
    let answer: Value = serde_json::from_slice(answer).expect("JSON");
    assert_eq!(answer["statusCode"], status, "{answer}");
    assert!(answer["body"].as_str().is_some_and(|body| body.contains(outcome)), "{answer}");
}

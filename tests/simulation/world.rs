//! One history's world: its clock, its dice, its containers, and whatever was seen that must not be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use payproof::payment::Moment;
use payproof_edge::api::{Request, Response};
use payproof_edge::app::App;
use payproof_edge::send::Sender;
use payproof_edge::store::Store;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::bank::Bank;
use crate::database::settings;
use crate::fate::{Callee, Fate, Lost, Weather};
use crate::listener::Listener;
use crate::queues::SimulatedQueues;

/// When every history begins. It is ahead of the machine's clock, so that nothing measures against that by accident.
const BEGINNING_MILLIS: u64 = 2_000_000_000_000;
/// Functions that run side by side, each with memory of its own.
const CONTAINERS: usize = 2;

tokio::task_local! {
    /// The process that a touch comes from; none while nothing goes wrong.
    static PROCESS: Process;
}

#[derive(Clone)]
struct Process {
    number: u32,
    dies: Arc<Notify>,
}

/// A history's world.
pub struct World {
    /// The provider, with its books.
    pub bank: Bank,
    /// The shop's own server.
    pub listener: Listener,
    began: Instant,
    inner: Mutex<Inner>,
    containers: Mutex<Vec<Arc<App>>>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

struct Inner {
    dice: fastrand::Rng,
    weather: Weather,
    calm: bool,
    outages: Vec<(Callee, u64, u64)>,
    processes: u32,
    faults: BTreeMap<&'static str, u64>,
    trace: Trace,
    violations: Vec<String>,
    timers: BTreeSet<u64>,
    at_rest: bool,
}

/// What happened, in order: as a hash, and in words where somebody wants to read it.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Of all lines.
    pub hash: u64,
    /// How many lines.
    pub count: u64,
    /// The lines, where they are kept.
    pub lines: Option<Vec<String>>,
}

impl Trace {
    fn note(&mut self, line: String) {
        // FNV-1a: the same lines in the same order give the same number on every machine.
        for byte in line.bytes() {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        self.count += 1;
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }
}

/// What a world comes to.
pub struct Seen {
    pub faults: BTreeMap<&'static str, u64>,
    pub trace: Trace,
    pub violations: Vec<String>,
}

impl World {
    /// The world of this seed. The shops' configurations are still to be written, in calm.
    pub fn new(seed: u64, keep_lines: bool) -> Arc<Self> {
        let mut dice = fastrand::Rng::with_seed(seed);
        // The SDK spreads its repeats by this thread's generator.
        fastrand::seed(seed);
        let weather = Weather::drawn(&mut dice);
        let mut outages = Vec::new();
        for callee in [Callee::Store, Callee::Provider, Callee::Shop] {
            if dice.u32(..1_000) < weather.outage {
                let from = dice.u64(..120_000);
                outages.push((callee, from, from + dice.u64(5_000..180_000)));
            }
        }
        let lines = keep_lines.then(Vec::new);
        Arc::new(Self {
            bank: Bank::default(),
            listener: Listener::default(),
            began: Instant::now(),
            inner: Mutex::new(Inner {
                dice,
                weather,
                calm: true,
                outages,
                processes: 0,
                faults: BTreeMap::new(),
                trace: Trace { lines, ..Trace::default() },
                violations: Vec::new(),
                timers: BTreeSet::new(),
                at_rest: false,
            }),
            containers: Mutex::new(Vec::new()),
            tasks: Mutex::new(Vec::new()),
        })
    }

    /// Starts the containers, and the weather.
    pub fn begin(self: &Arc<Self>, store: &Store) {
        *locked(&self.containers) = (0..CONTAINERS).map(|_| self.container(store)).collect();
        self.inner().calm = false;
    }

    /// From now on nothing goes wrong.
    pub fn calm_down(&self) {
        self.inner().calm = true;
    }

    /// Ends it.
    pub fn end(&self) -> Seen {
        // The containers hold the world.
        locked(&self.containers).clear();
        let mut inner = self.inner();
        Seen {
            faults: std::mem::take(&mut inner.faults),
            trace: std::mem::take(&mut inner.trace),
            violations: std::mem::take(&mut inner.violations),
        }
    }

    fn container(self: &Arc<Self>, store: &Store) -> Arc<App> {
        let mut app = App::over(store.clone(), &settings());
        app.sender = Sender::instead(crate::bank::carrier(self));
        app.to_shops = Sender::instead(crate::listener::carrier(self));
        Arc::new(app.with_queues(Arc::new(SimulatedQueues(Arc::downgrade(self)))))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        locked(&self.inner)
    }

    /// The moment that it is.
    pub fn now(&self) -> Moment {
        Moment::from_millis(BEGINNING_MILLIS + self.elapsed())
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Draws from the dice.
    pub fn draw<T>(&self, by: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        by(&mut self.inner().dice)
    }

    /// True in so many of a thousand cases.
    pub fn chance(&self, thousandths: u32) -> bool {
        self.draw(|dice| dice.u32(..1_000) < thousandths)
    }

    /// Whether a fault of this likeliness happens; never in calm.
    pub fn fault(&self, name: &'static str, thousandths: impl Fn(&Weather) -> u32) -> bool {
        let mut inner = self.inner();
        let likely = thousandths(&inner.weather);
        if inner.calm || inner.dice.u32(..1_000) >= likely {
            return false;
        }
        *inner.faults.entry(name).or_default() += 1;
        true
    }

    /// Waits for a drawn time between these milliseconds.
    pub async fn pause(&self, from: u64, to: u64) {
        let millis = self.draw(|dice| dice.u64(from..to));
        tokio::time::sleep(Duration::from_millis(millis)).await;
    }

    /// Writes a line of the trace.
    pub fn note(&self, line: impl std::fmt::Display) {
        let (at, process) = (self.elapsed(), PROCESS.try_with(|process| process.number).unwrap_or(0));
        self.inner().trace.note(format!("{at:>10} p{process:<3} {line}"));
    }

    /// Something was seen that must not be.
    pub fn violation(&self, what: impl std::fmt::Display) {
        let what = what.to_string();
        self.note(format_args!("VIOLATION {what}"));
        self.inner().violations.push(what);
    }

    /// A timer was written. The sweep reads the table; that there is one is known here so that time is not spent on
    /// minutes in which nothing comes due.
    pub fn timer_written(&self, millis: u64) {
        self.inner().timers.insert(millis);
    }

    /// Whether a timer came due that no sweep has taken.
    pub fn timer_is_due(&self) -> bool {
        let now = self.now().millis();
        self.inner().timers.first().is_some_and(|first| *first <= now)
    }

    /// When the next timer comes due.
    pub fn next_timer(&self) -> Option<Moment> {
        self.inner().timers.first().map(|millis| Moment::from_millis(*millis))
    }

    /// Takes those that came due.
    pub fn take_due_timers(&self) -> BTreeSet<u64> {
        let now = self.now().millis();
        let mut inner = self.inner();
        let ahead = inner.timers.split_off(&(now + 1));
        std::mem::replace(&mut inner.timers, ahead)
    }

    /// Whoever took them did not get to all.
    pub fn timers_again(&self, mut due: BTreeSet<u64>) {
        self.inner().timers.append(&mut due);
    }

    /// Nothing goes on by itself any more.
    pub fn rest(&self) {
        self.inner().at_rest = true;
    }

    /// Whether that is so.
    pub fn is_at_rest(&self) -> bool {
        self.inner().at_rest
    }

    /// Starts something that goes on by itself.
    pub fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        locked(&self.tasks).push(tokio::spawn(task));
    }

    /// Waits until everything that was started is over.
    pub async fn all_over(&self) {
        loop {
            let Some(task) = locked(&self.tasks).pop() else { return };
            if let Err(error) = task.await {
                self.violation(format_args!("a task panicked: {error}"));
            }
        }
    }

    /// A touch begins: it takes a moment, and it may be the end of who makes it. What is to become of it.
    pub async fn before(&self, callee: Callee, what: &str) -> Fate {
        let (fate, millis) = self.fate(callee);
        tokio::time::sleep(Duration::from_millis(millis)).await;
        if fate != Fate::Done {
            self.note(format_args!("{what}: {fate:?}"));
        }
        if fate == Fate::Crash(Lost::Before) {
            self.die().await;
        }
        fate
    }

    /// It was done. Whoever made it may not live to see that.
    pub async fn after(&self, what: &str, came_to: impl std::fmt::Display, fate: Fate) {
        self.note(format_args!("{what}: {came_to}"));
        if fate == Fate::Crash(Lost::After) {
            self.die().await;
        }
    }

    fn fate(&self, callee: Callee) -> (Fate, u64) {
        if PROCESS.try_with(|_| ()).is_err() {
            return (Fate::Done, 0);
        }
        let elapsed = self.elapsed();
        let mut inner = self.inner();
        let dice = &mut inner.dice;
        let millis = if dice.u32(..20) == 0 { dice.u64(20..1_500) } else { dice.u64(1..20) };
        if inner.calm {
            return (Fate::Done, millis);
        }
        let Inner { dice, weather, .. } = &mut *inner;
        let mut fate = weather.fate(callee, dice);
        let out = |(of, from, to): &(Callee, u64, u64)| *of == callee && (*from..*to).contains(&elapsed);
        if inner.outages.iter().any(out) {
            fate = Fate::Lost(Lost::Before);
        }
        let name = match (fate, callee) {
            (Fate::Done, _) => return (fate, millis),
            (Fate::Crash(_), _) => "process killed",
            (Fate::Refuses, _) => "provider refused",
            (Fate::Late(_), _) => "request done late",
            (Fate::Lost(_) | Fate::Breaks(_), Callee::Store) => "store request lost",
            (Fate::Lost(_) | Fate::Breaks(_), Callee::Provider) => "provider request lost",
            (Fate::Lost(_) | Fate::Breaks(_), Callee::Shop) => "shop's server failed",
        };
        *inner.faults.entry(name).or_default() += 1;
        (fate, millis)
    }

    async fn die(&self) {
        self.note("dies");
        if let Ok(dies) = PROCESS.try_with(|process| Arc::clone(&process.dies)) {
            dies.notify_one();
        }
        std::future::pending().await
    }

    /// Runs something in a container, as a process that can die. None where it did.
    pub async fn process<T>(self: &Arc<Self>, what: &str, run: impl AsyncFnOnce(Arc<App>) -> T) -> Option<T> {
        let slot = self.draw(|dice| dice.usize(..CONTAINERS));
        let app = locked(&self.containers).get(slot).cloned()?;
        let number = {
            let mut inner = self.inner();
            inner.processes += 1;
            inner.processes
        };
        let process = Process { number, dies: Arc::default() };
        let dies = Arc::clone(&process.dies);
        let ran = PROCESS
            .scope(process, async {
                self.note(what);
                tokio::select! {
                    biased;
                    () = dies.notified() => None,
                    value = run(Arc::clone(&app)) => Some(value),
                }
            })
            .await;
        if ran.is_none() {
            // A new one takes its place: it knows nothing of what the other had in memory.
            let fresh = self.container(&app.store);
            if let Some(place) = locked(&self.containers).get_mut(slot) {
                *place = fresh;
            }
        }
        ran
    }

    /// A request to a function, and its answer; none where nobody hears one.
    pub async fn call(self: &Arc<Self>, what: &str, request: Request) -> Option<Response> {
        self.pause(1, 40).await;
        let path = request.uri().path().to_owned();
        let now = self.now();
        let answer = self.process(what, async |app| crate::doors::answer(&app, request, now).await).await?;
        let status = answer.status().as_u16();
        self.note(format_args!("{what}: answered {status}"));
        if matches!(status, 500 | 501) {
            self.violation(format_args!("{path} was answered {status}: {:?}", answer.body()));
        }
        self.pause(1, 40).await;
        (!self.fault("answer lost", |weather| weather.unheard)).then_some(answer)
    }
}

/// What is behind these locks is whole at any moment.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

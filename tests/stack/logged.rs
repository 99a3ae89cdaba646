//! Everything that is logged while tests run, held to "no secret, token, e-mail address or body in a log line". The
//! tests' world starts it, and each answer that a test reads looks whether something was said that must not be.

use std::collections::VecDeque;
use std::fmt::{Debug, Write as _};
use std::sync::{Mutex, MutexGuard, Once};

use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Context, SubscriberExt as _};
use tracing_subscriber::registry::LookupSpan;

/// Lines that are kept; the oldest go.
const LINES_MAX: usize = 20_000;

/// The crates whose every word is looked at; of others what is logged at INFO.
const OURS: [&str; 10] = [
    "create_session",
    "merchant_act",
    "merchant_read",
    "pages",
    "payproof",
    "payproof_edge",
    "payproof_local",
    "register_order",
    "status_poll",
    "webhook_receive",
];

/// What no line may hold: how secrets begin, what tests plant, and how a body or a signature looks.
const NEVER: [&str; 16] = [
    "csec_",
    "whsec_",
    "sk_test_",
    "sk_shop_",
    "rk_shop_",
    "pk_shop_",
    "sk_other_",
    "rk_other_",
    "pk_other_",
    "client_secret",
    "planted",
    "@example",
    "Bearer ",
    "bearer ",
    "v1=",
    "{\"",
];
/// Letters and digits of our random tokens: a run of so many is one.
const TOKEN_CHARS: usize = 43;

#[derive(Default)]
struct State {
    lines: VecDeque<String>,
    leaks: Vec<String>,
}

static STATE: Mutex<State> = Mutex::new(State { lines: VecDeque::new(), leaks: Vec::new() });

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Looks at everything that is logged from now on.
pub fn watch() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let ours = OURS.map(|target| (target, LevelFilter::TRACE));
        let filter = Targets::new().with_default(LevelFilter::INFO).with_targets(ours);
        let subscriber = tracing_subscriber::registry().with(Watcher.with_filter(filter));
        // A test that listens by itself comes first and goes without.
        let _ = tracing::subscriber::set_global_default(subscriber);
    });
}

/// Panics where something was logged that must not be.
#[track_caller]
pub fn assert_clean() {
    let leaks = state().leaks.clone();
    assert!(leaks.is_empty(), "a log line holds what it must not:\n  {}", leaks.join("\n  "));
}

/// What was logged and must not be, until now.
pub fn leaks() -> Vec<String> {
    state().leaks.clone()
}

/// What was logged and holds this text.
pub fn lines_with(text: &str) -> Vec<String> {
    state().lines.iter().filter(|line| line.contains(text)).cloned().collect()
}

/// What of a line must not be logged.
pub fn forbidden(line: &str) -> Option<String> {
    let word = NEVER.into_iter().find(|word| line.contains(word)).map(str::to_owned);
    let runs = || line.split(|c: char| !c.is_ascii_alphanumeric()).find(|run| run.len() == TOKEN_CHARS);
    word.or_else(|| runs().map(|run| format!("the token {run}")))
}

struct Watcher;

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Watcher {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut line = Line(format!("{} {}", event.metadata().level(), event.metadata().target()));
        event.record(&mut line);
        see(line.0);
    }

    fn on_new_span(&self, span: &tracing::span::Attributes<'_>, _: &tracing::span::Id, _: Context<'_, S>) {
        let mut line = Line(format!("span {}", span.metadata().name()));
        span.record(&mut line);
        see(line.0);
    }
}

fn see(line: String) {
    let mut state = state();
    if let Some(what) = forbidden(&line) {
        state.leaks.push(format!("{what}: {line}"));
    }
    if state.lines.len() == LINES_MAX {
        state.lines.pop_front();
    }
    state.lines.push_back(line);
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let _ = write!(self.0, " {}={value:?}", field.name());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let _ = write!(self.0, " {}={value}", field.name());
    }
}

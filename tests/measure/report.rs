//! The table, and what its numbers include.

use std::fmt::Write as _;
use std::time::Duration;

use crate::run::{Kind, Starts, Steady};
use crate::units::{Cost, Units};

/// The targets that are checked, in the words of the table.
const READY_MILLIS_MAX: f64 = 12.0;
const READY_RATIO_MAX: f64 = 1.33;
const MEMORY_MEGABYTES_MAX: f64 = 14.0;
const CPU_MICROS_MAX: f64 = 120.0;
const ORDER_UNITS_MAX: usize = 11;
const DECISION_RATIO_MAX: f64 = 3.0;

/// What was measured on one store.
pub struct Column {
    pub store: &'static str,
    pub starts: Starts,
    pub bare_starts: Starts,
    pub steady: Steady,
    pub bare_steady: Steady,
    pub at_once: Kind,
    pub bare_at_once: Kind,
    pub units: Units,
}

/// What the microbenchmark printed.
#[derive(Debug, serde::Deserialize)]
pub struct Decision {
    pub body_bytes: u64,
    pub decision_ns: f64,
    pub hmac_ns: f64,
}

fn percentile(times: &[Duration], percent: usize) -> Duration {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

fn megabytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1_024).expect("not that much")) / 1_024.0
}

fn middle(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted[sorted.len() / 2]
}

/// A row of the table: ours and the bare one's, and how they compare.
struct Row {
    what: String,
    cells: Vec<String>,
    target: String,
}

fn compared(ours: f64, bare: f64, unit: &str, digits: usize) -> String {
    format!("{ours:.digits$} {unit} · bare {bare:.digits$} · {:.2}×", ours / bare)
}

fn kind<'a>(steady: &'a Steady, name: &str) -> &'a Kind {
    let found = steady.kinds.iter().find(|(known, _)| *known == name);
    &found.expect("it was measured").1
}

fn row(what: &str, target: &str, columns: &[Column], cell: impl Fn(&Column) -> String) -> Row {
    Row { what: what.to_owned(), cells: columns.iter().map(cell).collect(), target: target.to_owned() }
}

fn spent(cost: Cost) -> String {
    let count = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let index = match cost.index_units {
        0 => String::new(),
        units => format!(" + {units} of the index"),
    };
    format!("{}, {}{index}", count(cost.requests, "request"), count(cost.units, "unit"))
}

fn cpu(ours: &Kind, bare: &Kind) -> String {
    let lowest = |kind: &Kind| micros(percentile(&kind.cpu, 0));
    let middle = |kind: &Kind| micros(percentile(&kind.cpu, 50));
    let compared = compared(middle(ours), middle(bare), "µs", 0);
    format!("{compared} (lowest {:.0} · bare {:.0})", lowest(ours), lowest(bare))
}

/// The whole report.
pub fn markdown(columns: &[Column], decision: &Decision, skipped: Option<&str>) -> String {
    let wall = |times: &[Duration]| {
        format!("p50 {:.2} ms · p99 {:.2} ms", millis(percentile(times, 50)), millis(percentile(times, 99)))
    };
    let mut rows = vec![
        row("exec to ready, median", "at most 12 ms, and 1.33 × bare", columns, |column| {
            let (ours, bare) =
                (percentile(&column.starts.ready, 50), percentile(&column.bare_starts.ready, 50));
            compared(millis(ours), millis(bare), "ms", 1)
        }),
        row("of it on a CPU, median", "", columns, |column| {
            let (ours, bare) = (percentile(&column.starts.cpu, 50), percentile(&column.bare_starts.cpu, 50));
            compared(millis(ours), millis(bare), "ms", 1)
        }),
        row("first webhook, median", "", columns, |column| {
            let (ours, bare) =
                (percentile(&column.starts.first, 50), percentile(&column.bare_starts.first, 50));
            compared(millis(ours), millis(bare), "ms", 1)
        }),
        row("peak memory when ready", "at most 14 MB", columns, |column| {
            compared(
                megabytes(middle(&column.starts.memory)),
                megabytes(middle(&column.bare_starts.memory)),
                "MB",
                1,
            )
        }),
        row("peak memory after all events", "at most 14 MB", columns, |column| {
            compared(megabytes(column.steady.memory), megabytes(column.bare_steady.memory), "MB", 1)
        }),
    ];
    for name in ["new", "duplicate", "refused"] {
        rows.push(row(&format!("{name} webhook"), "", columns, |column| {
            wall(&kind(&column.steady, name).times)
        }));
    }
    rows.push(row("bare, one write", "", columns, |column| {
        wall(&kind(&column.bare_steady, "one write").times)
    }));
    for name in ["new", "duplicate", "refused"] {
        let target = if name == "refused" { "" } else { "at most 120 µs" };
        rows.push(row(&format!("CPU of a {name} webhook"), target, columns, |column| {
            cpu(kind(&column.steady, name), kind(&column.bare_steady, "one write"))
        }));
    }
    rows.push(row(
        "CPU of a new webhook, the store answering at once",
        "at most 120 µs",
        columns,
        |column| cpu(&column.at_once, &column.bare_at_once),
    ));
    for (at, (name, _)) in columns[0].units.webhooks.iter().enumerate() {
        let target = if ["new", "duplicate"].contains(name) { "1 request, 1 unit" } else { "" };
        rows.push(row(&format!("store: {name}"), target, columns, |column| {
            spent(column.units.webhooks[at].1)
        }));
    }
    for (at, (name, _)) in columns[0].units.order.iter().enumerate() {
        rows.push(row(&format!("order: {name}"), "", columns, |column| spent(column.units.order[at].1)));
    }
    rows.push(row("order: all of it", "at most 11 units", columns, |column| {
        format!("{} units", column.units.order_total())
    }));

    let mut text = String::from("| webhook-receive |");
    let stores: String = columns.iter().map(|column| format!(" {} |", column.store)).collect();
    let _ = writeln!(text, "{stores} to reach |\n| --- |{} --- |", " --- |".repeat(columns.len()));
    for Row { what, cells, target } in rows {
        let _ = writeln!(text, "| {what} | {} | {target} |", cells.join(" | "));
    }
    let ratio = decision.decision_ns / decision.hmac_ns;
    let _ = writeln!(
        text,
        "\nVerified, read and decided, without a store: {:.2} µs for a delivery of {} bytes, beside {:.2} µs for one \
         HMAC-SHA256 of the same bytes: {ratio:.2} times (to reach: at most {DECISION_RATIO_MAX}).",
        decision.decision_ns / 1e3,
        decision.body_bytes,
        decision.hmac_ns / 1e3,
    );
    if let Some(why) = skipped {
        let _ = writeln!(text, "\nNot measured on DynamoDB Local: {why}.");
    }
    text.push_str(&missed(columns, ratio));
    text.push_str(INCLUDED);
    text.push_str(&machine());
    text
}

/// Which targets were not reached, on the embedded store.
fn missed(columns: &[Column], decision_ratio: f64) -> String {
    let column = &columns[0];
    let ready = millis(percentile(&column.starts.ready, 50));
    let ready_ratio = ready / millis(percentile(&column.bare_starts.ready, 50));
    let memory = megabytes(column.steady.memory);
    let one = |name: &str| {
        let found = column.units.webhooks.iter().find(|(known, _)| *known == name);
        found.is_some_and(|(_, cost)| cost.requests == 1 && cost.units == 1 && cost.index_units == 0)
    };
    let within = |kind: &Kind| micros(percentile(&kind.cpu, 50)) <= CPU_MICROS_MAX;
    let checks = [
        ("ready within 12 ms", ready <= READY_MILLIS_MAX),
        ("ready within 1.33 times the bare one's", ready_ratio <= READY_RATIO_MAX),
        ("at most 14 MB", memory <= MEMORY_MEGABYTES_MAX),
        ("120 µs of CPU for a new webhook", within(kind(&column.steady, "new"))),
        ("120 µs of CPU for a new webhook, the store answering at once", within(&column.at_once)),
        ("120 µs of CPU for a duplicate", within(kind(&column.steady, "duplicate"))),
        ("one request and one unit for a webhook that pays", one("new")),
        ("one request and one unit for a duplicate", one("duplicate")),
        ("11 units for an ordinary order", column.units.order_total() <= ORDER_UNITS_MAX),
        ("3 times the HMAC", decision_ratio <= DECISION_RATIO_MAX),
    ];
    let missed: Vec<&str> = checks.iter().filter(|(_, reached)| !reached).map(|(what, _)| *what).collect();
    match missed.as_slice() {
        [] => "\nEvery target is reached on the embedded store.\n".to_owned(),
        missed => format!("\nNot reached on the embedded store: {}.\n", missed.join("; ")),
    }
}

const INCLUDED: &str = "
- **bare** is a Lambda on `lambda_http` and the same SDK that reads one item before its first event and writes one for each.
- **exec to ready**: from starting the process to its first request for an event: loading the binary, the system's root
  certificates (read though the store is spoken to without TLS), the first connection and one read.
- **first webhook**: a new one, in a container that knows no shop: two requests to the store.
- **new, duplicate, refused**: from handing out the event to its answer, as the Runtime API sees it: both ends of its HTTP,
  the whole event (a body of 3.9 KB within 5 KB of JSON), the store's answer. A refused one asks the store for nothing but
  a note each second.
- **CPU**: all that the process does for one event, user and kernel, its sockets, logging and the SDK included, nothing
  taken off; the median of batches of 50, and the lowest of them. While the store works the CPU sleeps or does something
  else, and comes back with cold caches: the row with a store that answers at once shows the work alone. TLS to the store
  is not in it.
- **peak memory**: VmHWM, the touched pages of the binary included.
- **requests and units** are counted by a proxy; units are computed from the items' sizes, those of failed conditions too.
";

fn machine() -> String {
    let cpus = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    format!(
        "- On {cpus} CPUs ({}), shared with the store and with who measures; the load was {load} at the end.\n",
        std::env::consts::ARCH
    )
}

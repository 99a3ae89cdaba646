//! `cargo run`: payproof whole on one machine.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, Subcommand};
use payproof::diagnose::of_configuration;
use payproof::payment::{Moment, ShopId};
use payproof::shop::{Shop, with_hashed_keys};
use payproof_edge::app::{App, now};
use payproof_edge::flow::{self, Retold, Span, Which};
use payproof_edge::queue::Sqs;
use payproof_edge::settings::Settings;
use payproof_edge::shops::Freshness;
use payproof_edge::store::Store;
use payproof_local::trigger::Trigger;
use payproof_local::{Data, Options, Stack, period, reconcile_since};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// payproof tells a shop whether the money really arrived.
#[derive(Parser)]
#[command(name = "payproof", version)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:8787")]
    addr: SocketAddr,
    /// The folder that the data is kept in.
    #[arg(long, default_value = "data", global = true)]
    data: PathBuf,
    /// Keep nothing: the data goes with the process.
    #[arg(long, conflicts_with = "data")]
    memory: bool,
    /// The address that browsers and providers are told, where it is not the one listened on.
    #[arg(long)]
    public_url: Option<String>,
    /// A JSON file with a list of shops to write at start, instead of the demo shop.
    #[arg(long)]
    shops: Option<PathBuf>,
    /// How often timers that came due are handed on: they make up for webhooks that never came.
    #[arg(long, default_value = "5s", value_parser = period::parse)]
    sweep_every: Duration,
}

#[derive(Subcommand)]
enum Command {
    /// Shops' configurations.
    #[command(subcommand)]
    Shops(Shops),
    /// Makes things happen at a running stack, with the demo shop's keys from its data folder.
    Trigger(Trigger),
    /// Asks the providers about all that is open, with the tables of the environment (PAYMENTS_TABLE, AWS_REGION, …).
    Reconcile {
        /// Of orders that were registered since then: 2026-11-24T00:00:00Z, or 36h for so long ago.
        #[arg(long)]
        since: String,
        /// Of this shop alone.
        #[arg(long)]
        shop: Option<String>,
        /// Also about sessions that have ended: after a restore, what the tables lost does not show in them.
        #[arg(long)]
        every_session: bool,
    },
    /// Tells shops what they were not told, where the table's stream was lost or its Pipe stopped for more than a day.
    /// It works on the tables and queues of the environment (PAYMENTS_TABLE, NOTIFY_QUEUE_URL, …) and may be repeated.
    Retell(Retell),
}

#[derive(clap::Args)]
struct Retell {
    /// From when on changes may not have been told, as RFC 3339 writes it: 2026-11-24T00:00:00Z.
    #[arg(long, value_parser = moment)]
    from: Moment,
    /// Until when.
    #[arg(long, value_parser = moment)]
    to: Moment,
    /// Leaves orders out that were registered before, whenever they changed: it is quicker so.
    #[arg(long, value_parser = moment)]
    registered_from: Option<Moment>,
    /// Only these shops; all, where none is named.
    #[arg(long = "shop")]
    shops: Vec<String>,
}

#[derive(Subcommand)]
enum Shops {
    /// Checks a shop's configuration and writes it to the shops table of the environment (SHOPS_TABLE, AWS_REGION, …).
    Put {
        /// One shop's configuration as JSON.
        file: PathBuf,
    },
    /// Checks a shop's configuration, says what cannot work in it, and writes nothing.
    Check {
        /// One shop's configuration as JSON.
        file: PathBuf,
    },
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log();
    let done = match arguments.command {
        Some(Command::Shops(command)) => shops(command).await,
        Some(Command::Trigger(command)) => {
            command.run(&arguments.data, &mut std::io::stdout()).await.map_err(Into::into)
        }
        Some(Command::Reconcile { since, shop, every_session }) => {
            reconcile(&since, shop.as_deref(), every_session).await
        }
        Some(Command::Retell(command)) => retell(command).await,
        None => serve(arguments).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "payproof: {error}");
            ExitCode::FAILURE
        }
    }
}

type Failure = Box<dyn std::error::Error>;

async fn serve(arguments: Arguments) -> Result<(), Failure> {
    let shops = match &arguments.shops {
        Some(file) => read_shops(file)?,
        None => Vec::new(),
    };
    let data = if arguments.memory { Data::Memory } else { Data::Folder(arguments.data) };
    let options = Options { addr: arguments.addr, data, public_url: arguments.public_url, shops };
    let mut stack = Stack::start(options).await?;
    stack.sweep_every(arguments.sweep_every);
    welcome(&stack)?;
    tokio::signal::ctrl_c().await?;
    stack.stop().await;
    Ok(())
}

/// What a newcomer needs to begin.
fn welcome(stack: &Stack) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let url = &stack.url;
    writeln!(out, "payproof is running on {url}")?;
    if let Some(keys) = &stack.demo {
        let secret = keys.secret_key.reveal();
        writeln!(out, "\n  Demo shop        {url}/demo")?;
        writeln!(out, "  Messy orders     {url}/demo/mess   (a button plays each; then read its story)")?;
        writeln!(out, "  Dashboard        {url}/dashboard   (sign in with the secret or the read key)")?;
        writeln!(out, "\n  Secret key       {secret}")?;
        writeln!(out, "  Read key         {}", keys.read_key.reveal())?;
        writeln!(out, "  Publishable key  {}", keys.publishable_key.reveal())?;
        writeln!(out, "\nRegister an order:\n")?;
        writeln!(
            out,
            "  curl -sS -X PUT {url}/v1/orders/1042 -H 'Authorization: Bearer {secret}' \\\n    \
             -H 'Content-Type: application/json' -d '{{\"amount\":4999,\"currency\":\"EUR\"}}'"
        )?;
        writeln!(out, "\nOpen a session for it; open its checkout_url in a browser and pay:\n")?;
        writeln!(
            out,
            "  curl -sS -X POST {url}/v1/sessions -H 'Authorization: Bearer {secret}' \\\n    \
             -H 'Content-Type: application/json' -d '{{\"order_id\":\"1042\"}}'"
        )?;
    }
    writeln!(out, "\nEnd it with Ctrl-C.")?;
    out.flush()
}

fn read_shops(file: &PathBuf) -> Result<Vec<String>, Failure> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let shops: Vec<Box<serde_json::value::RawValue>> = serde_json::from_str(&text)
        .map_err(|error| format!("{}: not a list of shops: {error}", file.display()))?;
    Ok(shops.iter().map(|shop| shop.get().to_owned()).collect())
}

async fn shops(command: Shops) -> Result<(), Failure> {
    let (Shops::Put { file } | Shops::Check { file }) = &command;
    let document = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let id = match command {
        Shops::Put { .. } => flow::put_shop(&Store::new(&Settings::from_env()?), &document, now()).await?,
        Shops::Check { .. } => with_hashed_keys(&document)?.0,
    };
    let mut out = std::io::stdout().lock();
    let findings = of_configuration(&Shop::parse(&document)?);
    for finding in &findings {
        writeln!(out, "{}: {} {}", finding.severity.word(), finding.text, finding.what_to_do)?;
    }
    writeln!(out, "{id}: {}", if findings.is_empty() { "fine" } else { "can be read; see above" })?;
    Ok(())
}

async fn reconcile(since: &str, shop: Option<&str>, every_session: bool) -> Result<(), Failure> {
    let since = reconcile_since::since(since, now())?;
    let shop = shop.map(ShopId::parse).transpose()?;
    let which = if every_session { Which::Every } else { Which::Outstanding };
    let app = App::new(&Settings::from_env()?);
    for (shop, done) in reconcile_since::reconcile_since(&app, shop.as_ref(), since, which).await? {
        writeln!(std::io::stdout(), "{shop}: {done} orders looked at")?;
    }
    Ok(())
}

fn moment(text: &str) -> Result<Moment, String> {
    Moment::parse_rfc3339(text).ok_or_else(|| "not a moment such as 2026-11-24T00:00:00Z".to_owned())
}

async fn retell(command: Retell) -> Result<(), Failure> {
    let Retell { from, to, registered_from, shops } = command;
    if from > to {
        return Err("--from is after --to".into());
    }
    let settings = Settings::from_env()?;
    let app = Arc::new(App::new(&settings).with_queues(Arc::new(Sqs::new(&settings)?)));
    let shops = match shops.as_slice() {
        [] => app.store.shop_ids().await?,
        named => named.iter().map(|id| ShopId::parse(id)).collect::<Result<_, _>>()?,
    };
    let span = Span { from, to, registered_from: registered_from.unwrap_or_default() };
    let mut failed = false;
    for id in shops {
        let shop = app.shops.get(&app.store, &id, Freshness::Usual, now()).await?;
        let shop = shop.ok_or_else(|| format!("{id}: no such shop"))?;
        let Retold { orders, looked_at, told, failed: not } = flow::retell(&app, &shop, span, now).await?;
        failed |= not > 0;
        writeln!(
            std::io::stdout(),
            "{id}: {orders} orders, {looked_at} changed since, {told} notifications taken, {not} orders failed"
        )?;
    }
    if failed { Err("not all orders could be dealt with: run it once more".into()) } else { Ok(()) }
}

/// Warnings to the terminal, or what `RUST_LOG` says. The embedded store warns of each failed condition, and those are
/// how we learn that an item changed.
fn log() {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let usual =
        Targets::new().with_default(tracing::Level::WARN).with_target("dynoxide", tracing::Level::ERROR);
    let filter = wanted.unwrap_or(usual);
    tracing_subscriber::registry()
        .with(tracing_subscriber::fmt::layer().with_writer(std::io::stderr))
        .with(filter)
        .init();
}

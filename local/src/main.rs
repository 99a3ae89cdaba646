//! `cargo run`: payproof whole on one machine.
#![forbid(unsafe_code)]

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use payproof::shop::with_hashed_keys;
use payproof_edge::settings::Settings;
use payproof_edge::store::Store;
use payproof_local::trigger::Chaos;
use payproof_local::{Data, Keys, Options, Stack};
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
    #[arg(long, default_value = "data", conflicts_with = "memory", global = true)]
    data: PathBuf,
    /// Keep nothing: the data goes with the process.
    #[arg(long)]
    memory: bool,
    /// The address that browsers and providers are told, where it is not the one listened on.
    #[arg(long)]
    public_url: Option<String>,
    /// A JSON file with a list of shops to write at start, instead of the demo shop.
    #[arg(long)]
    shops: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Shops' configurations.
    #[command(subcommand)]
    Shops(Shops),
    /// Makes things happen at a running stack, with the demo shop's keys from its data folder.
    #[command(subcommand)]
    Trigger(Trigger),
}

#[derive(Subcommand)]
enum Trigger {
    /// Orders with which everything goes wrong that can: webhooks that come twice, late, out of order or not at all, wrong
    /// amounts, forged signatures, requests cut off. Ends with the books compared; fails where they differ.
    Chaos {
        /// What happens follows from this.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// How many orders.
        #[arg(long, default_value_t = 50)]
        orders: u32,
        /// The stack's address.
        #[arg(long, default_value = "http://127.0.0.1:8787")]
        url: String,
        /// Seconds that payproof has to find out what nobody told it.
        #[arg(long, default_value_t = 300)]
        patience: u64,
    },
}

#[derive(Subcommand)]
enum Shops {
    /// Checks a shop's configuration and writes it to the shops table of the environment (SHOPS_TABLE, AWS_REGION, …).
    Put {
        /// One shop's configuration as JSON.
        file: PathBuf,
    },
    /// Checks a shop's configuration and writes nothing.
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
        Some(Command::Trigger(command)) => trigger(command, &arguments.data).await,
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
    let stack = Stack::start(options).await?;
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
        writeln!(out, "  Dashboard        {url}/dashboard   (comes with a later version)")?;
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

async fn trigger(command: Trigger, data: &Path) -> Result<(), Failure> {
    let Trigger::Chaos { seed, orders, url, patience } = command;
    let keys = Keys::kept_in(data)?.ok_or_else(|| {
        format!("no stack keeps the demo shop's keys in {}; start it with `cargo run`", data.display())
    })?;
    let chaos = Chaos { url, keys, seed, orders, patience: Duration::from_secs(patience) };
    match payproof_local::trigger::chaos(&chaos, &mut std::io::stdout()).await? {
        true => Ok(()),
        false => Err("the books differ".into()),
    }
}

async fn shops(command: Shops) -> Result<(), Failure> {
    let (Shops::Put { file } | Shops::Check { file }) = &command;
    let document = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let (id, stored) = with_hashed_keys(&document)?;
    if let Shops::Put { .. } = command {
        let store = Store::new(&Settings::from_env()?);
        store.put_shop_document(&id, &stored).await?;
    }
    writeln!(std::io::stdout(), "{id}: fine")?;
    Ok(())
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

//! `--data DIR` survives `kill -9`, at any moment, under load: whatever was answered is there after the next start, and
//! what is delivered again because nobody knows whether it arrived is applied once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use payproof::provider::stripe;
use payproof::secret::Secret;
use payproof_edge::app::now;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::events;
use crate::shop_server::{NEW_KEY, OLD_KEY, ShopServer};
use crate::stripe_api::StripeApi;
use crate::world::{STRIPE_SECRET, client};

/// How often the process is killed where `PAYPROOF_KILLS` does not say: `.ci/run` takes its time.
const KILLS: u64 = if cfg!(feature = "wider") { 200 } else { 8 };
/// Shops' servers and providers that call at once.
const CALLERS: usize = 6;
/// How long a process lives under load, in milliseconds: the shortest, and how much longer the longest.
const LIVES_MILLIS: (u64, u64) = (20, 600);
const KEY: &str = "sk_shop_0000000000000000000000000000000000000000001";

/// The `payproof` binary, built if it is not yet.
pub fn binary() -> PathBuf {
    let built = std::process::Command::new(env!("CARGO"))
        // With a test beside it, libraries are compiled as `cargo test --workspace` has them already.
        .args(["build", "--quiet", "--locked", "--workspace", "--bin", "payproof", "--test", "stack"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(".."))
        .status()
        .expect("cargo runs");
    assert!(built.success());
    let test = std::env::current_exe().expect("a path");
    let built = test.ancestors().nth(3).expect("the target folder").join("debug/payproof");
    assert!(built.exists(), "{}", built.display());
    built
}

struct Running {
    child: Child,
    url: String,
}

async fn start(binary: &Path, folder: &Path) -> Running {
    let mut child = Command::new(binary)
        .args(["--addr", "127.0.0.1:0", "--data"])
        .arg(folder.join("data"))
        .arg("--shops")
        .arg(folder.join("shops.json"))
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let read = async {
        while let Some(line) = lines.next_line().await.expect("a line") {
            if let Some(url) = line.strip_prefix("payproof is running on ") {
                return url.to_owned();
            }
        }
        panic!("it ended without saying where it runs");
    };
    let url = tokio::time::timeout(Duration::from_secs(30), read).await.expect("it says where it runs");
    // Its further lines go nowhere, but the pipe must stay open.
    tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
    Running { child, url }
}

/// One order on its way: what was answered until now, and what is to be delivered until it is.
#[derive(Clone)]
struct Sale {
    order: String,
    registered: bool,
    session: Option<String>,
    to_deliver: VecDeque<Value>,
    acknowledged: Vec<String>,
    /// Whoever opened its session was killed: until when it waits for that to be taken over.
    waits: Option<Instant>,
}

impl Sale {
    fn new(nth: usize) -> Self {
        Self {
            order: format!("order-{nth}"),
            registered: false,
            session: None,
            to_deliver: VecDeque::new(),
            acknowledged: Vec::new(),
            waits: None,
        }
    }

    fn can_go_on(&self) -> bool {
        self.waits.is_none_or(|until| until <= Instant::now())
    }

    fn is_over(&self) -> bool {
        self.session.is_some() && self.to_deliver.is_empty()
    }
}

#[derive(Default)]
struct Ledger {
    made: usize,
    /// Requests that were answered: what may not be lost.
    answered: usize,
    under_way: Vec<Sale>,
    over: Vec<Sale>,
}

/// Everything outside of the process that is killed.
#[derive(Clone)]
struct Outside {
    http: reqwest::Client,
    stripe: StripeApi,
    ledger: Arc<Mutex<Ledger>>,
}

impl Outside {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes on with one order after the other, for as long as there are answers.
    async fn call(self, url: String, new_ones: bool) {
        loop {
            let sale = match self.next(new_ones) {
                Next::Sale(sale) => sale,
                Next::None => return,
                Next::Wait => {
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            // Whoever is cut off in between has the sale back as it was before the step.
            let mut held = Held { outside: &self, sale: Some(sale) };
            while let Some(before) = held.sale.clone().filter(|sale| !sale.is_over() && sale.can_go_on()) {
                match self.step(&url, before).await {
                    Some(after) => {
                        held.sale = Some(after);
                        self.ledger().answered += 1;
                    }
                    None => return,
                }
            }
        }
    }

    fn next(&self, new_ones: bool) -> Next {
        let mut ledger = self.ledger();
        let next = ledger.under_way.iter().position(Sale::can_go_on);
        match next.map(|index| ledger.under_way.swap_remove(index)) {
            Some(sale) => Next::Sale(sale),
            None if !new_ones && ledger.under_way.is_empty() => Next::None,
            None if !new_ones => Next::Wait,
            None => {
                ledger.made += 1;
                Next::Sale(Sale::new(ledger.made))
            }
        }
    }

    async fn step(&self, url: &str, mut sale: Sale) -> Option<Sale> {
        let order = &sale.order;
        if !sale.registered {
            let body = json!({ "amount": 4999, "currency": "EUR" });
            let put = self.http.put(format!("{url}/v1/orders/{order}")).bearer_auth(KEY).json(&body);
            let status = put.send().await.ok()?.status().as_u16();
            assert!([200, 201, 503].contains(&status), "registering {order}: {status}");
            sale.registered = status != 503;
        } else if let Some(event) = sale.to_deliver.front() {
            let body = serde_json::to_vec(event).expect("JSON");
            let signature = stripe::sign(&Secret::new(STRIPE_SECRET), now().seconds(), &body);
            let post = self.http.post(format!("{url}/v1/webhooks/shop/stripe")).body(body);
            let answer = post.header("stripe-signature", signature).send().await.ok()?;
            let (status, words) = (answer.status().as_u16(), answer.text().await.ok()?);
            assert!([200, 503].contains(&status), "delivering to {order}: {status} {words}");
            if status == 200 {
                let event = sale.to_deliver.pop_front().expect("an event");
                sale.acknowledged.push(event["id"].as_str().expect("an id").to_owned());
            }
        } else {
            let post = self.http.post(format!("{url}/v1/sessions")).bearer_auth(KEY);
            let answer = post.json(&json!({ "order_id": order })).send().await.ok()?;
            let (status, body) = (answer.status().as_u16(), answer.json::<Value>().await.ok()?);
            match status {
                200 | 201 => {
                    let session = body["id"].as_str().expect("an id");
                    let (intent, evt) = (format!("pi_{order}"), format!("evt_{order}"));
                    self.stripe.knows_intent(&intent, session);
                    sale.to_deliver = VecDeque::from([
                        events::by_intent(events::paid(&format!("{evt}_1"), session), &intent),
                        events::refund(&format!("{evt}_2"), &format!("re_{order}"), &intent, 1_000),
                    ]);
                    sale.session = Some(session.to_owned());
                }
                409 if body["code"] == "session_opening" => {
                    sale.waits = Some(Instant::now() + Duration::from_secs(2));
                }
                503 => {}
                _ => panic!("opening {order}: {status} {body}"),
            }
        }
        Some(sale)
    }

    /// What payproof says of a sale is what it acknowledged, once.
    async fn check(&self, url: &str, sale: &Sale) {
        let get = |path: String| {
            let request = self.http.get(format!("{url}{path}")).bearer_auth(KEY).send();
            async move { request.await.expect("an answer").json::<Value>().await.expect("JSON") }
        };
        let order = get(format!("/v1/orders/{}", sale.order)).await;
        assert_eq!(order["amount"], 4999, "{}: {order}", sale.order);
        let Some(session) = &sale.session else { return };
        let (came, back) = match sale.acknowledged.len() {
            0 => return,
            1 => (4999, 0),
            _ => (4999, 1000),
        };
        assert_eq!(order["status"], "paid", "{order}");
        // A delivery whose answer was lost may be applied already.
        assert!(order["amount_paid"] == came && order["amount_refunded"].as_u64() >= Some(back), "{order}");
        let log = get(format!("/v1/sessions/{session}/timeline")).await;
        let entries = log["entries"].as_array().expect("a list");
        for event in &sale.acknowledged {
            let id = format!("stripe:{event}");
            let found = entries.iter().filter(|entry| entry["event_id"] == id.as_str()).count();
            assert_eq!(found, 1, "{id}: {log}");
        }
    }
}

/// What a caller goes on with.
enum Next {
    Sale(Sale),
    Wait,
    None,
}

struct Held<'a> {
    outside: &'a Outside,
    sale: Option<Sale>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        let Some(sale) = self.sale.take() else { return };
        let mut ledger = self.outside.ledger();
        if sale.is_over() { ledger.over.push(sale) } else { ledger.under_way.push(sale) }
    }
}

/// Svix PR #569: a task was acknowledged before it was queued again, so that a crash lost it.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_acknowledged_is_lost_and_nothing_is_applied_twice_when_the_process_is_killed() {
    let binary = tokio::task::spawn_blocking(binary).await.expect("a binary");
    let folder = std::env::temp_dir().join(format!("payproof-kill-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let (stripe, server) = (StripeApi::start().await, ShopServer::start().await);
    let shops = json!([{
        "id": "shop", "name": "Test shop",
        "api_keys": { "secret": [KEY], "read": [], "publishable": [] },
        "return_url_prefixes": ["https://shop.example/"],
        "notify": { "url": format!("{}/notify", server.url), "secrets": [OLD_KEY, NEW_KEY] },
        "providers": { "stripe": {
            "api_key": "sk_test_planted_stripe_key", "webhook_secrets": [STRIPE_SECRET], "api_base": stripe.url,
        } },
    }]);
    std::fs::write(folder.join("shops.json"), shops.to_string()).expect("a file");
    let outside = Outside { http: client(), stripe, ledger: Arc::default() };
    let mut dice = fastrand::Rng::with_seed(7);
    let kills = std::env::var("PAYPROOF_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(KILLS);
    let (began, mut seen) = (Instant::now(), 0);
    for _ in 0..kills {
        let mut running = start(&binary, &folder).await;
        // All that was acknowledged while the last one lived.
        let (over, under_way) = {
            let ledger = outside.ledger();
            (ledger.over[seen..].to_vec(), ledger.under_way.clone())
        };
        seen += over.len();
        for sale in over.iter().chain(under_way.iter().filter(|sale| sale.registered)) {
            outside.check(&running.url, sale).await;
        }
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            callers.spawn(outside.clone().call(running.url.clone(), true));
        }
        let lives = Duration::from_millis(dice.u64(LIVES_MILLIS.0..LIVES_MILLIS.0 + LIVES_MILLIS.1));
        tokio::time::sleep(lives).await;
        running.child.start_kill().expect("SIGKILL");
        running.child.wait().await.expect("an end");
        while let Some(ended) = callers.join_next().await {
            ended.expect("no caller is answered what it must not be");
        }
    }
    let running = start(&binary, &folder).await;
    finish(&outside, &running.url).await;
    let sales = outside.ledger().over.clone();
    for sale in &sales {
        outside.check(&running.url, sale).await;
    }
    one_checkout_a_session(&outside.stripe);
    each_change_is_told_under_one_id(&server, &sales).await;
    let (answered, orders) = (outside.ledger().answered, sales.len());
    println!("{kills} kills, {orders} orders, {answered} answers in {:.0?}", began.elapsed());
    assert!(answered as u64 > 4 * kills, "{answered} answers");
    drop(running);
    std::fs::remove_dir_all(&folder).expect("the folder goes");
}

/// The provider repeats what was not acknowledged, and shops ask again.
async fn finish(outside: &Outside, url: &str) {
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        callers.spawn(outside.clone().call(url.to_owned(), false));
    }
    while let Some(ended) = callers.join_next().await {
        ended.expect("no caller is answered what it must not be");
    }
    assert!(outside.ledger().under_way.is_empty());
}

/// However often a creation was repeated after a kill, it was the same to the byte, so that it made one checkout.
fn one_checkout_a_session(stripe: &StripeApi) {
    let mut forms: BTreeMap<String, BTreeSet<Vec<(String, String)>>> = BTreeMap::new();
    for form in stripe.creations() {
        let id = form.iter().find(|(name, _)| name == "client_reference_id").expect("our id").1.clone();
        forms.entry(id).or_default().insert(form);
    }
    assert!(forms.values().all(|forms| forms.len() == 1));
    assert_eq!(forms.len(), stripe.checkouts());
}

/// A kill may have the shop told once more, never under a new id, and never out of order.
async fn each_change_is_told_under_one_id(server: &ShopServer, sales: &[Sale]) {
    let until = Instant::now() + Duration::from_secs(120);
    let told = loop {
        let mut told: BTreeMap<String, BTreeMap<u64, BTreeSet<String>>> = BTreeMap::new();
        for heard in server.taken() {
            let order = told.entry(heard.order().to_owned()).or_default();
            order.entry(heard.sequence()).or_default().insert(heard.id);
        }
        let all = sales.iter().all(|sale| told.get(&sale.order).is_some_and(|told| told.len() == 2));
        if all || Instant::now() > until {
            break told;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    };
    for sale in sales {
        let told = told.get(&sale.order).unwrap_or_else(|| panic!("the shop never heard of {}", sale.order));
        let numbers: Vec<u64> = told.keys().copied().collect();
        assert_eq!(numbers, [1, 2], "{}: {told:?}", sale.order);
        assert!(told.values().all(|ids| ids.len() == 1), "{}: {told:?}", sale.order);
    }
}

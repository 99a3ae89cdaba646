//! What is wrong with a shop, or soon will be. Nothing is counted while webhooks are taken: all of it is read from what
//! is stored anyway.

use std::collections::BTreeMap;

use http::StatusCode;
use payproof::diagnose::{Finding, Health, Refusals, Severity, of_configuration, of_endpoint, of_health};
use payproof::payment::{Answered, Moment, Payment, TellState};
use payproof::provider::{Configured, Failure};
use payproof::shop::Shop;
use payproof_edge::api::{Call, Code, Problem, Response, answer};
use payproof_edge::app::App;
use payproof_edge::circuits::Callee;
use payproof_edge::limits::{DIAGNOSED_PAGES_MAX, ENDPOINT_CHECK_TIMEOUT};
use payproof_edge::store::{Failing, FailingPage, LIST_ALL};
use serde_json::{Value, json};
use tokio::time::Instant;

pub(crate) async fn diagnose(app: &App, shop: &Shop, call: &Call) -> Result<Response, Problem> {
    let check = match call.query("check").as_deref() {
        None => false,
        Some("endpoints") => true,
        Some(_) => return Err(Problem::of(Code::InvalidRequest, "`check` is `endpoints`, or left out.")),
    };
    let now = call.now;
    let (orders, whole) = newest(app, shop).await?;
    let noted = app.store.left_alone(&shop.id, now).await?;
    let mut findings = of_configuration(shop);
    let mut providers = Vec::new();
    let asked_until = Instant::now() + ENDPOINT_CHECK_TIMEOUT;
    for provider in shop.providers.values() {
        let health = health(app, shop, provider.as_ref(), &orders, &noted, now).await?;
        findings.extend(of_health(provider.name(), &health, now));
        let endpoint = match check {
            true => endpoint(app, shop, provider.as_ref(), asked_until).await,
            false => Endpoint::NotAsked,
        };
        findings.extend(endpoint.findings());
        providers.push(shown(provider.as_ref(), &health, &endpoint)?);
    }
    let told = app.store.failing(&shop.id, LIST_ALL, None, true).await?;
    findings.extend(of_notifications(&told));
    findings.sort_by_key(|finding| finding.severity);
    let oldest = orders.iter().map(|payment| payment.created_at).min();
    let view = json!({
        "at": now,
        "orders": { "read": orders.len(), "since": oldest, "all": whole },
        "providers": providers,
        "notifications": notifications(&told),
        "findings": findings,
    });
    Ok(answer::json(StatusCode::OK, &view))
}

/// The newest orders, and whether these are all.
async fn newest(app: &App, shop: &Shop) -> Result<(Vec<Payment>, bool), Problem> {
    let (mut orders, mut before) = (Vec::new(), None);
    for _ in 0..DIAGNOSED_PAGES_MAX {
        let (from, to) = LIST_ALL;
        let page =
            app.store.orders_that_decide(&shop.id, shop.list_shards, from, to, before.as_deref()).await?;
        orders.extend(page.orders);
        before = page.next;
        if before.is_none() {
            return Ok((orders, true));
        }
    }
    Ok((orders, false))
}

async fn health(
    app: &App,
    shop: &Shop,
    provider: &dyn Configured,
    orders: &[Payment],
    noted: &BTreeMap<String, Moment>,
    now: Moment,
) -> Result<Health, Problem> {
    let notes = app.store.refused(&shop.id, provider.id(), now).await?;
    let here = app.circuits.open_until(&Callee::provider(shop, provider.name()), now);
    Ok(Health {
        refused: Refusals::counted(notes.iter().map(|note| (note.reason.as_str(), note.at))),
        left_alone_until: here.max(noted.get(provider.name()).copied()),
        ..Health::of_orders(provider.name(), orders)
    })
}

/// How our webhook endpoint is entered at a provider.
enum Endpoint {
    NotAsked,
    /// The provider's API does not list endpoints.
    CannotBeAsked,
    /// It was asked, and did not say.
    Unknown(Finding),
    /// What is wrong with it.
    Known(Vec<Finding>),
}

impl Endpoint {
    const fn word(&self) -> &'static str {
        match self {
            Self::NotAsked => "not_checked",
            Self::CannotBeAsked => "cannot_be_checked",
            Self::Unknown(_) => "unknown",
            Self::Known(findings) if findings.is_empty() => "fine",
            Self::Known(_) => "wrong",
        }
    }

    fn findings(&self) -> Vec<Finding> {
        match self {
            Self::NotAsked | Self::CannotBeAsked => Vec::new(),
            Self::Unknown(finding) => vec![finding.clone()],
            Self::Known(findings) => findings.clone(),
        }
    }
}

async fn endpoint(app: &App, shop: &Shop, provider: &dyn Configured, until: Instant) -> Endpoint {
    let ours = app.webhook_url(&shop.id, provider.name());
    let Some(step) = provider.endpoint(&ours) else { return Endpoint::CannotBeAsked };
    match app.sender.run(step, until.saturating_duration_since(Instant::now())).await {
        Ok(faults) => {
            let name = provider.name();
            Endpoint::Known(faults.iter().map(|fault| of_endpoint(name, &ours, fault)).collect())
        }
        Err(failure) => {
            tracing::warn!(shop_id = %shop.id, provider = provider.name(), error = %failure, "endpoints could not be listed");
            let what_to_do = match failure {
                Failure::Refused { status: 401 | 403, .. } => {
                    "The API key may not list webhook endpoints: allow it to read them, or look at the provider's dashboard."
                }
                _ => "Ask again later, or look at the provider's dashboard.",
            };
            Endpoint::Unknown(Finding {
                severity: Severity::Info,
                code: "endpoint_unknown",
                provider: Some(provider.name().to_owned()),
                text: format!("{} did not say how our webhook endpoint is entered.", provider.name()),
                what_to_do,
            })
        }
    }
}

fn shown(provider: &dyn Configured, health: &Health, endpoint: &Endpoint) -> Result<Value, Problem> {
    let mut view = serde_json::to_value(health).map_err(|_| Problem::new(Code::Internal))?;
    if let Some(fields) = view.as_object_mut() {
        fields.insert("provider".to_owned(), json!(provider.name()));
        fields.insert("live".to_owned(), json!(provider.about().live));
        fields.insert("endpoint".to_owned(), json!(endpoint.word()));
    }
    Ok(view)
}

/// What the shop may not know, though it was tried.
fn notifications(told: &FailingPage) -> Value {
    let parked = told.failing.iter().filter(|failing| failing.telling.state == TellState::Parked).count();
    let last = last_failure(&told.failing);
    json!({
        "failing": told.failing.len(),
        "parked": parked,
        "more": told.next.is_some(),
        "since": told.failing.iter().filter_map(|failing| failing.telling.failing_since).min(),
        "last_failure": last.map(|(failing, at, why)| json!({
            "order_id": failing.order, "type": failing.kind, "at": at, "why": why,
        })),
    })
}

fn last_failure(failing: &[Failing]) -> Option<(&Failing, Moment, String)> {
    let tries = failing.iter().filter_map(|failing| Some((failing, failing.telling.tries.last()?)));
    let (failing, tried) = tries.max_by_key(|(_, tried)| tried.at)?;
    let why = match &tried.answer {
        Answered::Status(status) => format!("it answered {status}"),
        Answered::Nothing(why) => why.to_string(),
    };
    Some((failing, tried.at, why))
}

fn of_notifications(told: &FailingPage) -> Option<Finding> {
    let (_, at, why) = last_failure(&told.failing)?;
    let parked = told.failing.iter().any(|failing| failing.telling.state == TellState::Parked);
    let (severity, what_to_do) = if parked {
        (
            Severity::Error,
            "Mend the shop's endpoint, then have all that failed sent again (POST /v1/notifications/resend).",
        )
    } else {
        (Severity::Warning, "Mend the shop's endpoint: what is waiting is tried again by itself.")
    };
    Some(Finding {
        severity,
        code: if parked { "notifications_parked" } else { "notifications_failing" },
        provider: None,
        text: format!(
            "The shop's server does not take its notifications: the last try, at {at}, failed ({why})."
        ),
        what_to_do,
    })
}

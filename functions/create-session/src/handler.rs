//! `POST /v1/sessions` and `POST /pay/{token}`: open a session for a registered order, or give the open one.
#![forbid(unsafe_code)]

mod body;
mod pay;
mod view;

use http::StatusCode;
use payproof::payment::Moment;
use payproof::shop::{KeyKind, Shop};
use payproof_edge::api::who::Caller;
use payproof_edge::api::{Call, Code, Function, Problem, Request, Response, answer, read, serve, who};
use payproof_edge::app::App;
use payproof_edge::flow::{OpenError, Opened, Wish, open_session};
use payproof_edge::limits::{OPEN_TIMEOUT, OPENING_MILLIS};
use payproof_edge::store::{Claim, IdempotencyKey};
use tokio::time::Instant;

/// Answers a request.
pub async fn handle(app: &App, request: Request, now: Moment) -> Response {
    serve(Function::CreateSession, request, now, |call| route(app, call)).await
}

async fn route(app: &App, call: Call) -> Result<Response, Problem> {
    match call.route.path {
        "/v1/sessions" => create(app, call).await,
        "/pay/{token}" => pay::choose(app, &call).await,
        _ => Err(Problem::new(Code::NotFound)),
    }
}

async fn create(app: &App, call: Call) -> Result<Response, Problem> {
    let began = Instant::now();
    let caller = who::shop(app, &call, &[KeyKind::Secret, KeyKind::Publishable]).await?;
    let wish = read::json::<body::Session>(call.request.body())?.check(&caller)?;
    let Some(key) = idempotency_key(&call, &caller)? else {
        let opened = open(app, &caller.shop, &wish, None, began, call.now)
            .await
            .map_err(|error| problem(error, call.now))?;
        return answer(app, &caller, &opened, opened.new, call.now);
    };
    match app.store.claim(&key, call.now).await? {
        Claim::Mismatch => Err(Problem::new(Code::IdempotencyMismatch)),
        Claim::Running => Err(Problem::new(Code::IdempotencyInProgress).retry_after(1)),
        Claim::Done(session) => {
            let opened =
                payproof_edge::flow::session_as_it_is(app, &caller.shop, session, &wish, &key, call.now)
                    .await;
            let opened = opened.map_err(|error| match problem(error, call.now) {
                // It is the first request with this key that opens it.
                Problem { code: Code::SessionOpening, retry_after, .. } => {
                    Problem { retry_after, ..Problem::new(Code::IdempotencyInProgress) }
                }
                other => other,
            })?;
            // The first answer may have been lost: whoever has the key and the body made the session.
            let made_it = opened.new || opened.item.session == session || made_with(&opened, &key);
            answer(app, &caller, &Opened { new: false, ..opened }, made_it, call.now)
        }
        Claim::Ours => first(app, &caller, &wish, &key, began, call.now).await,
    }
}

/// The first request with a key, or one that takes over from a first that was cut off.
async fn first(
    app: &App,
    caller: &Caller,
    wish: &Wish,
    key: &IdempotencyKey,
    began: Instant,
    now: Moment,
) -> Result<Response, Problem> {
    match open(app, &caller.shop, wish, Some(key), began, now).await {
        Ok(opened) => {
            let made_it = opened.new || made_with(&opened, key);
            if !made_it && !key.may_stand_for_any() {
                app.store.release(key).await?;
            }
            answer(app, caller, &opened, made_it, now)
        }
        Err(error) => {
            app.store.release(key).await?;
            Err(problem(error, now))
        }
    }
}

/// Whether the session is one that a request with this key made: it may have tried several providers.
fn made_with(opened: &Opened, key: &IdempotencyKey) -> bool {
    opened.item.request.key.as_deref() == Some(key.mark())
}

async fn open(
    app: &App,
    shop: &Shop,
    wish: &Wish,
    key: Option<&IdempotencyKey>,
    began: Instant,
    now: Moment,
) -> Result<Opened, OpenError> {
    let opening = open_session(app, shop, wish, key, now);
    // What was spent before counts too: nobody takes over while this may still be at a provider.
    let spent = began.elapsed();
    let cut_off = Err(OpenError::Opening { until: now.plus_millis(OPENING_MILLIS) });
    tokio::time::timeout(OPEN_TIMEOUT.saturating_sub(spent), opening).await.unwrap_or(cut_off)
}

fn idempotency_key(call: &Call, caller: &Caller) -> Result<Option<IdempotencyKey>, Problem> {
    let Some(key) = read::idempotency_key(call)? else { return Ok(None) };
    let owner = payproof_edge::random::write_mark().map_err(|_| Problem::new(Code::Internal))?;
    Ok(Some(IdempotencyKey::new(&caller.shop.id, caller.kind, key, call.request.body(), owner)))
}

fn answer(
    app: &App,
    caller: &Caller,
    opened: &Opened,
    made_it: bool,
    now: Moment,
) -> Result<Response, Problem> {
    let status = if opened.new { StatusCode::CREATED } else { StatusCode::OK };
    // A browser that did not open the session gets none of its secrets: order ids can be guessed.
    let with_secret = caller.kind == KeyKind::Secret || made_it;
    let view = view::Session::of(app, &caller.shop, opened, with_secret, now);
    Ok(answer::json(status, &view.ok_or_else(|| Problem::new(Code::Internal))?))
}

fn problem(error: OpenError, now: Moment) -> Problem {
    match error {
        OpenError::OrderNotFound => Problem::new(Code::OrderNotFound),
        OpenError::AlreadyPaid => Problem::new(Code::OrderAlreadyPaid),
        OpenError::UnderWay => Problem::new(Code::PaymentUnderWay),
        OpenError::TooManyAttempts => Problem::new(Code::TooManyAttempts),
        OpenError::Opening { until } => Problem::new(Code::SessionOpening).retry_at(until, now),
        OpenError::NoProvider { why, methods, repeat_at } => {
            let detail = format!("No session could be opened: {why}.");
            let problem =
                Problem { methods: Some(methods), ..Problem::of(Code::NoProviderAvailable, detail) };
            match repeat_at {
                Some(at) => problem.retry_at(at, now),
                None => problem,
            }
        }
        OpenError::Flow(error) => error.into(),
    }
}

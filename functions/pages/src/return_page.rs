//! `/return/{session_id}`: where the provider sends the customer's browser afterwards. That a browser came here says
//! nothing of money, so the page says what is true and goes on asking until that is final.

use http::StatusCode;
use maud::{Markup, html};
use payproof::language::Language;
use payproof::payment::{Attempt, Kind, Moment, Opening, Payment, SessionId, Status, opening};
use payproof::provider::Why;
use payproof_edge::api::view::customer_reads;
use payproof_edge::api::{Call, Problem, Response};
use payproof_edge::app::App;
use payproof_edge::flow::FlowError;
use payproof_edge::limits::TIMER_AHEAD_MILLIS;
use payproof_edge::shops::Freshness;
use payproof_edge::store::{AttemptItem, Due};

use crate::layout::{Page, without_script};
use crate::{go, notice, of_browser};

const SCRIPT: &str = include_str!("return_page.js");
/// After how many seconds a browser without JavaScript looks again.
const LOADED_AGAIN_SECONDS: u64 = 5;

pub(crate) async fn show(app: &App, call: &Call) -> Result<Response, Problem> {
    let language = of_browser(call);
    let Ok(id) = SessionId::parse(call.params.get("session_id")) else {
        return notice::unknown_link(language);
    };
    let Some(secret) = call.query("client_secret") else { return without_secret(id, language) };
    let Some(payment) = app.store.load(&id.payment).await? else { return notice::unknown_link(language) };
    let Some(session) = payment.sessions.get(&id.attempt) else { return notice::unknown_link(language) };
    if !session.client_secret.matches(&secret) {
        return notice::unknown_link(language);
    }
    let item = app.store.attempt(id, session.nonce).await?;
    let instructions = instructions(app, &payment, id, call.now).await?;
    if instructions.is_none()
        && let Err(error) = returned(app, &payment, id.attempt, call).await
    {
        tracing::warn!(session_id = %id, %error, "it could not be recorded that a browser came back");
    }
    told(
        app,
        &payment,
        id.attempt,
        item.as_ref(),
        Shown { language, ran_out: false, live: Some(id), instructions },
        call.now,
    )
}

/// What else of a session its page shows.
#[derive(Default)]
pub(crate) struct Shown {
    /// The language that the browser likes best; the session's own comes before it.
    pub(crate) language: Language,
    /// Its time is over, though nobody has said so yet.
    pub(crate) ran_out: bool,
    /// The session that the page asks about.
    pub(crate) live: Option<SessionId>,
    /// What the customer is asked to do, where there was no checkout that said so.
    pub(crate) instructions: Option<String>,
}

/// What the customer still has to do, where this page is all there is: nobody was sent anywhere, and nobody came back.
async fn instructions(
    app: &App,
    payment: &Payment,
    id: SessionId,
    now: Moment,
) -> Result<Option<String>, Problem> {
    let status = payment.standing().sessions.get(&id.attempt).copied().unwrap_or(Status::Created);
    if !matches!(status, Status::Created | Status::Pending) {
        return Ok(None);
    }
    let shop = app.shops.get(&app.store, &payment.shop, Freshness::Usual, now).await?;
    let provider = payment.sessions.get(&id.attempt).map(|session| &session.provider);
    let configured = shop.as_ref().zip(provider).and_then(|(shop, name)| shop.providers.get(name.as_str()));
    Ok(configured.and_then(|provider| provider.instructions(id, payment.money)))
}

/// A customer who came back to an unconfirmed payment is the strongest hint that the truth is to be had: with the
/// fact goes a timer, and the timer first.
async fn returned(app: &App, payment: &Payment, attempt: Attempt, call: &Call) -> Result<(), FlowError> {
    let status = payment.standing().sessions.get(&attempt).copied().unwrap_or(Status::Created);
    let known = payment.facts.iter().any(|fact| fact.attempt == attempt && fact.said.kind == Kind::Returned);
    if !known && !status.is_final() {
        let at = call.now.plus_millis(TIMER_AHEAD_MILLIS);
        app.store.put_timer(&payment.id, at, Due::Reconcile, call.now).await?;
    }
    go::once(app, payment.clone(), attempt, Kind::Returned, call.now).await
}

/// The page of a session: what is true of it at the moment of reading.
pub(crate) fn told(
    app: &App,
    payment: &Payment,
    attempt: Attempt,
    item: Option<&AttemptItem>,
    shown: Shown,
    now: Moment,
) -> Result<Response, Problem> {
    let Shown { language, ran_out, live, instructions } = shown;
    let standing = payment.standing();
    let own = standing.sessions.get(&attempt).copied().unwrap_or(Status::Created);
    let status = customer_reads(if ran_out { Status::Expired } else { own }, standing.status);
    let request = item.map(|item| &item.request);
    let onward = request.and_then(|request| request.return_url.as_deref());
    let back = request.and_then(|request| Back::of(&request.back_url, onward, &app.public_url));
    let locale = request.and_then(|request| request.locale.as_deref());
    let language = Language::choose(locale, Some(language.tag()));
    let open = !status.is_final();
    let can_retry = matches!(opening(payment, None, None, now), Opening::Open(_) | Opening::Next(_));
    let why = Why::of(payment, attempt, status).and_then(|why| why.for_customer());
    let told = Told {
        language,
        status,
        why: why.map(|why| language.words().reason(why)),
        instructions,
        onward,
        back,
        can_retry,
        live: live.filter(|_| open),
    };
    let body = body(payment, &told);
    let script = live.map(|_| SCRIPT);
    let looks_again = open && live.is_some();
    let head = html! { @if looks_again { (without_script(LOADED_AGAIN_SECONDS)) } };
    Page { title: language.words().page.title, language, body, head, script }.answer(StatusCode::OK)
}

/// What a session's page says.
struct Told<'a> {
    language: Language,
    status: Status,
    why: Option<&'static str>,
    instructions: Option<String>,
    onward: Option<&'a str>,
    back: Option<Back<'a>>,
    /// Whether the order can be paid by another session.
    can_retry: bool,
    /// The session that the page asks about.
    live: Option<SessionId>,
}

/// Where somebody goes who has not paid.
enum Back<'a> {
    /// To the shop.
    Shop(&'a str),
    /// To the payment link that the session was opened by.
    AnotherWay(&'a str),
}

impl<'a> Back<'a> {
    /// Where a session's checkout leads back to. Where the shop named no address that is this page itself, which is no way
    /// out of it: then it is where the shop wants its customers afterwards.
    fn of(url: &'a str, onward: Option<&'a str>, ours: &str) -> Option<Self> {
        match url.strip_prefix(ours) {
            Some(path) if path.starts_with("/pay/") => Some(Self::AnotherWay(url)),
            Some(path) if path.starts_with("/return/") => onward.map(Self::Shop),
            _ => Some(Self::Shop(url)),
        }
    }
}

impl Back<'_> {
    fn url(&self) -> &str {
        match self {
            Self::Shop(url) | Self::AnotherWay(url) => url,
        }
    }

    fn words(&self, language: Language) -> &'static str {
        let words = &language.words().page;
        match self {
            Self::Shop(_) => words.back,
            Self::AnotherWay(_) => words.another_way,
        }
    }
}

fn body(payment: &Payment, told: &Told<'_>) -> Markup {
    let Told { language, status, why, instructions, onward, back, can_retry, live } = told;
    let words = language.words();
    let session = live.map(|id| id.to_string());
    let open = matches!(status, Status::Created | Status::Pending);
    let ended = matches!(status, Status::Failed | Status::Cancelled | Status::Expired);
    let under_way = !open && !ended;
    let (again, leave) = (ended && *can_retry, ended && !*can_retry);
    html! {
        // Read out as it changes; a heading that is a status itself would be no heading to those who do not see.
        div role="status" aria-live="polite" {
            h1 #message data-session=[session] data-status=(status) data-open-again=(words.page.open_again) {
                (words.message(*status))
            }
            p #why hidden[why.is_none()] { (why.unwrap_or_default()) }
        }
        @if let Some(text) = instructions { p.instructions #todo hidden[!open] { (text) } }
        dl {
            dt { (words.page.order) } dd { (payment.order) }
            dt { (words.page.amount) } dd { (language.amount(payment.money)) }
        }
        // With a script the page changes by itself; these are shown and hidden by it.
        @if let Some(url) = onward {
            p #onward hidden[!under_way] { a.button href=(url) rel="noreferrer" { (words.page.onward) } }
        }
        @if let Some(back) = back {
            p #again hidden[!again] { a.button href=(back.url()) rel="noreferrer" { (back.words(*language)) } }
            // Where the order cannot be paid any more there is no other way to choose, and the shop's is what is left.
            p #leave hidden[!leave] { a.button href=(back.url()) rel="noreferrer" { (words.page.back) } }
            // For somebody who may have paid: nothing to be pressed in passing.
            p.quiet #meanwhile hidden[!open] { a href=(back.url()) rel="noreferrer" { (back.words(*language)) } }
        }
        p #lost role="status" data-text=(words.page.lost) {}
    }
}

/// The page after its address was cleaned and the browser reloaded it: the tab still knows the secret, the address does not.
fn without_secret(id: SessionId, language: Language) -> Result<Response, Problem> {
    let session = id.to_string();
    let words = &language.words().page;
    let body = html! {
        div role="status" aria-live="polite" {
            h1 #message data-session=(session) data-status="unknown" data-open-again=(words.open_again) {
                (words.looking)
            }
            p #why hidden {}
        }
        p #lost role="status" data-text=(words.lost) {}
        noscript { p { (words.open_again) } }
    };
    Page { title: words.title, language, body, head: html! {}, script: Some(SCRIPT) }.answer(StatusCode::OK)
}

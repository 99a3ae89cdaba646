//! Every function, each of its routes: the same answers as the local stack gives to the same requests.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use payproof_edge::api::Function as Name;
use payproof_edge::api::routes::{CalledBy, Found, ROUTES, find};
use serde_json::Value;

use crate::binaries;
use crate::events::{Names, Step, answer, recorded};
use crate::function::{Function, environment};
use crate::world::{Answer, STRIPE_SECRET, World};

/// What an HTTP server adds to an answer, and what the gateway adds by itself (CORS).
fn of_the_way(header: &str) -> bool {
    ["connection", "content-length", "date", "transfer-encoding", "vary"].contains(&header)
        || header.starts_with("access-control-")
}

/// An answer with what differs from run to run taken out: addresses, request ids, tokens, times.
fn steady(answer: &Answer, url: &str) -> (u16, BTreeMap<String, String>, String) {
    let id = answer.header("x-request-id");
    assert!(!id.is_empty(), "an answer without a request id");
    let steady =
        |text: &str| without_times_and_tokens(&text.replace(url, "<url>").replace(id, "<request id>"));
    let headers = answer.headers.iter().filter(|(name, _)| !of_the_way(name.as_str()));
    let headers = headers.map(|(name, value)| (name.to_string(), steady(value.to_str().expect("text"))));
    (answer.status, headers.collect(), steady(&answer.body))
}

/// Tokens are runs of 43 letters and digits, moments are RFC 3339 in UTC or 13 digits.
fn without_times_and_tokens(text: &str) -> String {
    let mut steady = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let moment = rest
            .get(..11)
            .filter(|date| date.ends_with('T') && digits(&date[..4]) && date[4..].starts_with('-'));
        let (word, length) = match (moment, run) {
            (Some(_), _) => ("<time>", rest.find('Z').map_or(rest.len(), |end| end + 1)),
            (None, 43) => ("<token>", run),
            (None, 13) if digits(&rest[..run]) => ("<time>", run),
            (None, 0) => (&rest[..first.len_utf8()], first.len_utf8()),
            (None, run) => (&rest[..run], run),
        };
        steady.push_str(word);
        rest = &rest[length..];
    }
    steady
}

/// The functions that the gateway calls.
fn behind_the_gateway() -> impl Iterator<Item = &'static str> {
    Name::ALL.iter().filter(|name| name.called_by() == CalledBy::Gateway).map(|name| name.name())
}

/// Starts every function behind the gateway on a world's store.
async fn start_all(world: &World) -> HashMap<&'static str, Function> {
    let folder = tokio::task::spawn_blocking(binaries::folder).await.expect("no panic");
    let environment = environment(&world.stack.settings());
    let mut functions = HashMap::new();
    for name in behind_the_gateway() {
        functions.insert(name, Function::start(&folder.join(name), &environment).await);
    }
    functions
}

#[tokio::test(flavor = "multi_thread")]
async fn each_binary_answers_recorded_events_as_the_local_stack_answers_the_requests() {
    let (here, there) = (World::start().await, World::start().await);
    let functions = start_all(&there).await;
    let (mut ours, mut theirs) = (Names::of(&here), Names::of(&there));
    for step in recorded() {
        let expected = ours.request(&step, &here).await;
        assert_eq!(expected.status, step.status, "{}: {}", step.what, expected.body);
        ours.keep(&step, &expected);
        let got = answer(functions[step.function.as_str()].invoke(theirs.event(&step)).await);
        let got = got.held(&step.http.method, &theirs.fill(&step.http.target));
        theirs.keep(&step, &got);
        let request_id = theirs.values().find(|(name, _)| *name == "request_id").map(|(_, id)| id);
        assert_eq!(Some(got.header("x-request-id")), request_id, "{}", step.what);
        assert_eq!(steady(&got, &there.stack.url), steady(&expected, &here.stack.url), "{}", step.what);
    }
    let mut planted: Vec<String> = [&here, &there].iter().flat_map(|world| secrets_of(world)).collect();
    planted.extend(
        ["client_secret", "session", "body", "body_base64", "stripe_signature"].iter().filter_map(|name| {
            let value = theirs.values().find(|(known, _)| known == name).map(|(_, value)| value.to_owned());
            value.filter(|_| *name != "session")
        }),
    );
    for (name, function) in functions {
        let output = function.end().await;
        let lines = json_lines(&output);
        assert!(
            lines.iter().any(|line| line["message"] == "answered"),
            "{name} says what it answered: {output}"
        );
        for secret in &planted {
            assert!(!output.contains(secret.as_str()), "{name} logs a secret or a body");
        }
    }
}

fn secrets_of(world: &World) -> Vec<String> {
    let shops = [&world.shop, &world.other];
    let keys = shops.iter().flat_map(|shop| [&shop.secret_key, &shop.read_key, &shop.publishable_key]);
    // `planted` begins or stands in every e-mail address, session token and key of a provider that tests use.
    let words = ["planted", "csec_", "customer_details", "Jörg", "v1=", STRIPE_SECRET];
    keys.cloned().chain(words.map(str::to_owned)).collect()
}

/// The lines that a function wrote: each is one JSON object with a time and a level.
#[track_caller]
pub fn json_lines(output: &str) -> Vec<Value> {
    let read = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON line: {line}"));
        assert!(line["timestamp"].is_string() && line["level"].is_string(), "{line}");
        line
    };
    output.lines().map(read).collect()
}

#[test]
fn the_recorded_events_reach_every_route_of_every_function() {
    let steps = recorded();
    let reached: BTreeSet<&str> = steps.iter().filter_map(|step| route_of(step)).collect();
    for route in ROUTES {
        assert!(reached.contains(route.path), "no event of {} {}", route.method, route.path);
    }
    for name in behind_the_gateway() {
        assert!(steps.iter().any(|step| step.function == name), "no event for {name}");
    }
}

fn route_of(step: &Step) -> Option<&'static str> {
    let target = step.http.target.replace("{{checkout_path}}", "/go/session/token");
    let path = target.split('?').next().unwrap_or_default();
    match find(&step.http.method.parse().expect("a method"), path) {
        Found::Route(route, _) => Some(route.path),
        _ => None,
    }
}

#[test]
fn what_is_taken_out_of_an_answer_is_what_differs() {
    let text = "at 2026-11-24T22:25:14.123Z, ev_20261124_1795539241123_ab, tok 0123456789012345678901234567890123456789abc, é x";
    let steady = "at <time>, ev_20261124_<time>_ab, tok <token>, é x";
    assert_eq!(without_times_and_tokens(text), steady);
}

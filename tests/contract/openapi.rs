//! `openapi.yaml` against the route table, the problem codes, the words, the template and the running stack. That each
//! answer is what it says is checked wherever a test reads one: `tests/stack/contract.rs`.

use std::collections::{BTreeMap, BTreeSet};

use payproof::payment::{Attention, Method, News, Outcome, Status};
use payproof_edge::api::routes::{CalledBy, Key, ROUTES};
use payproof_edge::api::{Code, Function};
use payproof_edge::limits;
use serde_json::{Value, json};

use crate::template;
use crate::world::contract::{document, entries, resolved, validator, yaml};
use crate::world::{Answer, World};

/// A method and a path.
pub type Call = (String, String);

struct Operation {
    call: Call,
    shared_parameters: &'static Value,
    said: &'static Value,
}

fn operations() -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in entries(&document()["paths"]) {
        for (method, said) in entries(item).filter(|(name, _)| *name != "parameters") {
            let call = (method.to_uppercase(), path.to_owned());
            operations.push(Operation { call, shared_parameters: &item["parameters"], said });
        }
    }
    operations
}

fn calls() -> BTreeSet<Call> {
    operations().into_iter().map(|operation| operation.call).collect()
}

#[test]
fn the_operations_are_the_routes() {
    let routes: BTreeSet<Call> =
        ROUTES.iter().map(|route| (route.method.to_string(), route.path.to_owned())).collect();
    assert_eq!(calls(), routes);
    assert!(routes.len() > 10, "the table is not empty");
}

#[test]
fn the_operations_are_what_the_gateway_routes() {
    let template: BTreeSet<Call> =
        template::routes().into_keys().filter(|(method, _)| method != "$default").collect();
    assert_eq!(calls(), template);
}

#[test]
fn cors_is_what_the_gateway_is_told() {
    let said = &document()["x-cors"];
    let told = template::cors();
    for (ours, theirs) in [
        ("allow_origins", "AllowOrigins"),
        ("allow_methods", "AllowMethods"),
        ("allow_headers", "AllowHeaders"),
        ("expose_headers", "ExposeHeaders"),
        ("max_age", "MaxAge"),
    ] {
        assert_eq!(said[ours], told[theirs], "{ours}");
    }
    assert_eq!(said["allow_credentials"], told.get("AllowCredentials").cloned().unwrap_or(json!(false)));
    let known: BTreeSet<_> = entries(&told).map(|(name, _)| name).collect();
    let held = BTreeSet::from(["AllowOrigins", "AllowMethods", "AllowHeaders", "ExposeHeaders", "MaxAge"]);
    assert_eq!(known, held, "what the gateway is told beyond that is not described");
}

#[tokio::test(flavor = "multi_thread")]
async fn cors_is_what_the_local_stack_answers() {
    let world = World::start().await;
    let said = &document()["x-cors"];
    let words = |name: &str| -> BTreeSet<String> {
        said[name]
            .as_array()
            .expect("a list")
            .iter()
            .map(|word| word.as_str().unwrap().to_lowercase())
            .collect()
    };
    let listed =
        |text: &str| -> BTreeSet<String> { text.split(',').map(|word| word.trim().to_lowercase()).collect() };
    let url = format!("{}/v1/sessions", world.stack.url);
    let preflight =
        world.http.request(reqwest::Method::OPTIONS, &url).header("origin", "https://shop.example");
    let preflight = preflight.header("access-control-request-method", "POST").send().await.unwrap();
    let header = |answer: &reqwest::Response, name: &str| {
        answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    assert_eq!(preflight.status(), 204);
    assert_eq!(listed(&header(&preflight, "access-control-allow-origin")), words("allow_origins"));
    assert_eq!(listed(&header(&preflight, "access-control-allow-methods")), words("allow_methods"));
    assert_eq!(listed(&header(&preflight, "access-control-allow-headers")), words("allow_headers"));
    assert_eq!(header(&preflight, "access-control-max-age"), said["max_age"].to_string());

    let answer = world.http.post(&url).header("origin", "https://shop.example").send().await.unwrap();
    assert_eq!(listed(&header(&answer, "access-control-allow-origin")), words("allow_origins"));
    assert_eq!(listed(&header(&answer, "access-control-expose-headers")), words("expose_headers"));
    assert_eq!(header(&answer, "access-control-allow-credentials"), "", "no cookie authorises anything");
}

#[test]
fn each_operation_takes_the_keys_that_its_route_takes() {
    let all = operations();
    for route in ROUTES {
        let operation = all
            .iter()
            .find(|operation| operation.call.0 == route.method.as_str() && operation.call.1 == route.path);
        let Some(operation) = operation else { continue };
        let schemes: &[&str] = match route.key {
            Key::Secret => &["secretKey"],
            Key::SecretOrPublishable => &["secretKey", "publishableKey"],
            Key::Read => &["secretKey", "readKey"],
            Key::ReadOrClientSecret => &["secretKey", "readKey", "clientSecret"],
            Key::Signature => &["providerSignature"],
            Key::None => &[],
        };
        let wanted: Vec<Value> = schemes.iter().map(|scheme| json!({ *scheme: [] })).collect();
        assert_eq!(operation.said["security"], json!(wanted), "{} {}", route.method, route.path);
    }
    let known: BTreeSet<_> =
        entries(&document()["components"]["securitySchemes"]).map(|(name, _)| name).collect();
    let held = ["clientSecret", "providerSignature", "publishableKey", "readKey", "secretKey"];
    assert_eq!(known, BTreeSet::from(held));
}

#[test]
fn each_operation_has_an_id_a_summary_and_the_parameters_of_its_path() {
    let mut ids = BTreeSet::new();
    for operation in operations() {
        let said = operation.said;
        let name = format!("{} {}", operation.call.0, operation.call.1);
        assert!(
            ids.insert(said["operationId"].as_str().expect("an operationId")),
            "{name}: its id is another's"
        );
        assert!(said["summary"].as_str().is_some_and(|text| text.len() < 80), "{name}: a short summary");
        assert_eq!(said["responses"]["default"]["$ref"], "#/components/responses/Gateway", "{name}");
        let parameters =
            [operation.shared_parameters, &said["parameters"]].into_iter().filter_map(Value::as_array);
        let in_path: BTreeSet<_> = parameters
            .flatten()
            .map(resolved)
            .filter(|parameter| parameter["in"] == "path" && parameter["required"] == true)
            .map(|parameter| parameter["name"].as_str().expect("a name"))
            .collect();
        let path = operation.call.1.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        assert_eq!(in_path, path.collect::<BTreeSet<_>>(), "{name}");
    }
}

/// Every answer that is written down: where it stands, its status, the answer.
fn answers() -> Vec<(String, u16, &'static Value)> {
    let mut answers = Vec::new();
    for operation in operations() {
        for (status, answer) in
            entries(&operation.said["responses"]).filter(|(status, _)| *status != "default")
        {
            let place = format!("{} {} {status}", operation.call.0, operation.call.1);
            answers.push((place, status.parse().expect("a status"), resolved(answer)));
        }
    }
    for (name, status) in [("NoSuchPath", 404), ("WrongMethod", 405)] {
        answers.push((name.to_owned(), status, &document()["components"]["responses"][name]));
    }
    answers
}

#[test]
fn the_codes_their_titles_and_meanings_are_those_of_the_code() {
    let said = document()["components"]["schemas"]["ProblemCode"]["oneOf"].as_array().expect("a list");
    let text = |code: &Value, name: &str| code[name].as_str().unwrap_or_default().to_owned();
    let said: Vec<_> = said
        .iter()
        .map(|code| (text(code, "const"), text(code, "title"), text(code, "description")))
        .collect();
    let known = Code::ALL
        .iter()
        .map(|code| (code.word().to_owned(), code.title().to_owned(), code.meaning().to_owned()));
    assert_eq!(said, known.collect::<Vec<_>>());
}

#[test]
fn each_code_is_some_answers_and_stands_under_its_status() {
    let known: BTreeMap<_, _> = Code::ALL.iter().map(|code| (code.word(), code.status())).collect();
    let mut listed = BTreeSet::new();
    for (place, status, answer) in answers() {
        let problem = &answer["content"]["application/problem+json"]["schema"];
        if problem.is_null() {
            assert!(
                status < 400 || !answer["content"]["text/html"].is_null(),
                "{place}: a problem or a page"
            );
            continue;
        }
        assert_eq!(problem["$ref"], "#/components/schemas/Problem", "{place}");
        assert_eq!(problem["properties"]["status"]["const"], status, "{place}");
        let codes =
            problem["properties"]["code"]["enum"].as_array().unwrap_or_else(|| panic!("{place}: no codes"));
        for code in codes.iter().map(|code| code.as_str().expect("a word")) {
            assert_eq!(known.get(code), Some(&status), "{place}: {code}");
            listed.insert(code);
        }
    }
    assert_eq!(listed, known.into_keys().collect::<BTreeSet<_>>());
}

#[test]
fn what_can_be_repeated_later_says_when() {
    for (place, status, answer) in answers() {
        let said = !answer["headers"]["Retry-After"].is_null();
        let codes = &answer["content"]["application/problem+json"]["schema"]["properties"]["code"]["enum"];
        let passes = codes.as_array().is_some_and(|codes| {
            ["session_opening", "idempotency_in_progress", "unavailable"]
                .iter()
                .any(|code| codes.contains(&json!(code)))
        });
        let polled = place.starts_with("GET /v1/sessions/{session_id} ") && matches!(status, 200 | 304);
        // A customer's page passes too: it cannot be shown just now.
        let page = status == 503 && !answer["content"]["text/html"].is_null();
        // Where all that take an order are left alone for a while.
        let left_alone = place == "POST /v1/sessions 502";
        assert_eq!(said, passes || polled || page || left_alone, "{place}");
    }
}

/// The words of a schema that lists them, or gives them as examples.
fn words(schema: &str) -> Vec<&'static str> {
    let schema = &document()["components"]["schemas"][schema];
    let listed = schema["enum"].as_array().or_else(|| schema["examples"].as_array());
    let listed = listed.map(|words| words.iter().collect::<Vec<_>>());
    let described =
        || schema["oneOf"].as_array().map(|words| words.iter().map(|word| &word["const"]).collect());
    let words: Vec<&Value> = listed.or_else(described).expect("words");
    words.into_iter().map(|word| word.as_str().expect("a word")).collect()
}

#[test]
fn the_words_are_those_of_the_code() {
    assert_eq!(words("Status"), Status::ALL.map(Status::word));
    assert_eq!(words("Method"), Method::ALL.map(Method::word));
    assert_eq!(words("Attention"), Attention::ALL.map(Attention::word));
    assert!(words("Outcome").iter().all(|word| Outcome::parse(word).is_some()));
    assert_eq!(words("Outcome").len(), 7);
    assert_eq!(words("NotificationType"), News::ALL.map(News::word));
    let messages: BTreeSet<_> = Status::ALL.iter().map(|status| status.message()).collect();
    assert_eq!(words("Message").into_iter().collect::<BTreeSet<_>>(), messages);
    for function in Function::ALL.iter().copied() {
        let routed = ROUTES.iter().any(|route| route.function == function);
        let wanted = function.called_by() == CalledBy::Gateway;
        assert_eq!(routed, wanted, "{}: whether a route leads to it", function.name());
    }
}

#[test]
fn the_bounds_are_those_of_the_code() {
    let schemas = &document()["components"]["schemas"];
    let price = payproof::payment::limits::AMOUNT_MINOR_MAX;
    let bounds = [
        ("/NewOrder/properties/line_items/maxItems", limits::LINE_ITEMS_MAX as u64),
        ("/NewOrder/properties/description/maxLength", limits::DESCRIPTION_CHARS_MAX as u64),
        ("/NewOrder/properties/customer_email/maxLength", limits::EMAIL_BYTES_MAX as u64),
        ("/LineItem/properties/name/maxLength", limits::LINE_ITEM_NAME_CHARS_MAX as u64),
        ("/LineItem/properties/quantity/maximum", limits::LINE_ITEM_QUANTITY_MAX),
        ("/Metadata/maxProperties", limits::METADATA_ENTRIES_MAX as u64),
        ("/Metadata/propertyNames/maxLength", limits::METADATA_NAME_CHARS_MAX as u64),
        ("/Metadata/additionalProperties/maxLength", limits::METADATA_VALUE_CHARS_MAX as u64),
        ("/NewSession/properties/return_url/maxLength", payproof::shop::RETURN_URL_BYTES_MAX as u64),
        ("/NewSession/properties/expires_in/minimum", *payproof::shop::SESSION_TTL_SECONDS.start()),
        ("/NewSession/properties/expires_in/maximum", *payproof::shop::SESSION_TTL_SECONDS.end()),
        ("/OrderList/properties/data/maxItems", u64::from(limits::PAGE_MAX)),
        ("/Order/properties/sessions/maxItems", u64::from(payproof::payment::limits::ATTEMPTS_MAX)),
        ("/Attempt/maximum", u64::from(payproof::payment::limits::ATTEMPTS_MAX)),
        ("/Event/properties/body_bytes/maximum", limits::WEBHOOK_BODY_BYTES_MAX as u64),
        ("/Price/maximum", price),
        ("/Amount/maximum", price),
    ];
    for (place, bound) in bounds {
        assert_eq!(schemas.pointer(place).and_then(Value::as_u64), Some(bound), "{place}");
    }
}

#[test]
fn every_example_is_what_its_schema_says() {
    let mut seen = 0;
    let mut check = |place: &str, media: &Value| {
        if media["examples"].is_null() {
            return;
        }
        let schema = validator(&media["schema"]);
        for (name, example) in entries(&media["examples"]) {
            let value = &resolved(example)["value"];
            let faults: Vec<_> = schema
                .iter_errors(value)
                .map(|error| format!("at {}: {error}", error.instance_path()))
                .collect();
            assert_eq!(faults, Vec::<String>::new(), "{place}: the example {name}");
            if let Some(code) = Code::ALL.iter().find(|code| value["code"] == code.word()) {
                assert_eq!(value["title"], code.title(), "{place}: the example {name}");
                assert_eq!(value["type"], format!("urn:payproof:problem:{}", code.word()), "{place}: {name}");
            }
            seen += 1;
        }
    };
    for (place, _, answer) in answers() {
        for (kind, media) in entries(&answer["content"]) {
            check(&format!("{place} {kind}"), media);
        }
    }
    for operation in operations() {
        for (kind, media) in entries(&operation.said["requestBody"]["content"]) {
            check(&format!("{} {} {kind}", operation.call.0, operation.call.1), media);
        }
    }
    assert!(seen > 15, "only {seen} examples were found");
}

/// A comma in a sentence between braces makes a name of the sentence's second half.
#[test]
fn no_sentence_is_cut_into_names() {
    fn names(part: &Value) -> Vec<&str> {
        match part {
            Value::Object(_) => {
                entries(part).flat_map(|(name, value)| [vec![name], names(value)].concat()).collect()
            }
            Value::Array(items) => items.iter().flat_map(names).collect(),
            _ => Vec::new(),
        }
    }
    let cut: Vec<_> = names(document()).into_iter().filter(|name| name.contains(' ')).collect();
    assert_eq!(cut, Vec::<&str>::new());
}

#[test]
fn each_component_is_used() {
    let text = std::fs::read_to_string(yaml::root().join("openapi.yaml")).expect("openapi.yaml");
    for (kind, components) in
        entries(&document()["components"]).filter(|(kind, _)| *kind != "securitySchemes")
    {
        for (name, _) in entries(components) {
            let used = text.contains(&format!("#/components/{kind}/{name}'"));
            assert!(
                used || ["NoSuchPath", "WrongMethod"].contains(&name),
                "{kind}/{name} is referred to by nothing"
            );
        }
    }
}

/// The examples of an operation's body.
fn examples(method: &str, path: &str) -> Vec<&'static Value> {
    let all = operations();
    let operation =
        all.iter().find(|operation| operation.call == (method.to_owned(), path.to_owned())).expect("it");
    let media = &operation.said["requestBody"]["content"]["application/json"];
    entries(&media["examples"]).map(|(_, example)| &resolved(example)["value"]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_requests_are_taken_and_show_every_field() {
    let world = World::start().await;
    let orders = examples("PUT", "/v1/orders/{order_id}");
    for (number, body) in orders.iter().enumerate() {
        world.shop.put(&format!("/v1/orders/{number}"), (*body).clone()).await.expect(201);
    }
    world.shop.registers("1042").await;
    let sessions = examples("POST", "/v1/sessions");
    for body in &sessions {
        let answer = world.shop.post("/v1/sessions", (*body).clone()).await;
        assert!(matches!(answer.status, 200 | 201), "{}", answer.body);
    }
    for (schema, bodies) in [("NewOrder", orders), ("NewSession", sessions)] {
        let shown: BTreeSet<_> = bodies.iter().flat_map(|body| entries(body)).map(|(name, _)| name).collect();
        let known: BTreeSet<_> = entries(&document()["components"]["schemas"][schema]["properties"])
            .map(|(name, _)| name)
            .collect();
        assert_eq!(shown, known, "{schema}: the examples show each field");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_gateway_answers_is_no_problem_document() {
    let world = World::start().await;
    let url = format!("{}/v1/sessions", world.stack.url);
    let answer = world.http.post(url).body(vec![b' '; 4_600_000]).send().await.expect("an answer");
    let answer = Answer::to("POST", answer).await;
    assert_eq!((answer.status, answer.json()), (413, json!({ "message": "Request Entity Too Large" })));
    let below = world
        .shop
        .call("POST", "/v1/sessions", &world.shop.secret_key, Some(&json!("x".repeat(70_000))))
        .await;
    below.expect_problem(413, "body_too_large");
}

//! `template.yaml` is held to the code: tables, functions, routes, variables, and what each function may do.

use std::collections::{BTreeMap, BTreeSet};

use payproof_edge::api::Function;
use payproof_edge::api::routes::{CalledBy, ROUTES};
use payproof_edge::limits::{
    CREATE_TIMEOUT, FIND_TIMEOUT, LOOK_TIMEOUT, OPEN_TIMEOUT, RECONCILE_TIMEOUT, REFUND_TIMEOUT,
    SWEEP_TIMEOUT, TELL_RUN, TELL_TIMEOUT, WEBHOOK_ASK_TIMEOUT,
};
use payproof_edge::settings::VARIABLES;
use payproof_edge::store::Due;
use payproof_edge::store::tables::{PAYMENTS, SHOPS, Table};
use serde_json::{Value, json};

use crate::needs::{NEEDS, Need, QUEUE_NEEDS};
use crate::openapi::Call;
use crate::queues::queue;
use crate::world::contract::entries;
use crate::world::contract::yaml;

fn template() -> Value {
    yaml::file("template.yaml")
}

pub fn resources(of_type: &str) -> Vec<(String, Value)> {
    let template = template();
    let resources = entries(&template["Resources"]).filter(|(_, resource)| resource["Type"] == of_type);
    let found: Vec<_> = resources.map(|(name, resource)| (name.to_owned(), resource.clone())).collect();
    assert!(!found.is_empty(), "no {of_type} in template.yaml");
    found
}

pub fn resource(name: &str) -> Value {
    let resource = template()["Resources"][name].clone();
    assert!(!resource.is_null(), "template.yaml has no {name}");
    resource
}

/// The functions by their name in the template.
pub fn functions() -> BTreeMap<String, (Function, Value)> {
    let mut functions = BTreeMap::new();
    for (name, resource) in resources("AWS::Serverless::Function") {
        let zip = resource["Properties"]["CodeUri"].as_str().expect("a CodeUri");
        let of_zip =
            Function::ALL.iter().copied().find(|function| format!("dist/{}.zip", function.name()) == zip);
        let function = of_zip.unwrap_or_else(|| panic!("{name}: no function makes {zip}"));
        functions.insert(name, (function, resource));
    }
    functions
}

/// What the gateway routes, and to which function; `("$default", "")` for what no other route takes.
pub fn routes() -> BTreeMap<Call, Function> {
    let functions = functions();
    let mut routes = BTreeMap::new();
    for (name, route) in resources("AWS::ApiGatewayV2::Route") {
        let key = route["Properties"]["RouteKey"].as_str().expect("a RouteKey");
        let (method, path) = key.split_once(' ').unwrap_or((key, ""));
        let target = route["Properties"]["Target"]["Fn::Sub"].as_str().expect("a target");
        let integration = target.strip_prefix("integrations/${").and_then(|rest| rest.strip_suffix('}'));
        let integration = resource(integration.unwrap_or_else(|| panic!("{name}: its target is {target}")));
        let uri = &integration["Properties"]["IntegrationUri"]["Fn::GetAtt"];
        assert_eq!(integration["Properties"]["PayloadFormatVersion"], "2.0", "{name}");
        assert_eq!(uri[1], "Arn", "{name}");
        let (function, _) =
            functions.get(uri[0].as_str().expect("a function")).expect("a function of the template");
        let twice = routes.insert((method.to_owned(), path.to_owned()), *function);
        assert!(twice.is_none(), "{key} is routed twice");
    }
    routes
}

/// What the gateway is told of CORS.
pub fn cors() -> Value {
    let apis = resources("AWS::ApiGatewayV2::Api");
    let [(_, api)] = apis.as_slice() else { panic!("one API") };
    api["Properties"]["CorsConfiguration"].clone()
}

#[test]
fn it_has_the_functions_of_the_code() {
    let functions = functions();
    let names: BTreeSet<_> = functions.values().map(|(function, _)| function.name()).collect();
    assert_eq!(names, Function::ALL.iter().map(|function| function.name()).collect::<BTreeSet<_>>());
    assert_eq!(functions.len(), Function::ALL.len(), "each once");
    for function in Function::ALL.iter().copied() {
        let manifest = yaml::root().join("functions").join(function.name()).join("Cargo.toml");
        assert!(manifest.exists(), "{}", manifest.display());
    }
}

#[test]
fn it_routes_what_the_table_routes_and_the_rest_to_pages() {
    let mut wanted: BTreeMap<Call, Function> = ROUTES
        .iter()
        .map(|route| ((route.method.to_string(), route.path.to_owned()), route.function))
        .collect();
    wanted.insert(("$default".to_owned(), String::new()), Function::Pages);
    let named = |routes: BTreeMap<Call, Function>| -> BTreeMap<Call, &'static str> {
        routes.into_iter().map(|(call, function)| (call, function.name())).collect()
    };
    assert_eq!(named(routes()), named(wanted));
}

#[test]
fn the_gateway_may_call_each_function() {
    let mut allowed = BTreeSet::new();
    for (name, permission) in resources("AWS::Lambda::Permission") {
        let properties = &permission["Properties"];
        if properties["Principal"] == "events.amazonaws.com" {
            continue;
        }
        assert_eq!(properties["Principal"], "apigateway.amazonaws.com", "{name}");
        assert!(properties["SourceArn"].to_string().contains("${Api}"), "{name}: only this API may call");
        allowed.insert(properties["FunctionName"]["Ref"].as_str().expect("a function").to_owned());
    }
    let called =
        functions().into_iter().filter(|(_, (function, _))| function.called_by() == CalledBy::Gateway);
    assert_eq!(allowed, called.map(|(name, _)| name).collect());
}

#[test]
fn its_tables_are_those_of_the_code() {
    for (name, table) in [("PaymentsTable", PAYMENTS), ("ShopsTable", SHOPS)] {
        let said = resource(name);
        assert_eq!(said["Type"], "AWS::DynamoDB::Table", "{name}");
        let properties = &said["Properties"];
        assert_eq!(properties["KeySchema"], keys(table.partition_key, table.sort_key), "{name}");
        assert_eq!(
            attributes(properties),
            attributes_of(&table),
            "{name}: exactly the attributes that keys are of"
        );
        let indexes = properties["GlobalSecondaryIndexes"].as_array().cloned().unwrap_or_default();
        let wanted = table.indexes.iter().map(|index| {
            json!({
                "IndexName": index.name,
                "KeySchema": keys(index.partition_key, Some(index.sort_key)),
                "Projection": { "ProjectionType": "KEYS_ONLY" },
            })
        });
        assert_eq!(indexes, wanted.collect::<Vec<_>>(), "{name}");
        let ttl = &properties["TimeToLiveSpecification"];
        match table.ttl {
            Some(attribute) => {
                assert_eq!(*ttl, json!({ "AttributeName": attribute, "Enabled": true }), "{name}")
            }
            None => assert!(ttl.is_null(), "{name}: {ttl}"),
        }
        let stream = &properties["StreamSpecification"]["StreamViewType"];
        assert_eq!(stream.as_str(), table.stream.then_some("NEW_IMAGE"), "{name}");
    }
    assert_eq!(resources("AWS::DynamoDB::Table").len(), 2);
}

fn keys(partition: &str, sort: Option<&str>) -> Value {
    let partition = json!({ "AttributeName": partition, "KeyType": "HASH" });
    let sort = sort.map(|sort| json!({ "AttributeName": sort, "KeyType": "RANGE" }));
    [Some(partition), sort].into_iter().flatten().collect()
}

fn attributes(properties: &Value) -> BTreeSet<(String, String)> {
    let definitions = properties["AttributeDefinitions"].as_array().expect("attributes").iter();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    definitions
        .map(|definition| (text(&definition["AttributeName"]), text(&definition["AttributeType"])))
        .collect()
}

fn attributes_of(table: &Table) -> BTreeSet<(String, String)> {
    let index = table.indexes.iter().flat_map(|index| [index.partition_key, index.sort_key]);
    let names = [Some(table.partition_key), table.sort_key].into_iter().flatten().chain(index);
    names.map(|name| (name.to_owned(), "S".to_owned())).collect()
}

#[test]
fn what_is_stored_cannot_be_lost_by_a_deployment() {
    for name in ["PaymentsTable", "ShopsTable"] {
        let said = resource(name);
        let properties = &said["Properties"];
        assert_eq!(properties["DeletionProtectionEnabled"], true, "{name}");
        assert_eq!(
            properties["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"], true,
            "{name}"
        );
        assert_eq!(properties["SSESpecification"]["SSEEnabled"], true, "{name}");
        assert_eq!(properties["BillingMode"], "PAY_PER_REQUEST", "{name}");
        assert!(
            properties["TableName"].is_null(),
            "{name}: with Retain a name would stand in the way of the next stack"
        );
    }
    for name in ["PaymentsTable", "ShopsTable", "ShopsKey"] {
        let said = resource(name);
        assert_eq!(
            (&said["DeletionPolicy"], &said["UpdateReplacePolicy"]),
            (&json!("Retain"), &json!("Retain")),
            "{name}"
        );
    }
}

#[test]
fn it_sets_the_variables_that_the_functions_read() {
    let template = template();
    let set = &template["Globals"]["Function"]["Environment"]["Variables"];
    let set: BTreeSet<_> = entries(set).map(|(name, _)| name).collect();
    let read = VARIABLES.iter().filter(|variable| variable.in_template).map(|variable| variable.name);
    assert_eq!(set, read.collect::<BTreeSet<_>>());
    let variables = &template["Globals"]["Function"]["Environment"]["Variables"];
    assert_eq!(variables["PAYMENTS_TABLE"], json!({ "Ref": "PaymentsTable" }));
    assert_eq!(variables["SHOPS_TABLE"], json!({ "Ref": "ShopsTable" }));
    for (name, of) in [("RECONCILE_QUEUE_URL", Due::Reconcile), ("NOTIFY_QUEUE_URL", Due::NotifyShop)] {
        assert_eq!(variables[name], json!({ "Ref": queue(of).0 }));
    }
    for (name, (_, function)) in functions() {
        assert!(function["Properties"]["Environment"].is_null(), "{name}: variables are set once, for all");
    }
}

#[test]
fn each_function_has_the_time_that_its_work_takes() {
    let default = template()["Globals"]["Function"]["Timeout"].as_u64().expect("a timeout");
    for (name, (function, said)) in functions() {
        let seconds = said["Properties"]["Timeout"].as_u64().unwrap_or(default);
        let work = match function {
            Function::CreateSession => OPEN_TIMEOUT,
            Function::WebhookReceive => WEBHOOK_ASK_TIMEOUT,
            Function::MerchantRead => FIND_TIMEOUT,
            Function::NotifyShop => TELL_RUN + TELL_TIMEOUT,
            Function::Sweep => SWEEP_TIMEOUT,
            // What was begun last: an opening, a closing, a question, a refund.
            Function::Reconcile => RECONCILE_TIMEOUT + CREATE_TIMEOUT + LOOK_TIMEOUT * 2 + REFUND_TIMEOUT,
            _ => std::time::Duration::from_secs(5),
        };
        assert!(seconds > work.as_secs(), "{name}: its work can take {work:?}, and it has {seconds} s");
        let gives_up = if function.called_by() == CalledBy::Gateway { 30 } else { 900 };
        assert!(seconds <= gives_up, "{name}: who calls it gives up after {gives_up} s");
    }
}

#[test]
fn a_browser_of_any_shop_may_call_with_no_credentials() {
    // The values of the HTTP contract, written out once more: openapi.rs only holds the two files together.
    let wanted = json!({
        "AllowOrigins": ["*"],
        "AllowMethods": ["GET", "POST"],
        "AllowHeaders": ["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
        "ExposeHeaders": ["ETag", "Retry-After"],
        "MaxAge": 7200,
    });
    assert_eq!(cors(), wanted);
}

#[test]
fn the_access_log_holds_no_address() {
    for (name, stage) in resources("AWS::ApiGatewayV2::Stage") {
        let format = stage["Properties"]["AccessLogSettings"]["Format"].as_str().expect("a format");
        // A path holds the token of a checkout, a query a client secret.
        for word in ["path", "Path", "query", "Query", "header", "authorizer", "sourceIp", "userAgent"] {
            assert!(!format.contains(word), "{name}: {word} in {format}");
        }
        let routed = routes();
        for (key, _) in entries(&stage["Properties"]["RouteSettings"]) {
            let (method, path) = key.split_once(' ').expect("a method and a path");
            assert!(routed.contains_key(&(method.to_owned(), path.to_owned())), "{name}: no route {key}");
        }
    }
}

/// A policy's statements, wherever they stand in a part of the template.
fn statements(part: &Value) -> Vec<Value> {
    match part {
        Value::Array(items) => items.iter().flat_map(statements).collect(),
        Value::Object(fields) => {
            let own = fields.get("Statement").and_then(Value::as_array).cloned().unwrap_or_default();
            own.into_iter().chain(fields.values().flat_map(statements)).collect()
        }
        _ => Vec::new(),
    }
}

fn list(value: &Value) -> Vec<String> {
    let items = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
    items
        .iter()
        .map(|item| item.as_str().unwrap_or_else(|| panic!("not a text: {item}")).to_owned())
        .collect()
}

#[test]
fn no_policy_allows_everything_and_none_a_scan() {
    let template = template();
    let all = statements(&template);
    assert!(all.len() > 10, "found only {} statements", all.len());
    for statement in all {
        assert_eq!(statement["Effect"], "Allow", "{statement}");
        for denied in ["NotAction", "NotResource", "NotPrincipal"] {
            assert!(statement[denied].is_null(), "{statement}");
        }
        // Who may take a role on: the Pipe, for this account.
        if !statement["Principal"].is_null() {
            assert_eq!(statement["Principal"], json!({ "Service": "pipes.amazonaws.com" }));
            assert!(statement["Condition"].to_string().contains("AWS::AccountId"), "{statement}");
            continue;
        }
        for action in list(&statement["Action"]) {
            assert!(!action.contains('*'), "{action} is more than one action");
            let word = action.to_lowercase();
            // PartiQL can name no partition, so the condition on partitions would let it through.
            assert!(!word.contains("scan") && !word.contains("partiql"), "{action} can read the whole table");
        }
        let resource = statement["Resource"].to_string();
        let known = ["PaymentsTable", "ShopsTable", "ShopsKey", "NotifyQueue", "ReconcileQueue"];
        let known = known.iter().any(|name| resource.contains(name));
        assert!(known && !resource.contains('*'), "{resource}");
    }
}

const PAYMENTS_ARN: &str = r#"{"Fn::GetAtt":["PaymentsTable","Arn"]}"#;
const LIST_ARN: &str = r#"{"Fn::Sub":"${PaymentsTable.Arn}/index/list"}"#;
const NEEDS_ARN: &str = r#"{"Fn::Sub":"${PaymentsTable.Arn}/index/needs"}"#;

/// What a statement on the payments table allows; none for one on something else.
fn allowed(statement: &Value) -> Option<Vec<Need>> {
    let resource = statement["Resource"].to_string();
    if !resource.contains("PaymentsTable") {
        return None;
    }
    let index = match resource.as_str() {
        PAYMENTS_ARN => "",
        LIST_ARN => "index ",
        NEEDS_ARN => "index needs ",
        other => panic!("{other}: neither the payments table nor one of its indexes"),
    };
    let condition = &statement["Condition"];
    assert_eq!(entries(condition).count(), 1, "{statement}: the condition on partitions and nothing else");
    let partitions = &condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"];
    assert!(!partitions.is_null(), "{statement} does not say which partitions");
    let mut needs = Vec::new();
    for partition in list(partitions) {
        let kind = partition.strip_suffix('*').unwrap_or_else(|| panic!("{partition}: a kind of partition"));
        assert!(kind.len() > 2 && !kind.contains('*'), "{partition}: a kind of partition");
        for action in list(&statement["Action"]) {
            let verb = action.strip_prefix("dynamodb:").unwrap_or_else(|| panic!("{action} on a table"));
            needs.push((format!("{index}{kind}"), verb.to_owned()));
        }
    }
    Some(needs)
}

#[test]
fn each_function_may_do_what_it_does_and_no_more() {
    let read_shop = resource("ReadOneShop");
    let mut faults = Vec::new();
    for (name, (function, said)) in functions() {
        let policies = said["Properties"]["Policies"].as_array().expect("policies");
        let reads_shop = policies.contains(&json!({ "Ref": "ReadOneShop" }));
        assert_eq!(reads_shop, function != Function::Sweep, "{name} reads a shop, or does not");
        let own: BTreeSet<Need> =
            statements(&said["Properties"]).iter().filter_map(allowed).flatten().collect();
        let needed: BTreeSet<Need> = NEEDS
            .iter()
            .filter(|(of, _, _)| *of == function)
            .flat_map(|(_, kind, verbs)| verbs.iter().map(|verb| ((*kind).to_owned(), (*verb).to_owned())))
            .collect();
        let too_much: Vec<_> = own.difference(&needed).collect();
        let too_little: Vec<_> = needed.difference(&own).collect();
        if !too_much.is_empty() {
            faults.push(format!("{name} may do what it never does: {too_much:?}"));
        }
        if !too_little.is_empty() {
            faults.push(format!("{name} may not do what it does: {too_little:?}"));
        }
        let others =
            statements(&said["Properties"]).into_iter().filter(|statement| allowed(statement).is_none());
        let on_queues: BTreeSet<(String, String)> = others
            .flat_map(|statement| {
                let queue = statement["Resource"]["Fn::GetAtt"][0].as_str().expect("a queue").to_owned();
                let verb = |action: String| action.strip_prefix("sqs:").expect("a queue's action").to_owned();
                list(&statement["Action"]).into_iter().map(move |action| (queue.clone(), verb(action)))
            })
            .collect();
        let needed: BTreeSet<(String, String)> = QUEUE_NEEDS
            .iter()
            .filter(|(of, _, _)| *of == function)
            .flat_map(|(_, queue, verbs)| verbs.iter().map(|verb| ((*queue).to_owned(), (*verb).to_owned())))
            .collect();
        assert_eq!(on_queues, needed, "{name}: beyond the payments table it may read a shop, and this");
    }
    assert!(faults.is_empty(), "template.yaml:\n  {}", faults.join("\n  "));
    let shop: Vec<_> = statements(&read_shop).iter().map(|statement| list(&statement["Action"])).collect();
    assert_eq!(shop, [["dynamodb:GetItem"], ["kms:Decrypt"]]);
}

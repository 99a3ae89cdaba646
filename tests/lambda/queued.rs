//! Functions that a queue calls: a batch of orders, and the answer that says which come again.

use payproof_edge::api::Function as Name;
use payproof_edge::api::routes::CalledBy;
use payproof_edge::settings::Settings;
use serde_json::{Value, json};

use crate::binaries;
use crate::function::{Function, environment};
use crate::runtime_api::Reply;
use crate::same::json_lines;
use crate::world::World;

/// An event of SQS with these messages.
fn batch(bodies: &[&str]) -> String {
    let records = bodies.iter().enumerate().map(|(nth, body)| {
        json!({
            "messageId": format!("059f36b4-87a3-44ab-83d2-66197{nth:07}"),
            "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
            "body": body,
            "attributes": { "ApproximateReceiveCount": "1", "SentTimestamp": "1795539241123" },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
            "awsRegion": "eu-central-1",
        })
    });
    json!({ "Records": records.collect::<Vec<_>>() }).to_string()
}

async fn failures(function: &Function, bodies: &[&str]) -> Vec<String> {
    let Reply::Answer(answer) = function.invoke(batch(bodies)).await else { panic!("it crashed") };
    let answer: Value = serde_json::from_slice(&answer).expect("JSON");
    let failures = answer["batchItemFailures"].as_array().expect("failures").iter();
    failures.map(|one| one["itemIdentifier"].as_str().expect("an id").to_owned()).collect()
}

/// svix/svix-webhooks#1511: one bad task comes again and again, and holds up what is behind it.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_dealt_with_goes_and_what_failed_comes_again() {
    let world = World::start().await;
    world.shop.opens("1").await;
    let order = world.shop.payment_id("1").to_string();
    let quoted = format!("\"{order}\"");
    let folder = tokio::task::spawn_blocking(binaries::folder).await.expect("no panic");
    let queued = Name::ALL.iter().filter(|name| matches!(name.called_by(), CalledBy::Queue(_)));
    for name in queued.copied().map(Name::name) {
        let function = Function::start(&folder.join(name), &environment(&world.stack.settings())).await;
        // An order, the same as the Pipe may write it, one that nobody registered, and what is no order's id.
        let bodies = [order.as_str(), quoted.as_str(), "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa", "planted"];
        assert_eq!(failures(&function, &bodies).await, [] as [&str; 0], "{name}");
        let output = function.end().await;
        let lines = json_lines(&output);
        assert!(
            lines.iter().any(|line| line["message"] == "a message is no order's id, and is dropped"),
            "{name}"
        );
        assert!(!output.contains("planted"), "{name} logs what came: {output}");

        let nowhere = Some("http://127.0.0.1:9".to_owned());
        let settings = Settings { endpoint_url: nowhere, ..world.stack.settings() };
        let function = Function::start(&folder.join(name), &environment(&settings)).await;
        let failed = failures(&function, &[order.as_str(), "pay_aaaaaaaaaaaaaaaaaaaaaaaaaa"]).await;
        assert_eq!(
            failed,
            ["059f36b4-87a3-44ab-83d2-661970000000", "059f36b4-87a3-44ab-83d2-661970000001"],
            "{name}"
        );
        function.end().await;
    }
    world.stack.stop().await;
}

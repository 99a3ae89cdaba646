//! The queues of `template.yaml`, who reads them, and the pipe that fills one of them.

use payproof_edge::api::routes::CalledBy;
use payproof_edge::queue::DELAY_MAX;
use payproof_edge::store::Due;
use payproof_edge::store::tables::{TELLING_MARK, TELLING_SK};
use serde_json::{Value, json};

use crate::template::{functions, resource, resources};

/// The queue of each kind of work, and its dead letters.
pub const fn queue(of: Due) -> (&'static str, &'static str) {
    match of {
        Due::Reconcile => ("ReconcileQueue", "ReconcileDeadLetters"),
        Due::NotifyShop => ("NotifyQueue", "NotifyDeadLetters"),
    }
}

#[test]
fn each_queue_is_read_by_its_function_a_bounded_number_at_once_and_loses_nothing() {
    let mappings = resources("AWS::Lambda::EventSourceMapping");
    for (name, (function, said)) in functions() {
        let CalledBy::Queue(of) = function.called_by() else { continue };
        let (queue, dead_letters) = queue(of);
        let own: Vec<_> = mappings
            .iter()
            .filter(|(_, mapping)| mapping["Properties"]["FunctionName"]["Ref"] == name)
            .collect();
        let [(_, mapping)] = own.as_slice() else { panic!("{name}: one mapping") };
        let mapping = &mapping["Properties"];
        assert_eq!(mapping["EventSourceArn"]["Fn::GetAtt"][0], queue, "{name}");
        assert_eq!(mapping["FunctionResponseTypes"], json!(["ReportBatchItemFailures"]), "{name}");
        assert!(!mapping["ScalingConfig"]["MaximumConcurrency"].is_null(), "{name}");
        let seconds = |value: &Value| value.as_u64().expect("seconds");
        let (timeout, batch) = (seconds(&said["Properties"]["Timeout"]), seconds(&mapping["BatchSize"]));
        let properties = resource(queue)["Properties"].clone();
        assert!(
            seconds(&properties["VisibilityTimeout"]) >= 6 * timeout * batch,
            "{queue}: a message comes back before its function is done"
        );
        let redrive = &properties["RedrivePolicy"];
        assert_eq!(redrive["deadLetterTargetArn"]["Fn::GetAtt"][0], dead_letters, "{queue}");
        for kept in [&properties, &resource(dead_letters)["Properties"]] {
            assert_eq!(kept["MessageRetentionPeriod"], 14 * 86_400, "{queue}: as long as SQS keeps anything");
            assert_eq!(kept["SqsManagedSseEnabled"], true, "{queue}");
        }
    }
    let alarms = resources("AWS::CloudWatch::Alarm");
    let watched = |name: &str, metric: &str| {
        let of =
            |alarm: &Value| alarm["Properties"]["Dimensions"].to_string().contains(&format!("\"{name}\""));
        alarms.iter().any(|(_, alarm)| alarm["Properties"]["MetricName"] == metric && of(alarm))
    };
    for of in Due::ALL {
        let (queue, dead_letters) = queue(of);
        assert!(watched(queue, "ApproximateAgeOfOldestMessage"), "{queue}");
        assert!(watched(dead_letters, "ApproximateNumberOfMessagesVisible"), "{dead_letters}");
    }
    assert!(watched("Sweep", "Errors") && watched("Sweep", "Invocations"));
    assert!(watched("TellPipe", "ExecutionFailed"));
    assert!(DELAY_MAX.as_secs() <= 900, "the most that SQS holds a message back");
}

#[test]
fn the_sweep_runs_each_minute_and_a_run_is_repeated_by_the_next() {
    let rules = resources("AWS::Events::Rule");
    let [(name, rule)] = rules.as_slice() else { panic!("one schedule: {rules:?}") };
    assert_eq!(rule["Properties"]["ScheduleExpression"], "rate(1 minute)");
    let targets = rule["Properties"]["Targets"].as_array().expect("targets");
    let [target] = targets.as_slice() else { panic!("one target: {targets:?}") };
    assert_eq!(target["Arn"]["Fn::GetAtt"], json!(["Sweep", "Arn"]));
    assert_eq!(target["RetryPolicy"]["MaximumRetryAttempts"], 0);
    let sweep = resource("Sweep")["Properties"].clone();
    assert_eq!(sweep["EventInvokeConfig"]["MaximumRetryAttempts"], 0);
    let allowed: Vec<_> = resources("AWS::Lambda::Permission")
        .into_iter()
        .filter(|(_, permission)| permission["Properties"]["FunctionName"]["Ref"] == "Sweep")
        .collect();
    let [(_, permission)] = allowed.as_slice() else { panic!("one permission: {allowed:?}") };
    assert_eq!(permission["Properties"]["Principal"], "events.amazonaws.com");
    assert_eq!(permission["Properties"]["SourceArn"]["Fn::GetAtt"], json!([name, "Arn"]));
}

#[test]
fn the_pipe_hands_on_the_orders_whose_shop_is_to_be_told_and_their_ids_alone() {
    let pipe = resource("TellPipe")["Properties"].clone();
    assert_eq!(pipe["Source"]["Fn::GetAtt"], json!(["PaymentsTable", "StreamArn"]));
    assert_eq!(pipe["Target"]["Fn::GetAtt"], json!(["NotifyQueue", "Arn"]));
    assert_eq!(pipe["TargetParameters"], json!({ "InputTemplate": "<$.dynamodb.Keys.pk.S>" }));
    let filters = pipe["SourceParameters"]["FilterCriteria"]["Filters"].as_array().expect("filters").clone();
    let [filter] = filters.as_slice() else { panic!("one filter: {filters:?}") };
    let pattern: Value = serde_json::from_str(filter["Pattern"].as_str().expect("a pattern")).expect("JSON");
    let image = json!({ "sk": { "S": [TELLING_SK] }, TELLING_MARK: { "BOOL": [true] } });
    assert_eq!(pattern, json!({ "dynamodb": { "NewImage": image } }));
    let stream = &pipe["SourceParameters"]["DynamoDBStreamParameters"];
    for (name, value) in [
        ("StartingPosition", json!("TRIM_HORIZON")),
        ("MaximumRetryAttempts", json!(-1)),
        ("MaximumRecordAgeInSeconds", json!(-1)),
    ] {
        assert_eq!(stream[name], value, "{name}: nothing is left out while the stream holds it");
    }
}

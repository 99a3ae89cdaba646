//! A bare Lambda on the same SDK: it reads one item before its first event, as ours does to open the connection, and
//! writes one for each. What it costs is what a function costs that does nothing of ours.
#![forbid(unsafe_code)]

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Config, Credentials, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use lambda_http::{Body, Error, Request, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let var = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let credentials =
        Credentials::new(var("AWS_ACCESS_KEY_ID")?, var("AWS_SECRET_ACCESS_KEY")?, None, None, "environment");
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(var("AWS_REGION")?))
        .credentials_provider(credentials)
        .endpoint_url(var("AWS_ENDPOINT_URL_DYNAMODB")?);
    let (client, table) = (Client::from_conf(config.build()), var("PAYMENTS_TABLE")?);
    let key = |text: &str| AttributeValue::S(text.to_owned());
    let request = client.get_item().table_name(&table).key("pk", key("pay_warm")).key("sk", key("-"));
    request.send().await?;
    let (client, table) = (&client, &table);
    lambda_http::run(service_fn(move |_: Request| async move {
        let request = client.update_item().table_name(table).key("pk", key("bare")).key("sk", key("-"));
        let request = request.update_expression("SET n = :n").expression_attribute_values(":n", key("n"));
        request.send().await?;
        let answer = Response::builder().header("content-type", "application/json");
        Ok::<_, Error>(answer.body(Body::from("{\"received\":true}"))?)
    }))
    .await
}

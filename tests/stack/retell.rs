//! `payproof retell` as an operator calls it: on the tables of the environment.

use std::process::Output;

use crate::stripe_api::event;
use crate::survives_kill::binary;
use crate::world::World;

async fn retell(world: &World, arguments: &[&str], without: &str) -> Output {
    let binary = tokio::task::spawn_blocking(binary).await.expect("a binary");
    let settings = world.stack.settings();
    let mut command = tokio::process::Command::new(binary);
    command.arg("retell").args(arguments).env_clear().kill_on_drop(true);
    for (name, value) in [
        ("PAYMENTS_TABLE", settings.payments_table.as_str()),
        ("SHOPS_TABLE", &settings.shops_table),
        ("PUBLIC_URL", "https://pay.shop.example"),
        ("AWS_REGION", "local"),
        ("AWS_ACCESS_KEY_ID", "embedded"),
        ("AWS_SECRET_ACCESS_KEY", "embedded"),
        ("AWS_ENDPOINT_URL_DYNAMODB", &world.stack.store_url),
        ("RECONCILE_QUEUE_URL", "http://127.0.0.1:9/reconcile"),
        ("NOTIFY_QUEUE_URL", "http://127.0.0.1:9/notify"),
    ] {
        if name != without {
            command.env(name, value);
        }
    }
    command.output().await.expect("it runs")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_goes_through_a_time_for_every_shop_or_for_some() {
    let world = World::start().await;
    for order in ["1", "2"] {
        let session = world.shop.opens(order).await;
        let id = session["id"].as_str().expect("an id");
        world.stripe_tells(&event::paid(&format!("evt_{order}"), id, 4999, "eur")).await.expect(200);
    }
    world.other.opens("1").await;
    let span = ["--from", "2026-01-01T00:00:00Z", "--to", "2099-01-01T00:00:00Z"];
    let all = retell(&world, &span, "").await;
    let text = |output: &Output| {
        String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
    };
    assert!(all.status.success(), "{}", text(&all));
    let mut lines: Vec<_> = text(&all).lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "other: 1 orders, 1 changed since, 0 notifications taken, 0 orders failed",
            "shop: 2 orders, 2 changed since, 0 notifications taken, 0 orders failed",
        ]
    );
    let one = retell(
        &world,
        &[&span[..], &["--shop", "shop", "--registered-from", "2098-01-01T00:00:00Z"]].concat(),
        "",
    )
    .await;
    assert_eq!(text(&one), "shop: 0 orders, 0 changed since, 0 notifications taken, 0 orders failed\n");
    for (arguments, without, said) in [
        (vec!["--from", "yesterday", "--to", "2099-01-01T00:00:00Z"], "", "not a moment"),
        (vec!["--from", "2099-01-01T00:00:00Z", "--to", "2098-01-01T00:00:00Z"], "", "--from is after --to"),
        ([&span[..], &["--shop", "nobody"]].concat(), "", "nobody: no such shop"),
        (span.to_vec(), "NOTIFY_QUEUE_URL", "NOTIFY_QUEUE_URL is not set"),
        (span.to_vec(), "PAYMENTS_TABLE", "PAYMENTS_TABLE is not set"),
    ] {
        let refused = retell(&world, &arguments, without).await;
        assert!(!refused.status.success() && text(&refused).contains(said), "{said}: {}", text(&refused));
    }
    world.stack.stop().await;
}

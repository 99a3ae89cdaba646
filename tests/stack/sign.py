"""Signs deliveries with the PyPI libraries of Stripe and Standard Webhooks, as their servers would."""

import datetime
import json
import sys

import stripe
from standardwebhooks.webhooks import Webhook

given = json.load(sys.stdin)
at = given["at"]
moment = datetime.datetime.fromtimestamp(at, tz=datetime.timezone.utc)
webhook = Webhook(given["standard"])
deliveries = []
for index, body in enumerate(given["bodies"]):
    mac = stripe.WebhookSignature._compute_signature(f"{at}.{body}", given["stripe"])
    # The library must take its own signature.
    stripe.WebhookSignature.verify_header(body, f"t={at},v1={mac}", given["stripe"], tolerance=None)
    deliveries.append({"scheme": "stripe", "body": body, "headers": {"Stripe-Signature": f"t={at},v1={mac}"}})
    deliveries.append(
        {
            "scheme": "standard",
            "body": body,
            "headers": {
                "webhook-id": f"msg_{index}",
                "webhook-timestamp": str(at),
                "webhook-signature": webhook.sign(f"msg_{index}", moment, body),
            },
        }
    )
json.dump(deliveries, sys.stdout)

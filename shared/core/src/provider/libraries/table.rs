//! Who is compared, and what differs.

use serde_json::json;

use super::{Compared, Difference, How};
use crate::payment::Method;
use crate::provider::{
    adyen, btcpay, checkout_com, gocardless, mercado_pago, mollie, nowpayments, paddle, paypal, paystack,
    razorpay, square, stripe, xendit,
};

/// Whose requests no library makes.
pub(super) const WITHOUT: &[(&str, &str)] = &[
    // Each request's token was seen to have the header and the claims that `generateJwt` of @coinbase/cdp-sdk 1.57.0
    // makes.
    ("coinbase_business", "its libraries on npm and PyPI cover wallets and trading, and no checkouts"),
    ("sandbox", "it is ours"),
    ("manual", "nothing is sent"),
    ("generic", "the shop describes it"),
];

const fn ours(at: &'static str, field: &'static str, why: &'static str) -> Difference {
    Difference { at, field, how: How::Ours, why }
}

const fn theirs(at: &'static str, field: &'static str, why: &'static str) -> Difference {
    Difference { at, field, how: How::Theirs, why }
}

const TWICE_IS_ONCE: &str = "closing twice is closing once, so we need no key";

#[rustfmt::skip]
pub(super) const COMPARED: &[Compared] = &[
    Compared {
        provider: &stripe::PROVIDER,
        config: || json!({ "api_key": "sk_test_51HqLyjWDarjtT1", "webhook_secrets": ["whsec_1"] }),
        method: Method::Card, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "cs_test_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu",
        payment: "pi_3SXkQ2LkdIwHu7ix0a7VbN3m",
        differences: &[
            ours("fetch 1", "query expand[]", "an item of a list, as Stripe's own pages write it"),
            theirs("fetch 1", "query expand[0]", "the same item, with its place"),
            theirs("close 1", "header idempotency-key", TWICE_IS_ONCE),
        ],
    },
    Compared {
        provider: &adyen::PROVIDER,
        config: || json!({
            "api_key": "AQEk3xample_api_key", "merchant_account": "NordShopECOM", "webhook_secrets": ["9F3C51A7"],
            "api_base": "https://checkout-test.adyen.com/v72",
        }),
        method: Method::Card, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "PLE83C39B0A0DE0C1E",
        payment: "QFQTPCQ8HXSKGK82",
        differences: &[Difference {
            at: "create 1", field: "body /expiresAt",
            how: How::Otherwise("\"2026-11-24T17:35:00+00:00\"", "\"2026-11-24T17:35:00.000Z\""),
            why: "the same moment",
        }],
    },
    Compared {
        provider: &paypal::PROVIDER,
        config: || json!({
            "client_id": "AXk3vQ7rT2mLp9Zs4Yd8Nw1Hb6Jc5Fe0", "client_secret": "EKx8Qm2Rv6Tz4Bn9Wc1Ld7Yh3Js5Pg0",
            "webhook_id": "7FB53827KS118702W",
        }),
        method: Method::Wallet, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "5O190127TN364715T",
        payment: "3C679366HH908993F",
        differences: &[],
    },
    Compared {
        provider: &mollie::PROVIDER,
        config: || json!({ "api_key": "test_dHar4XY7LxsDOtmnkVtjNVWXLSlXsM" }),
        method: Method::Card, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "tr_7UhSN1zuXS",
        payment: "tr_7UhSN1zuXS",
        differences: &[
            theirs("close 1", "header idempotency-key", TWICE_IS_ONCE),
            theirs("close 1", "body", "an empty object says nothing"),
            theirs("close 1", "header content-type", "of that empty object"),
        ],
    },
    Compared {
        provider: &checkout_com::PROVIDER,
        config: || json!({
            "api_key": "sk_k3x7q2m4v4p2t6w5z5r2y3h2jd7", "webhook_secrets": ["k"],
            "processing_channel_id": "pc_q4dbxom5jbgudnjzjpz7j2z6uq",
            "api_base": "https://k7m2q9xa.api.checkout.com",
        }),
        method: Method::Card, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "hpp_xGQBg0AXl3cM",
        payment: "pay_4fxnxsnovyoxs324mp7mcijbwr",
        differences: &[],
    },
    Compared {
        provider: &gocardless::PROVIDER,
        config: || json!({ "api_key": "live_Y5xkQmR8tKwZ2Nb3", "webhook_secrets": ["secret"] }),
        method: Method::BankTransfer, minor: 4990, refunded: 1500, currency: "GBP",
        checkout_id: "BRQ9A2Z96TGP9WJ",
        payment: "PM0X1CC8E3VM4H",
        differences: &[
            theirs("create 2", "header idempotency-key", "another page for the same request is harmless"),
            theirs("close 1", "header idempotency-key", TWICE_IS_ONCE),
            ours("close 1", "body", "no options: the empty object of GoCardless's own samples"),
            theirs("close 1", "body /data", "no options either, within the envelope of actions"),
        ],
    },
    Compared {
        provider: &razorpay::PROVIDER,
        config: || json!({
            "key_id": "rzp_live_Q8vN3mXc7LbT2y", "key_secret": "9WpZ4dHs6FgJ1aEuRk3TqXb8", "webhook_secrets": ["s"],
        }),
        method: Method::Card, minor: 149_900, refunded: 40_000, currency: "INR",
        checkout_id: "plink_QflcnnZqCekuvL",
        payment: "pay_Qfldmt5StKZFCB",
        differences: &[
            ours("refund 1", "header x-refund-idempotency",
                "razorpay.com/docs/api/refunds/normal-refunds-idempotent; the library lets nobody set it"),
        ],
    },
    Compared {
        provider: &square::PROVIDER,
        config: || json!({
            "api_key": "EAAAl8oWqvDfuLq3Tn5x", "webhook_secrets": ["s"], "location_id": "L88917AVBK2S5",
        }),
        method: Method::Card, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "MQASNYL6QB6DFCJ3:B2EZLslUm4bkdPq9rVFdOqEwEhZZY",
        payment: "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY",
        differences: &[],
    },
    Compared {
        provider: &paystack::PROVIDER,
        config: || json!({ "api_key": "sk_live_51c2e7d0f0b9a4c8e3" }),
        method: Method::Card, minor: 2_500_000, refunded: 500_000, currency: "NGN",
        checkout_id: "cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1",
        payment: "4099260516",
        differences: &[
            ours("create 1", "header content-type", "the library sends the same JSON and does not say so"),
            ours("fetch 2", "query transaction", "newer than the library: of which transaction"),
            ours("refund 1", "query transaction", "newer than the library: of which transaction"),
            ours("refund 2", "header content-type", "the library sends the same JSON and does not say so"),
        ],
    },
    Compared {
        provider: &xendit::PROVIDER,
        config: || json!({ "api_key": "xnd_production_P4qDfOss0OCpl8Rt", "webhook_secrets": ["t"] }),
        method: Method::Card, minor: 49_999, refunded: 10_050, currency: "PHP",
        checkout_id: "ps-67527107dda8b2513acdaef0",
        payment: "py-1fdaf346-dd2e-4b6c-b938-124c7167a822",
        differences: &[
            ours("refund 2", "header api-version",
                "each GET of ours names it, for payments are read in it; the library is older than it"),
        ],
    },
    Compared {
        provider: &paddle::PROVIDER,
        config: || json!({
            "api_key": "pdl_live_apikey_01gtgztp8f4kek3yd4g1wrksa3_q6TGTJyvoIz7", "webhook_secrets": ["pdl_ntfset_1"],
        }),
        method: Method::Card, minor: 4999, refunded: 1500, currency: "EUR",
        checkout_id: "txn_01m87800t9wxwcbyb6wk952swa",
        payment: "txn_01m87800t9wxwcbyb6wk952swa",
        differences: &[
            ours("*", "header paddle-version", "1 is the only one; the library trusts in what the account has"),
        ],
    },
    Compared {
        provider: &btcpay::PROVIDER,
        config: || json!({
            "api_base": "https://btcpay.example/server", "api_key": "9a2f4c6e8b0d1357", "webhook_secrets": ["s"],
            "store_id": "9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776",
        }),
        method: Method::Crypto, minor: 4999, refunded: 1500, currency: "EUR",
        checkout_id: "EWk7cGVvsRZ4BLm2NaS2pd",
        payment: "EWk7cGVvsRZ4BLm2NaS2pd",
        differences: &[
            ours("create 1", "query orderId", "newer than the library: only this session's invoices"),
        ],
    },
    Compared {
        provider: &nowpayments::PROVIDER,
        config: || json!({ "api_key": "NPM1V9T-5K84QZX-JB2FW7D-3H6R0YC", "webhook_secrets": ["s"] }),
        method: Method::Crypto, minor: 4999, refunded: 1000, currency: "EUR",
        checkout_id: "4522625843",
        payment: "4522625843",
        differences: &[
            ours("create 1", "body /partially_paid_url", "newer than the library: where who paid a part is sent"),
        ],
    },
    Compared {
        provider: &mercado_pago::PROVIDER,
        config: || json!({ "api_key": "APP_USR-7434370118000159-031414-2cee51edf8b7", "webhook_secrets": ["s"] }),
        method: Method::Card, minor: 4999, refunded: 1050, currency: "BRL",
        checkout_id: "202809963-920c288b-4ebb-40be-966f-700250fa5370",
        payment: "81968653106",
        differences: &[
            Difference {
                at: "create 1", field: "url",
                how: How::Otherwise(
                    "https://api.mercadopago.com/checkout/preferences",
                    "https://api.mercadopago.com/checkout/preferences/",
                ),
                why: "as the reference writes it, and the libraries of other languages too",
            },
            ours("refund 1", "header x-render-in-process-refunds",
                "the library knows no such header: without it a refund that is under way looks refused"),
            theirs("close 2", "header x-idempotency-key", TWICE_IS_ONCE),
        ],
    },
];

//! Ids, what is asked about them, and what the providers' documents say is answered.

/// One id, and what is asked about it.
pub(super) struct Named {
    pub(super) provider: &'static str,
    pub(super) id: &'static str,
    /// Each request after the account's address, and the answer to it. A token is asked for before and not listed.
    pub(super) asked: &'static [(&'static str, &'static str)],
    /// What is answered where there is no such thing.
    pub(super) unknown: (u16, &'static str),
}

#[rustfmt::skip]
pub(super) const TABLE: &[Named] = &[
    Named {
        provider: "stripe", id: "pi_3SXkQ2LkdIwHu7ix0a7VbN3m",
        asked: &[("/v1/payment_intents/pi_3SXkQ2LkdIwHu7ix0a7VbN3m",
            r#"{"id":"pi_3SXkQ2LkdIwHu7ix0a7VbN3m","object":"payment_intent","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, r#"{"error":{"code":"resource_missing","message":"No such payment_intent: 'pi_3SXkQ2LkdIwHu7ix0a7VbN3m'","type":"invalid_request_error"}}"#),
    },
    Named {
        provider: "stripe", id: "cs_test_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu",
        asked: &[("/v1/checkout/sessions/cs_test_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu",
            r#"{"id":"cs_test_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu","object":"checkout.session","client_reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"error":{"code":"resource_missing","message":"No such checkout.session","type":"invalid_request_error"}}"#),
    },
    Named {
        provider: "stripe", id: "ch_3SXkQ2LkdIwHu7ix0PqLmZ8r",
        asked: &[("/v1/charges/ch_3SXkQ2LkdIwHu7ix0PqLmZ8r",
            r#"{"id":"ch_3SXkQ2LkdIwHu7ix0PqLmZ8r","object":"charge","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, r#"{"error":{"code":"resource_missing","message":"No such charge","type":"invalid_request_error"}}"#),
    },
    Named {
        provider: "stripe", id: "evt_1SXkQ4LkdIwHu7ixR2mWb0yE",
        asked: &[("/v1/events/evt_1SXkQ4LkdIwHu7ixR2mWb0yE",
            r#"{"id":"evt_1SXkQ4LkdIwHu7ixR2mWb0yE","object":"event","type":"checkout.session.completed","data":{"object":{"id":"cs_test_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu","object":"checkout.session","client_reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#)],
        unknown: (404, r#"{"error":{"code":"resource_missing","message":"No such event","type":"invalid_request_error"}}"#),
    },
    Named {
        provider: "stripe", id: "evt_3SXkQ2LkdIwHu7ix0dP4tLwC",
        asked: &[
            // A dispute has none of our notes.
            ("/v1/events/evt_3SXkQ2LkdIwHu7ix0dP4tLwC",
                r#"{"id":"evt_3SXkQ2LkdIwHu7ix0dP4tLwC","object":"event","type":"charge.dispute.created","data":{"object":{"id":"du_1SXm0TLkdIwHu7ixVx8K2aPq","object":"dispute","metadata":{},"payment_intent":"pi_3SXkQ2LkdIwHu7ix0a7VbN3m"}}}"#),
            ("/v1/payment_intents/pi_3SXkQ2LkdIwHu7ix0a7VbN3m",
                r#"{"id":"pi_3SXkQ2LkdIwHu7ix0a7VbN3m","object":"payment_intent","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "adyen", id: "PL61C53A8B97E6915A",
        asked: &[("/paymentLinks/PL61C53A8B97E6915A",
            r#"{"id":"PL61C53A8B97E6915A","status":"completed","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"status":404,"errorCode":"000","message":"Not found","errorType":"validation"}"#),
    },
    Named {
        provider: "paypal", id: "3C679366HH908993F",
        asked: &[("/v2/payments/captures/3C679366HH908993F",
            r#"{"id":"3C679366HH908993F","status":"COMPLETED","custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"name":"RESOURCE_NOT_FOUND","details":[{"issue":"INVALID_RESOURCE_ID"}]}"#),
    },
    Named {
        provider: "paypal", id: "5O190127TN364715T",
        asked: &[
            ("/v2/payments/captures/5O190127TN364715T", ""),
            // It is approved, and is left so.
            ("/v2/checkout/orders/5O190127TN364715T",
                r#"{"id":"5O190127TN364715T","status":"APPROVED","intent":"CAPTURE","purchase_units":[{"custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}]}"#),
        ],
        unknown: (404, r#"{"name":"RESOURCE_NOT_FOUND","details":[{"issue":"INVALID_RESOURCE_ID"}]}"#),
    },
    Named {
        provider: "paypal", id: "WH-58D329510W468432D-8HN650336L201105X",
        asked: &[("/v1/notifications/webhooks-events/WH-58D329510W468432D-8HN650336L201105X",
            r#"{"id":"WH-58D329510W468432D-8HN650336L201105X","event_type":"CHECKOUT.ORDER.APPROVED","resource":{"id":"5O190127TN364715T","status":"APPROVED","purchase_units":[{"custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}]}}"#)],
        unknown: (404, r#"{"name":"INVALID_RESOURCE_ID","message":"The requested resource ID was not found"}"#),
    },
    Named {
        provider: "paypal", id: "WH-7Y7254563A4550640-11V2185806837105M",
        asked: &[
            ("/v1/notifications/webhooks-events/WH-7Y7254563A4550640-11V2185806837105M",
                r#"{"id":"WH-7Y7254563A4550640-11V2185806837105M","event_type":"PAYMENT.CAPTURE.REFUNDED","resource":{"id":"1JU08902781691411","status":"COMPLETED","links":[{"rel":"self","href":"https://api-m.paypal.com/v2/payments/refunds/1JU08902781691411"},{"rel":"up","href":"https://api-m.paypal.com/v2/payments/captures/3C679366HH908993F"}]}}"#),
            ("/v2/payments/captures/3C679366HH908993F",
                r#"{"id":"3C679366HH908993F","status":"COMPLETED","custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "paypal", id: "WH-1GE84257G0350133W-6RW800890C634293G",
        asked: &[
            ("/v1/notifications/webhooks-events/WH-1GE84257G0350133W-6RW800890C634293G",
                r#"{"id":"WH-1GE84257G0350133W-6RW800890C634293G","event_type":"CUSTOMER.DISPUTE.CREATED","resource":{"dispute_id":"PP-R-KWD-10110663","disputed_transactions":[{"seller_transaction_id":"3C679366HH908993F"}]}}"#),
            ("/v2/payments/captures/3C679366HH908993F",
                r#"{"id":"3C679366HH908993F","status":"COMPLETED","custom_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "mollie", id: "tr_5B8cwPMGnU6qLbRvo7qEZo",
        asked: &[("/v2/payments/tr_5B8cwPMGnU6qLbRvo7qEZo?embed=refunds,chargebacks",
            r#"{"resource":"payment","id":"tr_5B8cwPMGnU6qLbRvo7qEZo","mode":"live","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, r#"{"status":404,"title":"Not Found","detail":"No payment exists with token tr_5B8cwPMGnU6qLbRvo7qEZo."}"#),
    },
    Named {
        provider: "checkout_com", id: "pay_4fxnxsnovyoxs324mp7mcijbwr",
        asked: &[("/payments/pay_4fxnxsnovyoxs324mp7mcijbwr",
            r#"{"id":"pay_4fxnxsnovyoxs324mp7mcijbwr","status":"Captured","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, ""),
    },
    Named {
        provider: "checkout_com", id: "hpp_xGQBg0AXl3cM",
        asked: &[("/hosted-payments/hpp_xGQBg0AXl3cM",
            r#"{"id":"hpp_xGQBg0AXl3cM","status":"Payment Pending","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, ""),
    },
    Named {
        provider: "checkout_com", id: "evt_hcnr3dscynbwkjfmgnwzbqwbka",
        asked: &[("/workflows/events/evt_hcnr3dscynbwkjfmgnwzbqwbka",
            r#"{"id":"evt_hcnr3dscynbwkjfmgnwzbqwbka","type":"payment_captured","data":{"id":"pay_4fxnxsnovyoxs324mp7mcijbwr","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}},"action_invocations":[]}"#)],
        unknown: (404, ""),
    },
    Named {
        provider: "gocardless", id: "PM0X1CC8E3VM4H",
        asked: &[("/payments/PM0X1CC8E3VM4H",
            r#"{"payments":{"id":"PM0X1CC8E3VM4H","status":"confirmed","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#)],
        unknown: (404, r#"{"error":{"message":"Resource not found","type":"invalid_api_usage","errors":[{"reason":"resource_not_found"}],"code":404}}"#),
    },
    Named {
        provider: "gocardless", id: "BRQ9A2Z96TGP9WJ",
        asked: &[("/billing_requests/BRQ9A2Z96TGP9WJ",
            r#"{"billing_requests":{"id":"BRQ9A2Z96TGP9WJ","status":"pending","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#)],
        unknown: (404, r#"{"error":{"message":"Resource not found","type":"invalid_api_usage","errors":[{"reason":"resource_not_found"}],"code":404}}"#),
    },
    Named {
        provider: "gocardless", id: "EV01R2D7Q0H8ZV",
        asked: &[("/events/EV01R2D7Q0H8ZV",
            r#"{"events":{"id":"EV01R2D7Q0H8ZV","action":"confirmed","resource_type":"payments","links":{"payment":"PM0X1CC8E3VM4H"},"resource_metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#)],
        unknown: (404, r#"{"error":{"message":"Resource not found","type":"invalid_api_usage","code":404}}"#),
    },
    Named {
        provider: "gocardless", id: "EV01R2D7Q0H8ZW",
        asked: &[
            ("/events/EV01R2D7Q0H8ZW",
                r#"{"events":{"id":"EV01R2D7Q0H8ZW","action":"confirmed","resource_type":"payments","metadata":{},"links":{"payment":"PM0X1CC8E3VM4H"}}}"#),
            ("/payments/PM0X1CC8E3VM4H",
                r#"{"payments":{"id":"PM0X1CC8E3VM4H","status":"confirmed","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "gocardless", id: "EV01R2D7Q0H8ZX",
        asked: &[
            ("/events/EV01R2D7Q0H8ZX",
                r#"{"events":{"id":"EV01R2D7Q0H8ZX","action":"fulfilled","resource_type":"billing_requests","links":{"billing_request":"BRQ9A2Z96TGP9WJ"}}}"#),
            ("/billing_requests/BRQ9A2Z96TGP9WJ",
                r#"{"billing_requests":{"id":"BRQ9A2Z96TGP9WJ","status":"fulfilled","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "gocardless", id: "EV01R2D7Q0H8ZY",
        asked: &[
            // A refund that was made in the dashboard.
            ("/events/EV01R2D7Q0H8ZY",
                r#"{"events":{"id":"EV01R2D7Q0H8ZY","action":"paid","resource_type":"refunds","links":{"refund":"RFB7M82324NYB3"}}}"#),
            ("/refunds/RFB7M82324NYB3",
                r#"{"refunds":{"id":"RFB7M82324NYB3","amount":1000,"metadata":{},"links":{"payment":"PM0X1CC8E3VM4H"}}}"#),
            ("/payments/PM0X1CC8E3VM4H",
                r#"{"payments":{"id":"PM0X1CC8E3VM4H","status":"confirmed","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "razorpay", id: "pay_Qfldmt5StKZFCB",
        asked: &[("/v1/payments/pay_Qfldmt5StKZFCB",
            r#"{"id":"pay_Qfldmt5StKZFCB","entity":"payment","order_id":"order_QflczVVaNJciLq","notes":{"session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (400, r#"{"error":{"code":"BAD_REQUEST_ERROR","description":"The id provided does not exist","reason":"input_validation_failed"}}"#),
    },
    Named {
        provider: "razorpay", id: "pay_Qflrn8Qz0KpT3x",
        asked: &[
            // Without its notes.
            ("/v1/payments/pay_Qflrn8Qz0KpT3x", r#"{"id":"pay_Qflrn8Qz0KpT3x","entity":"payment","order_id":"order_QflczVVaNJciLq","notes":[]}"#),
            ("/v1/orders/order_QflczVVaNJciLq", r#"{"id":"order_QflczVVaNJciLq","entity":"order","receipt":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "razorpay", id: "plink_QflcnnZqCekuvL",
        asked: &[("/v1/payment_links/plink_QflcnnZqCekuvL",
            r#"{"id":"plink_QflcnnZqCekuvL","status":"paid","reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","notes":{"session":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (400, r#"{"error":{"code":"BAD_REQUEST_ERROR","description":"plink_QflcnnZqCekuvL is not a valid id"}}"#),
    },
    Named {
        provider: "square", id: "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY",
        asked: &[("/v2/payments/2fUXCUbrGoXXyNT6iYYYUiWmUZeZY",
            r#"{"payment":{"id":"2fUXCUbrGoXXyNT6iYYYUiWmUZeZY","location_id":"L88917AVBK2S5","note":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, r#"{"errors":[{"category":"INVALID_REQUEST_ERROR","code":"NOT_FOUND","detail":"Could not find payment with id: 2fUXCUbrGoXXyNT6iYYYUiWmUZeZY"}]}"#),
    },
    Named {
        provider: "square", id: "hYy9pRFVxpDsO1FB05SunFWUe9JZY",
        asked: &[
            ("/v2/payments/hYy9pRFVxpDsO1FB05SunFWUe9JZY", r#"{"payment":{"id":"hYy9pRFVxpDsO1FB05SunFWUe9JZY","order_id":"B2EZLslUm4bkdPq9rVFdOqEwEhZZY"}}"#),
            ("/v2/orders/B2EZLslUm4bkdPq9rVFdOqEwEhZZY", r#"{"order":{"id":"B2EZLslUm4bkdPq9rVFdOqEwEhZZY","reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#),
        ],
        unknown: (404, ""),
    },
    Named {
        provider: "paystack", id: "4099260516",
        asked: &[("/transaction/4099260516",
            r#"{"status":true,"message":"Transaction retrieved","data":{"id":4099260516,"domain":"live","status":"success","reference":"cs-k3x7q2m9v4p8t6w1z5r0y8h2jd-1"}}"#)],
        unknown: (400, r#"{"status":false,"message":"Transaction not found","type":"validation_error"}"#),
    },
    Named {
        provider: "xendit", id: "ps-67527107dda8b2513acdaef0",
        asked: &[("/sessions/ps-67527107dda8b2513acdaef0",
            r#"{"payment_session_id":"ps-67527107dda8b2513acdaef0","status":"COMPLETED","reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"error_code":"DATA_NOT_FOUND","message":"Session not found"}"#),
    },
    Named {
        provider: "xendit", id: "py-1fdaf346-dd2e-4b6c-b938-124c7167a822",
        asked: &[("/v3/payments/py-1fdaf346-dd2e-4b6c-b938-124c7167a822",
            r#"{"payment_id":"py-1fdaf346-dd2e-4b6c-b938-124c7167a822","status":"SUCCEEDED","reference_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"error_code":"DATA_NOT_FOUND","message":"Payment not found"}"#),
    },
    Named {
        provider: "xendit", id: "579c8d61f23fa4ca35e52da4",
        asked: &[("/v2/invoices/579c8d61f23fa4ca35e52da4",
            r#"{"id":"579c8d61f23fa4ca35e52da4","status":"PAID","external_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"error_code":"INVOICE_NOT_FOUND_ERROR","message":"Could not find invoice"}"#),
    },
    Named {
        provider: "mercado_pago", id: "81968653106",
        asked: &[("/v1/payments/81968653106",
            r#"{"id":81968653106,"live_mode":true,"status":"approved","external_reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}"#)],
        unknown: (404, r#"{"message":"Payment not found","error":"not_found","status":404,"cause":[{"code":2000}]}"#),
    },
    Named {
        provider: "paddle", id: "txn_01m87800t9wxwcbyb6wk952swa",
        asked: &[("/transactions/txn_01m87800t9wxwcbyb6wk952swa?include=adjustment",
            r#"{"data":{"id":"txn_01m87800t9wxwcbyb6wk952swa","status":"completed","custom_data":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}}"#)],
        unknown: (404, r#"{"error":{"type":"request_error","code":"not_found","detail":"Entity not found"}}"#),
    },
    Named {
        provider: "btcpay", id: "EWk7cGVvsRZ4BLm2NaS2pd",
        asked: &[("/api/v1/stores/9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776/invoices/EWk7cGVvsRZ4BLm2NaS2pd",
            r#"{"id":"EWk7cGVvsRZ4BLm2NaS2pd","storeId":"9CiNzKoANXxmk5ayZngSXrHTiVvvgCrwrpFQd4m2K776","status":"Settled","metadata":{"orderId":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, r#"{"code":"invoice-not-found","message":"The invoice was not found"}"#),
    },
    Named {
        provider: "nowpayments", id: "5745459419",
        asked: &[("/v1/payment/5745459419",
            r#"{"payment_id":5745459419,"payment_status":"finished","order_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","invoice_id":4522625843}"#)],
        unknown: (404, r#"{"status":false,"statusCode":404,"code":"NOT_FOUND","message":"Payment not found"}"#),
    },
    Named {
        provider: "coinbase_business", id: "0f3c41437441147ed6230ca6",
        asked: &[("/api/v1/checkouts/0f3c41437441147ed6230ca6",
            r#"{"id":"0f3c41437441147ed6230ca6","status":"COMPLETED","metadata":{"session_id":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"}}"#)],
        unknown: (404, r#"{"errorType":"not_found","errorMessage":"The checkout was not found."}"#),
    },
    Named {
        provider: "sandbox", id: "txn_AQ1JAVXAT2HK",
        asked: &[("/v1/payments/txn_AQ1JAVXAT2HK",
            r#"{"id":"chk_1","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","status":"paid","amount":4999,"currency":"EUR","payment_id":"txn_AQ1JAVXAT2HK","updated_at":"2026-11-24T16:59:59.000Z"}"#)],
        unknown: (404, r#"{"error":{"code":"not_found","message":"There is no such checkout."}}"#),
    },
    Named {
        provider: "sandbox", id: "chk_AQ1JAVXAT2HKT3WD76FR",
        asked: &[("/v1/checkouts/chk_AQ1JAVXAT2HKT3WD76FR",
            r#"{"id":"chk_AQ1JAVXAT2HKT3WD76FR","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","status":"open","amount":4999,"currency":"EUR","updated_at":"2026-11-24T16:59:59.000Z"}"#)],
        unknown: (404, r#"{"error":{"code":"not_found","message":"There is no such checkout."}}"#),
    },
    Named {
        provider: "sandbox", id: "evt_AQ1JAVXAT2HK_1795539599000",
        asked: &[("/v1/events/evt_AQ1JAVXAT2HK_1795539599000",
            r#"{"id":"chk_AQ1JAVXAT2HKT3WD76FR","reference":"cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1","status":"open","amount":4999,"currency":"EUR","updated_at":"2026-11-24T16:59:59.000Z"}"#)],
        unknown: (404, r#"{"error":{"code":"not_found","message":"There is no such event."}}"#),
    },
];

/// Texts that each provider is not asked about, beside those of [`HOSTILE`].
#[rustfmt::skip]
pub(super) const NO_IDS: &[(&str, &[&str])] = &[
    ("stripe", &["pi_", "evt_", "evt_1SX_1", "re_3SXkQ2LkdIwHu7ix0a7VbN3m", "cs_live_b1Tn8vQm3XcK7LzR2pWd9YsG4hJf6aEu", "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"]),
    ("adyen", &["PL", "NC6HT9CRT65ZGN8", "NC6HT9CRT65ZGN822", "NC6HT9CRT65ZGN-2"]),
    ("paypal", &["1042", "WH-", "WH-58D329510W468432D", "WH-1-2", "wh-58d329510w468432d-8hn650336l201105x", "3c679366hh908993f", "PP-R-KWD-10110663"]),
    ("mollie", &["tr_", "re_4qqhO89gsT", "tr-5B8cwPMGnU6qLbRvo7qEZo"]),
    ("checkout_com", &["pay_", "evt_", "hpp_", "act_4fxnxsnovyoxs324mp7mcijbwr"]),
    ("gocardless", &["PM", "EV", "ev01r2d7q0h8zv", "RFB7M82324NYB3", "pm0x1cc8e3vm4h"]),
    ("razorpay", &["pay_", "rfnd_FP8QHiV938haTz", "Qfldmt5StKZFCB"]),
    ("square", &["1042", "B2EZLslUm4bkdPq9", "2fUXCUbrGoXXyNT6iYYYUiWmUZeZY_1", "pi_3SXkQ2LkdIwHu7ix0a7VbN3m"]),
    ("paystack", &["T685312322670591", "cs-nobody-1", "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1", "0042"]),
    ("xendit", &["py-", "ps-", "pr-1fdaf346-dd2e-4b6c-b938-124c7167a822", "579c8d61f23fa4ca35e52da", "579C8D61F23FA4CA35E52DA4"]),
    ("mercado_pago", &["202809963-920c288b-4ebb-40be-966f-700250fa5370", "0", "1e9", "123456789012345678901"]),
    ("paddle", &["txn_", "txn_01m87800t9wxwcbyb6wk952sw", "txn_01M87800T9WXWCBYB6WK952SWA", "adj_01m89xtkb4xsddzq9s650agy7v"]),
    ("btcpay", &["1042", "EWk7cGVvsRZ4BLm2NaS", "EWk7cGVvsRZ4-Lm2NaS2pd"]),
    ("nowpayments", &["5745459419.0", "-5", "05745459419"]),
    ("coinbase_business", &["0f3c41437441147ed6230ca", "0F3C41437441147ED6230CA6"]),
    ("sandbox", &["chk_", "txn_", "rfd_1", "evt_AQ1JAVXAT2HK", "evt_AQ1JAVXAT2HK_01", "evt__1"]),
    ("manual", &["cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"]),
    ("generic", &["cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1"]),
];

/// What nobody's id looks like.
pub(super) const HOSTILE: [&str; 16] = [
    "../x",
    "..",
    ".",
    "a/b?c",
    "a#b",
    "a%2Fb",
    "a b",
    " ",
    "a\\b",
    "é",
    "٣٤٥٦٧٨٩٠١٢",
    "+1",
    "a@b",
    "a;b",
    "a&b=c",
    "a:b",
];

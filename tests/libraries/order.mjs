// The one checkout that both sides ask for: the libraries here, our adapters in
// shared/core/src/provider/libraries.rs. Where one of them changes the comparison fails.

export const session = "cs_k3x7q2m9v4p8t6w1z5r0y8h2jd_1";
export const order = "1042";
export const description = "Order 1042 & more";
export const email = "kundin@example.test";
export const refund = "rf_01";
export const returnUrl = "https://pay.example/return/cs_1";
export const cancelUrl = "https://shop.example/cart?a=1&b=2";
export const webhookUrl = "https://pay.example/v1/webhooks/demo/it";
/** Seconds since 1970, 45 minutes apart. */
export const createdAt = 1_795_539_000;
export const expiresAt = 1_795_541_700;

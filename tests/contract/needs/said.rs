//! What each function is said to do to the payments table and to the queues.

use payproof_edge::api::Function;

/// What each function does. `warm` reads from `pay_` in each of them.
pub const NEEDS: &[(Function, &str, &[&str])] = &[
    // Registered, read and amended; a text beside it; events that came early are looked for and marked.
    (Function::RegisterOrder, "pay_", &["GetItem", "PutItem", "UpdateItem", "Query"]),
    (Function::RegisterOrder, "evt#", &["GetItem", "UpdateItem"]),
    (Function::RegisterOrder, "due#", &["PutItem"]),
    (Function::RegisterOrder, "ptr#", &["GetItem", "PutItem", "Query"]),
    // The timer, the attempt, the reserve, the early events; the idempotency key around it.
    (Function::CreateSession, "pay_", &["GetItem", "PutItem", "UpdateItem", "Query"]),
    (Function::CreateSession, "evt#", &["GetItem", "UpdateItem"]),
    (Function::CreateSession, "due#", &["PutItem"]),
    (Function::CreateSession, "rest#", &["PutItem"]),
    (Function::CreateSession, "idem#", &["PutItem", "UpdateItem", "DeleteItem"]),
    // Whose a provider's payment is, for an event that was stored and names nothing else.
    (Function::CreateSession, "ptr#", &["GetItem", "PutItem", "Query"]),
    // Written first, else read; kept where it matches nothing, named where its order will look.
    (Function::WebhookReceive, "pay_", &["GetItem", "PutItem", "UpdateItem"]),
    (Function::WebhookReceive, "evt#", &["GetItem", "PutItem", "UpdateItem"]),
    (Function::WebhookReceive, "ref#", &["PutItem"]),
    // Whose a provider's payment is: remembered, what waited for it applied, and found.
    (Function::WebhookReceive, "ptr#", &["GetItem", "PutItem", "Query"]),
    // Where it leaves something outstanding, or a refused one names what is.
    (Function::WebhookReceive, "due#", &["PutItem"]),
    (Function::StatusPoll, "pay_", &["GetItem"]),
    // Reads only.
    (Function::MerchantRead, "pay_", &["GetItem", "Query", "BatchGetItem"]),
    (Function::MerchantRead, "evt#", &["Query"]),
    (Function::MerchantRead, "ref#", &["Query"]),
    (Function::MerchantRead, "rest#", &["Query"]),
    (Function::MerchantRead, "ptr#", &["GetItem"]),
    (Function::MerchantRead, "index list#", &["Query"]),
    (Function::MerchantRead, "index needs list#", &["Query"]),
    (Function::MerchantRead, "index fail#", &["Query"]),
    // A decision is recorded; a refund has a timer before it is asked for.
    (Function::MerchantAct, "pay_", &["GetItem", "PutItem", "UpdateItem", "Query", "BatchGetItem"]),
    (Function::MerchantAct, "index fail#", &["Query"]),
    // Everything that is open is asked about.
    (Function::MerchantAct, "index list#", &["Query"]),
    (Function::MerchantAct, "due#", &["PutItem"]),
    // A provider's answer can tell whose a payment is, as its events can.
    (Function::MerchantAct, "ptr#", &["GetItem", "PutItem", "Query"]),
    // Stored events are applied once more.
    (Function::MerchantAct, "evt#", &["GetItem", "Query", "UpdateItem"]),
    // That a customer was sent, or came back.
    (Function::Pages, "pay_", &["GetItem", "UpdateItem"]),
    (Function::Pages, "due#", &["PutItem"]),
    // The order with what became of its notifications; a timer for a try that is far ahead.
    (Function::NotifyShop, "pay_", &["GetItem", "PutItem", "Query"]),
    (Function::NotifyShop, "due#", &["PutItem"]),
    // Timers and how far they were handed on.
    (Function::Sweep, "pay_", &["GetItem"]),
    (Function::Sweep, "due#", &["GetItem", "PutItem", "Query"]),
    // The next timer, then what is due: as opening, taking an event and refunding together.
    (Function::Reconcile, "pay_", &["GetItem", "PutItem", "UpdateItem", "Query"]),
    (Function::Reconcile, "evt#", &["GetItem", "UpdateItem"]),
    (Function::Reconcile, "due#", &["PutItem"]),
    (Function::Reconcile, "ptr#", &["GetItem", "PutItem", "Query"]),
];

/// What each function does to the queues, by their names in `template.yaml`.
pub const QUEUE_NEEDS: &[(Function, &str, &[&str])] = &[
    (Function::MerchantAct, "NotifyQueue", &["SendMessage"]),
    (
        Function::NotifyShop,
        "NotifyQueue",
        &["ReceiveMessage", "DeleteMessage", "GetQueueAttributes", "SendMessage"],
    ),
    (Function::NotifyShop, "ReconcileQueue", &["SendMessage"]),
    (Function::Sweep, "ReconcileQueue", &["SendMessage", "GetQueueAttributes"]),
    (Function::Sweep, "NotifyQueue", &["SendMessage", "GetQueueAttributes"]),
    (Function::Reconcile, "ReconcileQueue", &["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]),
];

/// What the story below does not reach, and why it is needed all the same.
pub(super) const NOT_IN_THE_STORY: &[(Function, &str, &str)] = &[
    // The event that was kept is tried once more; here its order would have to appear between two steps.
    (Function::WebhookReceive, "evt#", "UpdateItem"),
    // An event that could not be read when it came, and so was not remembered, nor what waits for its payment applied.
    (Function::RegisterOrder, "ptr#", "Query"),
    (Function::CreateSession, "ptr#", "Query"),
    // A provider that remembers and that tells payments when it is asked: Xendit.
    (Function::MerchantAct, "ptr#", "PutItem"),
    (Function::MerchantAct, "ptr#", "Query"),
    (Function::Reconcile, "ptr#", "PutItem"),
    (Function::Reconcile, "ptr#", "Query"),
];

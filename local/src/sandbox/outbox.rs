//! What the sandbox has to tell: events, how each is delivered, and what was answered. Pure: the clock in
//! [`clock`](super::clock) sends what is due here and records what came of it.

use payproof::payment::Moment;
use serde::{Deserialize, Serialize};

/// How often a delivery that was not answered with 2xx is tried again, and after how many milliseconds.
const RETRY_MILLIS: [u64; 5] = [1_000, 2_000, 5_000, 10_000, 30_000];
/// How long after the event that overtook it a held one is sent.
const OVERTAKEN_MILLIS: u64 = 1_000;
/// Events of one checkout.
pub(crate) const EVENTS_MAX: usize = 60;
/// Deliveries of one event.
const DELIVERIES_MAX: usize = 12;

/// How the events of an act reach the shop's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Deliver {
    /// Once, at once.
    #[default]
    Once,
    /// The same event two times.
    Twice,
    /// After some seconds.
    Late(u32),
    /// A later event overtakes it.
    OutOfOrder,
    /// Not at all.
    Lost,
}

/// The events of one checkout, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Outbox {
    pub(crate) events: Vec<Event>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    /// The `webhook-id`, the same at each try.
    pub(crate) id: String,
    /// What happened.
    pub(crate) kind: String,
    /// Millisecond at which it happened.
    pub(crate) at: u64,
    /// The bytes that are signed.
    pub(crate) body: String,
    /// How it is delivered; empty for one that gets lost.
    pub(crate) deliveries: Vec<Delivery>,
}

/// One delivery of an event, tried until it is answered with 2xx or given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Delivery {
    pub(crate) stage: Stage,
    pub(crate) tries: Vec<Try>,
}

/// How far a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// It waits for an event that overtakes it.
    Held,
    /// It is to be sent at this millisecond.
    Due(u64),
    /// It was answered with 2xx.
    Done,
    /// It was tried as often as it is tried.
    GivenUp,
}

/// One try.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Try {
    /// Millisecond of the answer.
    pub(crate) at: u64,
    /// The HTTP status; none where there was no answer.
    pub(crate) status: Option<u16>,
    /// In a word, what was answered.
    pub(crate) word: String,
}

/// A delivery that is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    event: usize,
    delivery: usize,
}

impl Outbox {
    /// Adds what an act has to tell, in the order in which it happened.
    pub(crate) fn tell(&mut self, events: Vec<Event>, deliver: Deliver, now: Moment) {
        let last = events.len().saturating_sub(1);
        for (index, event) in events.into_iter().enumerate() {
            let deliver = match deliver {
                // The last overtakes the others; a single one waits where something will follow it.
                Deliver::OutOfOrder if index == last && (last > 0 || !is_followed(&event.kind)) => {
                    Deliver::Once
                }
                other => other,
            };
            self.add(event, deliver, now.millis());
        }
    }

    fn add(&mut self, mut event: Event, deliver: Deliver, now: u64) {
        let stages = match deliver {
            Deliver::Once => vec![Stage::Due(now)],
            Deliver::Twice => vec![Stage::Due(now), Stage::Due(now)],
            Deliver::Late(seconds) => vec![Stage::Due(now.saturating_add(u64::from(seconds) * 1_000))],
            Deliver::OutOfOrder => vec![Stage::Held],
            Deliver::Lost => vec![],
        };
        if let Some(Stage::Due(due)) = stages.first() {
            let after = due.saturating_add(OVERTAKEN_MILLIS);
            for held in self.deliveries_mut().filter(|delivery| delivery.stage == Stage::Held) {
                held.stage = Stage::Due(after);
            }
        }
        event.deliveries = stages.into_iter().map(|stage| Delivery { stage, tries: Vec::new() }).collect();
        self.events.push(event);
    }

    /// Whether acts may still add to it.
    pub(crate) fn has_room(&self) -> bool {
        self.events.len() < EVENTS_MAX
    }

    /// The millisecond of the next delivery.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.due().map(|(due, _)| due).min()
    }

    /// The delivery to send now: the one due longest, then in the order of happening.
    pub(crate) fn due_now(&self, now: Moment) -> Option<(Place, &Event)> {
        let (_, place) = self
            .due()
            .filter(|(due, _)| *due <= now.millis())
            .min_by_key(|(due, place)| (*due, place.event, place.delivery))?;
        self.events.get(place.event).map(|event| (place, event))
    }

    /// What came of a try.
    pub(crate) fn record(&mut self, place: Place, tried: Try) {
        let event = self.events.get_mut(place.event);
        let Some(delivery) = event.and_then(|event| event.deliveries.get_mut(place.delivery)) else { return };
        let accepted = tried.status.is_some_and(|status| (200..=299).contains(&status));
        let at = tried.at;
        delivery.tries.push(tried);
        delivery.stage = match RETRY_MILLIS.get(delivery.tries.len().saturating_sub(1)) {
            _ if accepted => Stage::Done,
            Some(wait) => Stage::Due(at.saturating_add(*wait)),
            None => Stage::GivenUp,
        };
    }

    /// Sends an event again; false where there is none of this id or it was sent often enough.
    pub(crate) fn send_again(&mut self, id: &str, now: Moment) -> bool {
        let event = self.events.iter_mut().find(|event| event.id == id);
        let Some(event) = event.filter(|event| event.deliveries.len() < DELIVERIES_MAX) else { return false };
        let stage = Stage::Due(now.millis());
        match event.deliveries.iter_mut().find(|delivery| delivery.stage == Stage::Held) {
            Some(held) => held.stage = stage,
            None => event.deliveries.push(Delivery { stage, tries: Vec::new() }),
        }
        true
    }

    fn due(&self) -> impl Iterator<Item = (u64, Place)> {
        self.events.iter().enumerate().flat_map(|(event, entry)| {
            entry.deliveries.iter().enumerate().filter_map(move |(delivery, entry)| match entry.stage {
                Stage::Due(due) => Some((due, Place { event, delivery })),
                Stage::Held | Stage::Done | Stage::GivenUp => None,
            })
        })
    }

    fn deliveries_mut(&mut self) -> impl Iterator<Item = &mut Delivery> {
        self.events.iter_mut().flat_map(|event| &mut event.deliveries)
    }
}

/// Whether an event of this type is seldom the last of its checkout.
fn is_followed(kind: &str) -> bool {
    matches!(
        kind,
        "payment.processing" | "payment.review" | "payment.declined" | "refund.pending" | "dispute.opened"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment::from_seconds(1_000);

    fn event(id: &str, kind: &str) -> Event {
        Event {
            id: id.into(),
            kind: kind.into(),
            at: NOW.millis(),
            body: String::new(),
            deliveries: Vec::new(),
        }
    }

    /// Sends everything, each try answered with `status`; gives second after NOW and event id of each try.
    fn run(outbox: &mut Outbox, status: u16) -> Vec<(u64, String)> {
        let mut sent = Vec::new();
        while let Some(due) = outbox.next_due() {
            let (place, event) = outbox.due_now(Moment::from_millis(due)).unwrap();
            sent.push(((due - NOW.millis()) / 1_000, event.id.clone()));
            outbox.record(place, Try { at: due, status: Some(status), word: String::new() });
        }
        sent
    }

    fn sent(deliver: Deliver, kinds: &[&str]) -> Vec<(u64, String)> {
        let mut outbox = Outbox::default();
        outbox.tell(kinds.iter().map(|kind| event(kind, kind)).collect(), deliver, NOW);
        run(&mut outbox, 200)
    }

    #[test]
    fn each_way_of_delivering_does_what_it_says() {
        let both = ["payment.processing", "payment.paid"];
        for (deliver, expected) in [
            (Deliver::Once, vec![(0, both[0]), (0, both[1])]),
            (Deliver::Twice, vec![(0, both[0]), (0, both[0]), (0, both[1]), (0, both[1])]),
            (Deliver::Late(7), vec![(7, both[0]), (7, both[1])]),
            (Deliver::OutOfOrder, vec![(0, both[1]), (1, both[0])]),
            (Deliver::Lost, vec![]),
        ] {
            let expected: Vec<_> = expected.into_iter().map(|(at, id)| (at, id.to_owned())).collect();
            assert_eq!(sent(deliver, &both), expected, "{deliver:?}");
        }
    }

    #[test]
    fn a_single_event_out_of_order_waits_for_the_next_where_one_follows() {
        assert_eq!(sent(Deliver::OutOfOrder, &["payment.paid"]), [(0, "payment.paid".to_owned())]);
        let mut outbox = Outbox::default();
        outbox.tell(vec![event("a", "payment.processing")], Deliver::OutOfOrder, NOW);
        assert_eq!(run(&mut outbox, 200), []);
        outbox.tell(vec![event("lost", "payment.declined")], Deliver::Lost, NOW);
        assert_eq!(run(&mut outbox, 200), [], "a lost event overtakes nothing");
        outbox.tell(vec![event("b", "payment.paid")], Deliver::Late(5), NOW);
        assert_eq!(run(&mut outbox, 200), [(5, "b".to_owned()), (6, "a".to_owned())]);
    }

    #[test]
    fn what_is_not_answered_with_2xx_is_tried_again_a_few_times() {
        let mut outbox = Outbox::default();
        outbox.tell(vec![event("a", "payment.paid")], Deliver::Once, NOW);
        let seconds: Vec<_> = run(&mut outbox, 503).into_iter().map(|(at, _)| at).collect();
        assert_eq!(seconds, [0, 1, 3, 8, 18, 48]);
        assert_eq!(outbox.events[0].deliveries[0].stage, Stage::GivenUp);
        assert!(outbox.send_again("a", NOW) && !outbox.send_again("b", NOW));
        assert_eq!(run(&mut outbox, 204), [(0, "a".to_owned())]);
        assert_eq!(outbox.events[0].deliveries[1].stage, Stage::Done);
    }

    #[test]
    fn an_event_is_not_sent_again_without_end() {
        let mut outbox = Outbox::default();
        outbox.tell(vec![event("a", "payment.paid")], Deliver::Lost, NOW);
        let again = (0..100).filter(|_| outbox.send_again("a", NOW)).count();
        assert_eq!(again, DELIVERIES_MAX);
    }
}

//! By chance: a million sets of up to twelve facts with repeats, and whole histories through `decide`.

use crate::payment::sample::*;
use crate::payment::{Fact, Kind, Method, RULES, Standing};

use super::alphabet::{Chance, large, note, on_all_processors, seed};
use super::laws::{
    Broken, fold, money_is_seen, processing_lasts_until_declined, same, told_again_is_nothing_new,
};

const SETS: usize = 1_000_000;
const FACTS_MOST: usize = 12;

/// The same news under another id, dated otherwise where no rule looks at the date.
fn repeat(fact: &Fact, nth: usize) -> Fact {
    let mut again = fact.clone().told_as(&format!("repeat {nth} of {}", fact.id));
    if !fact.said.kind.is_dated() {
        again.said.said_at = Some(minute(nth as u64));
    }
    again
}

#[test]
fn a_million_sets_of_up_to_twelve_facts_with_repeats_end_the_same_and_hide_no_money() {
    let (kinds, seed) = (large(), seed());
    let shares = on_all_processors(|share, shares| {
        let mut told_again = 0;
        for nth in (share..SETS).step_by(shares) {
            let mut chance = Chance::of_seed(seed ^ (nth as u64) << 20);
            let mut set: Vec<Fact> = Vec::new();
            for _ in 0..=chance.below(FACTS_MOST) {
                let fact = match set.len() {
                    2.. if chance.below(6) == 0 => {
                        let known = chance.below(set.len());
                        // Found stuck again is news; all else told again is not.
                        if matches!(set[known].said.kind, Kind::Stuck(_)) {
                            continue;
                        }
                        repeat(&set[known], set.len())
                    }
                    _ => chance.fact(&kinds),
                };
                if !set.iter().any(|known| known.id == fact.id) {
                    set.push(fact);
                }
            }
            let expected = fold(&RULES, &set);
            let checked = (|| {
                money_is_seen(&expected, &set)?;
                processing_lasts_until_declined(&expected, &set)?;
                if nth % 8 == 0 {
                    told_again += told_again_is_nothing_new(&RULES, &expected, &mut set)?;
                }
                chance.shuffle(&mut set);
                same(&expected, &RULES, &set)?;
                // Without what was told again.
                let news: Vec<Fact> =
                    set.iter().filter(|fact| !fact.id.as_str().starts_with("repeat")).cloned().collect();
                if news.len() < set.len() { same(&expected, &RULES, &news) } else { Ok(()) }
            })();
            checked.map_err(|broken: Broken| format!("seed {seed}, set {nth}\n{broken}"))?;
        }
        Ok::<u64, Broken>(told_again)
    });
    let told_again: u64 =
        shares.into_iter().map(|share| share.unwrap_or_else(|broken| panic!("{broken}"))).sum();
    note(&format!("seed {seed}: {SETS} sets of up to {FACTS_MOST}, {told_again} moneys told again"));
}

#[test]
fn histories_that_decide_writes_end_the_same_in_whatever_order_the_events_come_and_however_often() {
    let (kinds, seed) = (large(), seed());
    for nth in 0..4_000_u64 {
        let mut chance = Chance::of_seed(seed ^ nth << 24);
        let mut events: Vec<Fact> = (0..=chance.below(FACTS_MOST)).map(|_| chance.fact(&kinds)).collect();
        let mut seen: Option<(Standing, usize)> = None;
        for _ in 0..3 {
            let mut story = Story::new().opened("stripe", Method::Card).opened("other", Method::Card);
            chance.shuffle(&mut events);
            for event in &events {
                story.learn([event.clone()]);
                story.learn(std::iter::repeat_n(chance.one_of(&events).clone(), 2));
            }
            let mut ids: Vec<_> = story.payment.facts.iter().map(|fact| &fact.id).collect();
            let recorded = ids.len();
            ids.sort_unstable();
            ids.dedup();
            assert_eq!(ids.len(), recorded, "seed {seed}, history {nth}: an id is recorded once");
            let ends = (story.payment.standing(), recorded);
            assert_eq!(
                *seen.get_or_insert_with(|| ends.clone()),
                ends,
                "seed {seed}, history {nth}: {events:?}"
            );
        }
    }
}

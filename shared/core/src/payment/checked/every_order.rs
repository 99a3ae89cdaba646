//! By enumeration: every set of up to four facts in every order of arrival.

use crate::payment::{Fact, RULES, Rule, Status};

use super::alphabet::{note, on_all_processors, small};
use super::laws::{
    Broken, each_order, fold, money_is_seen, processing_lasts_until_declined, same, told_again_is_nothing_new,
};

/// How much was checked.
#[derive(Default, Debug, PartialEq, Eq)]
struct Checked {
    sets: u64,
    orders: u64,
    told_again: u64,
}

impl Checked {
    /// Holds one set to the laws.
    fn check(&mut self, rules: &[Rule], facts: &mut Vec<Fact>) -> Result<(), Broken> {
        let expected = fold(rules, facts);
        money_is_seen(&expected, facts)?;
        processing_lasts_until_declined(&expected, facts)?;
        self.told_again += told_again_is_nothing_new(rules, &expected, facts)?;
        self.sets += 1;
        each_order(facts, &mut |facts| {
            self.orders += 1;
            same(&expected, rules, facts)
        })
    }

    /// Holds this set, and each larger one up to `most` facts made of it and of facts from `from` on, to the laws.
    fn check_from(
        &mut self,
        rules: &[Rule],
        set: &[usize],
        from: usize,
        most: usize,
        all: &[Fact],
    ) -> Result<(), Broken> {
        self.check(rules, &mut set.iter().map(|index| all[*index].clone()).collect())?;
        if set.len() < most {
            for next in from..all.len() {
                self.check_from(rules, &[set, &[next]].concat(), next + 1, most, all)?;
            }
        }
        Ok(())
    }
}

#[test]
fn every_set_of_up_to_four_facts_in_every_order_ends_the_same_and_hides_no_money() {
    let all = small();
    let mut ids: Vec<_> = all.iter().map(|fact| &fact.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all.len());
    let mut kinds: Vec<_> = all.iter().map(|fact| fact.said.kind.word()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), 24, "every kind is among them: {kinds:?}");

    // Each share has the sets whose first fact is its own.
    let shares = on_all_processors(|share, shares| {
        let mut checked = Checked::default();
        for first in (0..all.len()).filter(|first| first % shares == share) {
            checked.check_from(&RULES, &[first], first + 1, 4, &all)?;
        }
        Ok::<_, Broken>(checked)
    });
    let mut total = Checked::default();
    total.check(&RULES, &mut Vec::new()).unwrap();
    for share in shares {
        let share = share.unwrap_or_else(|broken| panic!("{broken}"));
        total.sets += share.sets;
        total.orders += share.orders;
        total.told_again += share.told_again;
    }
    let sets =
        |n: u64| 1 + n + n * (n - 1) / 2 + n * (n - 1) * (n - 2) / 6 + n * (n - 1) * (n - 2) * (n - 3) / 24;
    assert_eq!(total.sets, sets(all.len() as u64));
    note(&format!("{} facts: {total:?}", all.len()));
}

/// The smallest set that breaks a law under these rules.
fn counterexample(rules: &[Rule]) -> Option<Broken> {
    let all = small();
    (0..=2).find_map(|most| Checked::default().check_from(rules, &[], 0, most, &all).err())
}

#[test]
fn the_rules_as_they_are_have_no_small_counterexample() {
    assert_eq!(counterexample(&RULES), None);
}

#[test]
fn failed_put_above_paid_is_caught() {
    let mut rules = RULES.to_vec();
    let failed = rules.iter().position(|rule| rule.status == Status::Failed).unwrap();
    let failed = rules.remove(failed);
    rules.insert(1, failed);
    assert_eq!(
        rules[1..3].iter().map(|rule| rule.status).collect::<Vec<_>>(),
        [Status::Failed, Status::Paid]
    );
    let broken = counterexample(&rules).unwrap();
    assert!(broken.contains("a session with money on it") && broken.contains("Failed"), "{broken}");
}

#[test]
fn the_row_any_other_money_removed_is_caught() {
    let mut rules = RULES.to_vec();
    rules.retain(|rule| !rule.when.starts_with("any other money"));
    assert_eq!(rules.len(), RULES.len() - 1);
    let broken = counterexample(&rules).unwrap();
    assert!(broken.contains("a session with money on it") && broken.contains("EUR 4000"), "{broken}");
}

#[test]
fn each_row_of_money_moved_below_a_row_without_is_caught() {
    // Whatever is put above `paid` or above `review`, short of the rows of money themselves, hides money.
    for money in [1, 2] {
        for above in 3..RULES.len() {
            let mut rules = RULES.to_vec();
            let row = rules.remove(above);
            rules.insert(money, row);
            let held = row.status == Status::Review;
            assert_eq!(counterexample(&rules).is_none(), held, "{row:?} above row {money}");
        }
    }
}

//! The rules of `payment/`, each checked in the words of the design: by name, by enumeration, by chance, by story.
//!
//! - Statements: [`rows`], [`order_status`], [`counting`], [`verdicts`], [`attention`], [`deciding`], [`opening`],
//!   [`refunding`], [`reviewing`],
//!   [`fact_ids`].
//! - What is looked at again, and when: [`due`].
//! - Whatever comes first: [`every_order`], [`by_chance`], [`idle`], by the [`laws`] and over the [`alphabet`].
//! - Two ways to write, one item: [`write_first`].
//! - The log: [`history`], [`timeline`]; what of it the shop is told: [`told`].
//! - What went wrong elsewhere: [`reports`].

mod alphabet;
mod attention;
mod by_chance;
mod confirming;
mod counting;
mod deciding;
mod due;
mod every_order;
mod fact_ids;
mod history;
mod idle;
mod laws;
mod opening;
mod order_status;
mod refunding;
mod reports;
mod reviewing;
mod rows;
mod timeline;
mod told;
mod verdicts;
mod write_first;

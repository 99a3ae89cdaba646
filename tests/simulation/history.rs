//! One history: everything that happens from one seed, and what is left to say against it.

use std::sync::Arc;

use dynoxide::Database;

use crate::database;
use crate::world::{Seen, World};
use crate::{check, merchant, settle, shops};

/// Lives through the history of this seed, with its trace in words where somebody wants to read it.
pub fn lived(seed: u64, keep_lines: bool) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let world = World::new(seed, keep_lines);
        let store = database::store(Database::memory().expect("a database"), Arc::clone(&world));
        store.create_tables().await.expect("the tables");
        shops::configure(&store).await;
        world.begin(&store);
        let clockwork = tokio::spawn(Arc::clone(&world).clockwork());
        merchant::sells(Arc::clone(&world)).await;
        world.pause(1, 600_000).await;
        world.calm_down();
        world.note("from here on nothing goes wrong");
        world.all_over().await;
        world.rest();
        clockwork.await.expect("the clockwork does not panic");
        settle::comes_to_rest(&world, &store).await;
        check::all(&world, &store).await;
        world.end()
    })
}

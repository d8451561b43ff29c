//! Removes what nobody will come back for.

use crate::api::lifecycle;
use crate::app::App;
use crate::error::ApiError;
use crate::gate::Gate;
use crate::store::{gate, tokens, uploads};

/// One pass. What fails is logged and tried again in the next one.
pub(crate) async fn sweep(app: &App) {
    app.limits.forget_idle();
    app.gate.iter().for_each(Gate::forget_idle);
    if let Err(error) = sweep_store(app).await {
        tracing::error!(?error, "removing what has expired failed");
    }
    app.tus.reclaim_expired().await;
}

async fn sweep_store(app: &App) -> Result<(), ApiError> {
    let now = app.now();
    let before = now.saturating_sub_unsigned(app.config.unfinished_lifetime.as_secs());
    let leftovers = app.store.run(move |db| {
        tokens::purge(db, now)?;
        gate::purge(db, now)?;
        uploads::leftovers(db, before)
    });
    for (account, upload_id) in leftovers.await? {
        tracing::info!(upload_id, "removing what is left of an upload");
        lifecycle::remove(app, account, upload_id).await?;
    }
    Ok(())
}

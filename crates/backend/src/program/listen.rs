//! Serving until told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use super::Failure;

/// How long requests that are running may go on after the program was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves `router`, and lets `maintain` run beside it.
pub(super) async fn listen(
    address: SocketAddr,
    router: Router,
    maintain: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let listener = TcpListener::bind(address).await?;
    println!("Listening on http://{}", listener.local_addr()?);

    let (stop, stopped) = oneshot::channel::<()>();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async {
        // An error means that the sender is gone, which is as good a reason to stop.
        let _ = stopped.await;
    });
    let out_of_patience = async {
        told_to_stop().await;
        tracing::info!("stopping");
        let _ = stop.send(());
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = server => ended?,
        () = out_of_patience => tracing::warn!("stopped with requests still running"),
        () = maintain => {}
    }
    Ok(())
}

/// Ctrl-C, or SIGTERM where there is such a thing.
async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

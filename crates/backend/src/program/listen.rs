//! Serving until told to stop.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use hyper_util::rt::TokioTimer;
use tower_http::timeout::RequestBodyTimeoutLayer;

use super::Failure;

/// How long requests that are running may go on after the program was told to stop.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may take to say what it wants.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long nothing more of a body may come. Widgets give a connection up after 30 s of silence.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

/// Serves `router`, and lets `maintain` run beside it.
pub(super) async fn listen(
    address: SocketAddr,
    router: Router,
    maintain: impl Future<Output = ()>,
) -> Result<(), Failure> {
    let router = router.layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT));
    let handle = Handle::new();
    let mut server = axum_server::bind(address).handle(handle.clone());
    server.http_builder().http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let announced = async {
        // `None` where it can't listen, which the server itself reports.
        if let Some(address) = handle.listening().await {
            println!("Listening on http://{address}");
        }
        told_to_stop().await;
        tracing::info!("stopping");
        handle.graceful_shutdown(Some(PATIENCE));
        std::future::pending::<()>().await;
    };
    tokio::select! {
        ended = server.serve(router.into_make_service_with_connect_info::<SocketAddr>()) => ended?,
        () = announced => {}
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

//! Listens to other servers: every append notifies, and missed notifications are found by polling
//! twice a second.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use tokio::sync::Notify;
use tokio_postgres::AsyncMessage;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::target::Target;

/// The polling interval.
const POLL: Duration = Duration::from_millis(500);
/// The time before the next attempt after the listening connection was lost.
const AGAIN: Duration = Duration::from_secs(1);

/// Listens until it is dropped.
pub(super) struct Watch {
    heard: Arc<Notify>,
    _ended: DropGuard,
}

impl Watch {
    pub(super) fn start(target: Target) -> Watch {
        let heard = Arc::new(Notify::new());
        let stop = CancellationToken::new();
        let ended = stop.clone().drop_guard();
        let notified = Arc::clone(&heard);
        tokio::spawn(async move {
            let listening = async {
                loop {
                    if let Err(error) = listen(&target, &notified).await {
                        tracing::warn!(%error, "the connection that listens was lost");
                    }
                    tokio::time::sleep(AGAIN).await;
                }
            };
            stop.run_until_cancelled(listening).await;
        });
        Watch { heard, _ended: ended }
    }

    /// Resolves at a notification or when it is time to poll.
    pub(super) async fn head_changed(&self) {
        tokio::select! {
            () = self.heard.notified() => {}
            () = tokio::time::sleep(POLL) => {}
        }
    }
}

/// Passes on every notification, until the connection ends.
async fn listen(
    target: &Target,
    notified: &Notify,
) -> std::result::Result<(), tokio_postgres::Error> {
    let (client, mut connection) = target.config.connect(target.tls.clone()).await?;
    let mut messages =
        Box::pin(futures::stream::poll_fn(move |context| connection.poll_message(context)));
    let listening = client.batch_execute("LISTEN annals_head");
    tokio::pin!(listening);
    let mut begun = false;
    loop {
        tokio::select! {
            done = &mut listening, if !begun => {
                done?;
                begun = true;
            }
            message = messages.next() => match message {
                Some(Ok(AsyncMessage::Notification(_))) => notified.notify_one(),
                Some(Ok(_)) => {}
                Some(Err(error)) => return Err(error),
                None => return Ok(()),
            },
        }
    }
}

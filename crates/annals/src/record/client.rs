//! The step that fills in address and program, no more exact than needed.

use std::net::IpAddr;

use annals_event::{Client, limits};

use super::{Refusal, Source, Work};

mod address;
mod agents;

pub use address::IpPrefixes;
pub use agents::UserAgents;

/// Fills in `client`.
///
/// A browser's are what the server sees, whatever it sends. A `service` sends its user's; its own
/// address and program are not those of the user. For points commands and acts of administration
/// the caller's own are the default.
pub(super) fn run(work: &mut Work<'_>) -> Result<(), Refusal> {
    let seen = || Client {
        ip: work.sender.peer_ip.map(|ip| ip.to_string()),
        user_agent: work.sender.user_agent.as_deref().map(printable),
        ..Client::default()
    };
    let given = work.draft.client.take();
    let client = match work.sender.source {
        Source::Browser => Some(seen()),
        Source::Service => given,
        Source::Command | Source::Annals => given.or_else(|| Some(seen())),
    };
    let Some(mut client) = client else {
        return Ok(());
    };
    if let Some(ip) = client.ip.take() {
        let Ok(ip) = ip.parse::<IpAddr>() else {
            let message = "must be an IPv4 or IPv6 address, without port";
            return Err(Refusal::field("client.ip", message));
        };
        client.ip = work.intake.prefixes.cut(ip).map(|ip| ip.to_string());
    }
    if let Some(agent) = &client.user_agent {
        // The full text may be of any length; it is cut later, when its secrets are gone.
        let end = agent.char_indices().nth(limits::USER_AGENT_CHARS).map_or(agent.len(), |at| at.0);
        let program = work.intake.user_agents.parse(&agent[..end]);
        client.device = client.device.or_else(|| program.device.map(str::to_owned));
        client.os = client.os.or(program.os);
        client.browser = client.browser.or(program.browser);
    }
    if client != Client::default() {
        work.draft.client = Some(client);
    }
    Ok(())
}

/// Returns a header's text without control characters.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

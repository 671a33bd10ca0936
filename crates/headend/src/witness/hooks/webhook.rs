//! An address that gets each change by HTTP POST, as JSON.

use super::{Message, PATIENCE};
use ureq::Agent;

/// Sends it; anything but an answer of 2xx is a failure.
pub(super) fn deliver(address: &str, message: &Message) -> Result<(), String> {
    let text = serde_json::to_string(message).map_err(|error| error.to_string())?;
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(PATIENCE))
        // Who answers with another address is not the one that was configured.
        .max_redirects(0)
        .user_agent(concat!("headend/", env!("CARGO_PKG_VERSION")))
        .build()
        .into();
    let answer = agent.post(address).header("content-type", "application/json").send(&text);
    let status = answer.map_err(|error| format!("{address}: {error}"))?.status();
    if status.is_success() { Ok(()) } else { Err(format!("{address} answers {status}")) }
}

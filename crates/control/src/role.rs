//! What somebody may do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What somebody may do. Each role may also do what those before it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// See.
    Viewer,
    /// Have timetables checked.
    Scheduler,
    /// Change what is on air.
    Operator,
    /// See who did what.
    Administrator,
}

impl Role {
    /// All roles, the least first.
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Scheduler, Role::Operator, Role::Administrator];

    /// Its name, as the configuration has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Scheduler => "scheduler",
            Role::Operator => "operator",
            Role::Administrator => "administrator",
        }
    }
}

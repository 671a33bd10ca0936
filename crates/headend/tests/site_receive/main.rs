//! `headend-site receive` as it is called: streams in, files, reports and exit codes out.

mod air;
mod folders;
mod networks;
mod program;
mod recordings;

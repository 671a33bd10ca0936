//! `headend control`: letting people and machines in.

use crate::config::Config;
use crate::exit::{Code, Failure};
use crate::output;
use clap::{Args, Subcommand, ValueEnum};
use control::Role;
use control::authority::{Authority, write_secret};
use control::token::NewToken;
use std::path::PathBuf;
use timetable::Id;

/// Whom to let in.
#[derive(Args, Debug)]
pub struct ControlArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Make a token, and print it with the lines for the configuration. It is kept nowhere.
    Token(TokenArgs),
    /// Make a certificate for a machine, signed by the daemon's own authority.
    Machine(MachineArgs),
}

#[derive(Args, Debug)]
struct TokenArgs {
    /// Whose token it is; the audit log calls its owner so.
    #[arg(value_parser = name)]
    name: String,
    /// What its owner may do.
    #[arg(long, value_enum)]
    role: RoleArg,
}

#[derive(Args, Debug)]
struct MachineArgs {
    /// The configuration of the daemon that the machine is to call.
    config: PathBuf,
    /// The machine's name.
    #[arg(value_parser = name)]
    name: String,
    /// What it may do.
    #[arg(long, value_enum)]
    role: RoleArg,
    /// The folder for NAME.pem, NAME.key and ca.pem.
    #[arg(long, value_name = "DIR", default_value = ".")]
    into: PathBuf,
}

/// The roles; each may do what those before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RoleArg {
    /// See.
    Viewer,
    /// Have timetables checked.
    Scheduler,
    /// Change what is on air.
    Operator,
    /// See who did what.
    Administrator,
}

/// Does it.
pub fn run(args: &ControlArgs) -> Result<(), Failure> {
    match &args.action {
        Action::Token(args) => token(args),
        Action::Machine(args) => machine(args),
    }
}

fn token(args: &TokenArgs) -> Result<(), Failure> {
    let new = NewToken::for_name(&args.name).map_err(|e| Failure::new(Code::Unavailable, e))?;
    let (text, hash) = (&new.text, new.hash.as_str());
    let (name, role) = (&args.name, role(args.role).as_str());
    output::print(&format!(
        "# For {name}, who keeps it: {text}\n\n\
         [[control.token]]\nname = \"{name}\"\nrole = \"{role}\"\nhash = \"{hash}\"\n"
    ))
}

fn machine(args: &MachineArgs) -> Result<(), Failure> {
    let config = Config::load(&args.config)?;
    let failed = |e: &dyn std::fmt::Display| Failure::new(Code::Io, e);
    let authority = Authority::open(&config.state.join("control")).map_err(|e| failed(&e))?;
    let issued = authority.client(&args.name).map_err(|e| failed(&e))?;
    let [chain, key, ca] =
        [format!("{}.pem", args.name), format!("{}.key", args.name), "ca.pem".into()]
            .map(|name| args.into.join(name));
    write_secret(&key, &issued.key_pem).map_err(|e| failed(&e))?;
    for (path, text) in [(&chain, issued.chain_pem.as_str()), (&ca, authority.certificate_pem())] {
        std::fs::write(path, text).map_err(|e| failed(&format!("{}: {e}", path.display())))?;
    }
    let (name, role) = (&args.name, role(args.role).as_str());
    output::print(&format!(
        "# {} and {} are for {name}\n\n\
         [[control.machine]]\nname = \"{name}\"\nrole = \"{role}\"\n",
        chain.display(),
        key.display(),
    ))
}

fn role(arg: RoleArg) -> Role {
    match arg {
        RoleArg::Viewer => Role::Viewer,
        RoleArg::Scheduler => Role::Scheduler,
        RoleArg::Operator => Role::Operator,
        RoleArg::Administrator => Role::Administrator,
    }
}

/// A name that the configuration takes.
fn name(text: &str) -> Result<String, String> {
    let id = Id::new(text).ok_or("small letters, digits and single hyphens, at most 64 of them")?;
    Ok(id.as_str().to_owned())
}

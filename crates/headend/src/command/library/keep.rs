//! Keeping the library sound: scrub, gc, rebuild, withdraw.

use super::show::megabytes;
use super::{GcArgs, WithdrawArgs};
use crate::command::ingest::user;
use crate::exit::{Code, Failure};
use crate::station::{Station, parse, read_texts};
use crate::{output, progress};
use library::card::{self, Card, Withdrawal};
use library::gc::GcPolicy;
use library::{AssetId, Library};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;
use timetable::Timetable;

/// Reads every byte of assets; fails when any is damaged.
pub(super) fn scrub(library: &Library, ids: &[AssetId], as_json: bool) -> Result<(), Failure> {
    let io = |e: &dyn std::fmt::Display| Failure::new(Code::Io, e);
    let ids = if ids.is_empty() { library.all_ids().map_err(|e| io(&e))? } else { ids.to_vec() };
    let sizes = library.summaries(&ids).into_iter();
    let total = sizes.filter_map(Result::ok).map(|summary| summary.file_bytes()).sum();
    let bar = progress::bytes(total, "reading");
    let mut faults = Vec::new();
    for id in &ids {
        bar.set_message(id.to_string());
        if let Err(fault) = library.scrub(id, &mut |bytes| bar.inc(bytes)) {
            faults.push((id, fault.to_string()));
        }
    }
    bar.finish_and_clear();
    if as_json {
        let faults = faults.iter().map(|(id, fault)| json!({ "id": id.as_str(), "fault": fault }));
        let faults: Value = faults.collect();
        output::print_json(&json!({ "assets": ids.len(), "damaged": faults }))?;
    } else {
        let mut text: String =
            faults.iter().map(|(id, fault)| format!("{id}: {fault}\n")).collect();
        text += &format!("{} assets read, {} damaged\n", ids.len(), faults.len());
        output::print(&text)?;
    }
    if faults.is_empty() { Ok(()) } else { Err(Failure::new(Code::No, "")) }
}

/// Tells what can be removed, and removes it when that is asked for.
pub(super) fn gc(args: &GcArgs) -> Result<(), Failure> {
    let io = |e: &dyn std::fmt::Display| Failure::new(Code::Io, e);
    let station = Station::open(&args.config)?;
    let library = &station.library;
    let mut named = BTreeSet::new();
    for timetable in station.timetables() {
        name(timetable, &mut named);
    }
    for path in &args.timetable {
        name(&parse(&read_texts(std::slice::from_ref(path))?)?.0, &mut named);
    }
    let policy = GcPolicy {
        named,
        today: card::today(),
        keep_replaced: Duration::from_secs(u64::from(args.keep_days) * 86_400),
        unused: args.unused,
    };
    let mut plan = library.plan_gc(&policy).map_err(|e| io(&e))?;
    plan.removals.extend(station.plan_bundle_gc(policy.keep_replaced)?);
    if args.remove {
        for removal in &plan.removals {
            library.remove(removal).map_err(|e| io(&e))?;
        }
    }
    let bytes: u64 = plan.removals.iter().map(|removal| removal.bytes).sum();
    if args.json {
        let removals = plan.removals.iter().map(|removal| {
            json!({
                "id": removal.id.as_ref().map(AssetId::as_str),
                "files": removal.files,
                "bytes": removal.bytes,
                "why": removal.why.to_string(),
            })
        });
        let spared = plan
            .spared
            .iter()
            .map(|(id, why)| json!({ "id": id.as_str(), "why": why.to_string() }));
        return output::print_json(&json!({
            "removed": args.remove,
            "bytes": bytes,
            "removals": removals.collect::<Value>(),
            "spared": spared.collect::<Value>(),
        }));
    }
    let mut text = String::new();
    for removal in &plan.removals {
        let what = match &removal.id {
            Some(id) => id.to_string(),
            None => removal.files.last().map(|f| f.display().to_string()).unwrap_or_default(),
        };
        text += &format!("{:>10}  {:24} {what}\n", megabytes(removal.bytes), removal.why);
    }
    for (id, why) in &plan.spared {
        text += &format!("{:>10}  {why:24} {id}, which a timetable names\n", "stays");
    }
    let done = if args.remove { "removed" } else { "can be removed; nothing was (see --remove)" };
    text += &format!("{} in {} pieces {done}\n", megabytes(bytes), plan.removals.len());
    output::print(&text)
}

/// The assets that a timetable names, whenever it does.
fn name(timetable: &Timetable, named: &mut BTreeSet<AssetId>) {
    named.extend(timetable.asset_uses().filter_map(|used| used.asset.as_str().parse().ok()));
}

/// Makes the catalogue anew; fails when assets cannot be aired.
pub(super) fn rebuild(folder: &Path) -> Result<(), Failure> {
    let (_, rebuilt) = library::rebuild(folder).map_err(|e| Failure::new(Code::Unavailable, e))?;
    let mut text = String::new();
    if let Some(path) = &rebuilt.set_aside {
        text += &format!(
            "the old catalogue could not be used and is now {}; what was waiting \
            to be ingested must be ordered again\n",
            path.display()
        );
    }
    for (id, why) in &rebuilt.faulty {
        text += &format!("{id}: {why}\n");
    }
    text += &format!("{} assets, {} cannot be aired\n", rebuilt.assets, rebuilt.faulty.len());
    output::print(&text)?;
    if rebuilt.faulty.is_empty() { Ok(()) } else { Err(Failure::new(Code::No, "")) }
}

/// Withdraws assets, or takes that back.
pub(super) fn withdraw(library: &Library, args: &WithdrawArgs) -> Result<(), Failure> {
    let no = |e: &dyn std::fmt::Display| Failure::new(Code::No, e);
    for id in &args.ids {
        let card = library.card(id).map_err(|e| no(&e))?;
        let withdrawn = (!args.undo).then(|| Withdrawal {
            who: args.who.clone().unwrap_or_else(user),
            when: card::now(),
            why: args.why.clone().unwrap_or_default(),
        });
        library.write_card(id, &Card { withdrawn, ..card }).map_err(|e| no(&e))?;
        let said = if args.undo { "may be aired again" } else { "is withdrawn" };
        output::print(&format!("{id} {said}\n"))?;
    }
    output::print("this counts on each machine from its next start or reload (SIGHUP)\n")
}

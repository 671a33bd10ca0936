//! Names: defined once, and defined where they are used.

use crate::diagnostic::{Code, Diagnostic, MAX_PER_CODE};
use crate::model::{Course, Service, ServiceKind};
use crate::nearest::nearest;
use crate::read::{Draft, Kind, MAX_FINDINGS};
use crate::source::{Located, Location};
use crate::text::Id;
use std::collections::BTreeMap;

/// Reports names that are defined twice, and references to what is not defined.
pub(crate) fn check_names(draft: &mut Draft) {
    let mut declared = std::mem::take(&mut draft.declared);
    declared.sort_by(|a, b| (a.0, &a.1.value, a.1.at).cmp(&(b.0, &b.1.value, b.1.at)));
    for pair in declared.windows(2) {
        if draft.diagnostics.len() > MAX_FINDINGS {
            break;
        }
        let ((kind, first), (other, second)) = (&pair[0], &pair[1]);
        if kind == other && first.value == second.value {
            let message = format!("two {}s have the id `{}`", kind.as_str(), first.value);
            draft.diagnostics.push(
                Diagnostic::new(Code::Duplicate, message)
                    .primary(second.at, "again here")
                    .secondary(first.at, "first here"),
            );
        }
    }
    // Classes of sites say whom there is; without any, nobody can be misspelt.
    let mut audiences = std::mem::take(&mut draft.audiences);
    audiences.sort_by(|a, b| a.value.cmp(&b.value));
    audiences.dedup_by(|a, b| a.value == b.value);
    if draft.classes.is_empty() {
        draft.referenced.retain(|(kind, _)| *kind != Kind::Audience);
    }
    declared.extend(audiences.into_iter().map(|name| (Kind::Audience, name)));
    declared.sort_by(|a, b| (a.0, &a.1.value, a.1.at).cmp(&(b.0, &b.1.value, b.1.at)));
    if !draft.broken_syntax {
        let unknown = unknown_references(&declared, &draft.referenced);
        draft.diagnostics.extend(unknown);
    }
    draft.declared = declared;
}

/// Reports bundles for lessons that their courses do not have.
pub(crate) fn check_bundles(draft: &mut Draft) {
    let courses: BTreeMap<&Id, &Course> = draft.courses.iter().map(|c| (&c.id, c)).collect();
    let mut found = Vec::new();
    for wanted in draft.bundles.iter().filter_map(|bundle| bundle.lesson.as_ref()) {
        let Some(course) = courses.get(&wanted.course) else { continue };
        if course.lessons.iter().all(|lesson| lesson.id != wanted.lesson) {
            let message = format!("course `{}` has no lesson `{}`", course.id, wanted.lesson);
            let names = course.lessons.iter().map(|lesson| lesson.id.as_str());
            let mut finding = Diagnostic::new(Code::UnknownReference, message)
                .primary(wanted.origin, "")
                .secondary(course.origin, "");
            finding.help = nearest(wanted.lesson.as_str(), names)
                .map(|near| format!("did you mean `{near}`?"));
            found.push(finding);
        }
    }
    draft.diagnostics.append(&mut found);
}

/// Reports services that relay themselves or another relay, and slots on services that relay.
pub(crate) fn check_relays(draft: &mut Draft) {
    let relays: BTreeMap<&Id, Location> =
        draft.services.iter().filter_map(|s| Some((&s.id, s.relays.as_ref()?.origin))).collect();
    let mut found = Vec::new();
    for relay in draft.services.iter().filter_map(|s| s.relays.as_ref()) {
        if let Some(other) = relays.get(&relay.service) {
            let message = format!("service `{}` relays another one itself", relay.service);
            let finding = Diagnostic::new(Code::Conflict, message)
                .primary(relay.origin, "")
                .secondary(*other, "");
            found.push(finding);
        }
    }
    let slots = draft.slots.iter().map(|slot| &slot.service);
    for service in slots.chain(draft.items.iter().map(|item| &item.service)) {
        if let Some(relay) = relays.get(&service.value) {
            let message = format!("service `{}` relays another one", service.value);
            let finding = Diagnostic::new(Code::Conflict, message)
                .primary(service.at, "airs nothing of its own")
                .secondary(*relay, "");
            found.push(finding);
        }
    }
    draft.diagnostics.append(&mut found);
}

/// Reports services with the same number, and airings or bundles on services of another kind.
pub(crate) fn check_services(draft: &mut Draft) {
    let mut numbers: BTreeMap<u16, Location> = BTreeMap::new();
    let mut found = Vec::new();
    for service in &draft.services {
        if let Some(first) = numbers.insert(service.number, service.number_at) {
            let message = format!("two services have the number {}", service.number);
            found.push(
                Diagnostic::new(Code::Duplicate, message)
                    .primary(service.number_at, "again here")
                    .secondary(first, "first here"),
            );
        }
    }
    let services: BTreeMap<&Id, &Service> = draft.services.iter().map(|s| (&s.id, s)).collect();
    let mut wrong = |service: &Id, at: Location, what: &str, wanted_data: bool| {
        let Some(service) = services.get(service) else {
            return;
        };
        if (service.kind == ServiceKind::Data) != wanted_data {
            let wanted = if wanted_data { "a data" } else { "a television or radio" };
            let message = format!("{what} needs {wanted} service, `{}` is none", service.id);
            found.push(
                Diagnostic::new(Code::WrongServiceKind, message)
                    .primary(at, "")
                    .secondary(service.origin, "defined here"),
            );
        }
    };
    for slot in &draft.slots {
        wrong(&slot.service.value, slot.service.at, "a slot", false);
    }
    for item in &draft.items {
        wrong(&item.service.value, item.service.at, "an item", false);
    }
    for bundle in &draft.bundles {
        wrong(&bundle.service, bundle.service_at, "a bundle", true);
    }
    draft.diagnostics.append(&mut found);
}

/// `declared` is ordered by kind and name.
fn unknown_references(
    declared: &[(Kind, Located<Id>)],
    referenced: &[(Kind, Located<Id>)],
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (kind, name) in referenced {
        if found.len() > MAX_FINDINGS {
            break;
        }
        if declared.binary_search_by(|(k, n)| (*k, &n.value).cmp(&(*kind, &name.value))).is_ok() {
            continue;
        }
        let message = format!("there is no {} `{}`", kind.as_str(), name.value);
        let mut finding = Diagnostic::new(Code::UnknownReference, message).primary(name.at, "");
        // The search for the nearest name goes through all of them; findings beyond those that
        // are shown can do without.
        if found.len() < MAX_PER_CODE {
            let names = declared.iter().filter(|(k, _)| k == kind).map(|(_, n)| n.value.as_str());
            finding.help =
                nearest(name.value.as_str(), names).map(|near| format!("did you mean `{near}`?"));
        }
        found.push(finding);
    }
    found
}

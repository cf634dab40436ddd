//! A plan for a person: what is done with which object, what others have changed, what is foreseen, and the sum.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::page::{Look, Page};
use super::plan_values::{document, field, folded, one_line, short};
use super::problems::Style;
use crate::image::trust::Signed;
use crate::plan::mask::{NEW, OLD, is_value, masked};
use crate::plan::{Action, Change, Drift, Fate, Field, Finding, Loading, Plan, Severity};

/// A value of a drifted field that is longer says how long it is.
const LONGEST_VALUE: usize = 120;

/// The whole plan as text, ending in a line break.
#[must_use]
pub fn for_person(plan: &Plan, style: Style) -> String {
    let mut page = Page::new(style);
    image(&mut page, plan);
    for change in plan.changes.iter().filter(|change| change.action != Action::Keep) {
        page.gap();
        object(&mut page, change, plan.force);
    }
    kept(&mut page, plan);
    drift(&mut page, plan);
    findings(&mut page, &plan.findings);
    if plan.stopped {
        page.gap();
        let text = "the environment is stopped and stays so; `sindri start` starts it";
        page.line(0, &[(Look::Changed, "note: "), (Look::Plain, text)]);
    }
    page.gap();
    page.line(0, &[(Look::Strong, &sum(plan))]);
    page.into_text()
}

/// What a tag means now and what it meant before, and who vouches for it.
fn image(page: &mut Page, plan: &Plan) {
    let digest = |image: &str| image.rsplit_once('@').map_or(image, |(_, digest)| digest).to_owned();
    match &plan.tag {
        Some(tag) => page.line(
            0,
            &[(Look::Plain, "Image "), (Look::Strong, tag), (Look::Plain, &format!(" → {}", digest(&plan.image)))],
        ),
        None if plan.signed == Signed::default() && plan.loading.is_none() => {}
        None => page.line(0, &[(Look::Plain, "Image "), (Look::Strong, &plan.image)]),
    }
    if let Some(loading) = &plan.loading {
        page.line(2, &[(Look::Plain, &load(loading))]);
    }
    for (what, evidence) in [("signed", &plan.signed.signature), ("provenance signed", &plan.signed.provenance)] {
        if let Some(evidence) = evidence {
            page.line(2, &[(Look::Plain, &format!("{what} by {}", evidence.signer))]);
        }
    }
    if let Some(origin) = plan.signed.origin() {
        page.line(2, &[(Look::Plain, &format!("built from {origin}"))]);
    }
    if let Some(before) = &plan.tag_before {
        let text = format!("the tag has moved since the last deploy; it was {}", digest(before));
        page.line(2, &[(Look::Changed, "~ "), (Look::Plain, &text)]);
    }
}

/// What is done so that nodes have an image of this machine.
fn load(loading: &Loading) -> String {
    match (loading.lacking.as_slice(), loading.nodes.len()) {
        ([], 1) => "this machine's own; the node has it".to_owned(),
        ([], all) => format!("this machine's own; all {all} nodes have it"),
        ([node], 1) => format!("this machine's own; it will be loaded into {node}"),
        (lacking, all) => format!("this machine's own; it will be loaded into {} of {all} nodes", lacking.len()),
    }
}

fn object(page: &mut Page, change: &Change, force: bool) {
    let (symbol, look) = match change.action {
        Action::Keep => ("  keep    ", Look::Plain),
        Action::Create => ("+ create  ", Look::Added),
        Action::Update => ("~ update  ", Look::Changed),
        Action::Replace => ("-/+ replace  ", Look::Removed),
        Action::Delete => ("- delete  ", Look::Removed),
    };
    let not_validated = if change.validated || change.action == Action::Delete { "" } else { NOT_VALIDATED };
    page.line(0, &[(look, symbol), (Look::Strong, &change.id.short()), (Look::Faint, not_validated)]);
    match change.action {
        Action::Create => created(page, change),
        Action::Delete => {}
        Action::Keep | Action::Update | Action::Replace => {
            for one in &change.fields {
                field(page, 4, &shown_field(change, one));
            }
        }
    }
    for conflict in &change.conflicts {
        let (look, text) = if force {
            (Look::Changed, format!("{} is taken from {}", conflict.field, conflict.manager))
        } else {
            (Look::Wrong, format!("{} belongs to {}", conflict.field, conflict.manager))
        };
        page.line(4, &[(look, "! "), (Look::Plain, &text)]);
    }
    for note in &change.notes {
        page.line(4, &[(Look::Changed, "note: "), (Look::Plain, note)]);
    }
}

const NOT_VALIDATED: &str = "  (not validated by the server)";

/// What the configuration says of a new object. What the server fills in is left out; `-o yaml` has it.
fn created(page: &mut Page, change: &Change) {
    let (_, after) = masked(change.id.kind, None, change.after.as_ref());
    let Some(after) = after else { return };
    let shown = match &change.body {
        Some(body) => within(&after, body),
        None => after,
    };
    let Value::Object(mut entries) = shown else { return };
    for known in ["apiVersion", "kind", "metadata"] {
        entries.remove(known);
    }
    if !entries.is_empty() {
        document(page, 4, &entries.into());
    }
}

/// The part of a value that another one speaks of. Lists are shown whole where they do not match item by item.
fn within(value: &Value, spoken_of: &Value) -> Value {
    match (value, spoken_of) {
        (Value::Object(entries), Value::Object(wanted)) => {
            let kept = entries.iter().filter_map(|(key, value)| Some((key.clone(), within(value, wanted.get(key)?))));
            kept.collect::<Map<_, _>>().into()
        }
        (Value::Array(items), Value::Array(wanted)) if items.len() == wanted.len() => {
            items.iter().zip(wanted).map(|(item, wanted)| within(item, wanted)).collect()
        }
        _ => value.clone(),
    }
}

/// A field as it may be shown: a value of a Secret is a mark, whoever made the plan.
pub(super) fn shown_field(change: &Change, field: &Field) -> Field {
    let hide = |value: &Option<Value>, mark| match value {
        Some(value) if is_value(change.id.kind, &field.path, value) => Some(Value::from(mark)),
        other => other.clone(),
    };
    Field { path: field.path.clone(), before: hide(&field.before, OLD), after: hide(&field.after, NEW) }
}

/// Everything that stays, in one line.
fn kept(page: &mut Page, plan: &Plan) {
    let kept = plan.changes.iter().filter(|change| change.action == Action::Keep);
    let names: Vec<_> = kept.map(|change| change.id.short()).collect();
    if !names.is_empty() {
        page.gap();
        page.line(0, &[(Look::Faint, "Unchanged: "), (Look::Faint, &names.join(", "))]);
    }
}

fn drift(page: &mut Page, plan: &Plan) {
    if plan.drift.is_empty() {
        return;
    }
    page.gap();
    page.line(0, &[(Look::Strong, "Changed outside sindri since the last deploy:")]);
    let mut object = None;
    for drift in &plan.drift {
        if object != Some(&drift.id) {
            page.line(2, &[(Look::Strong, &drift.id.short())]);
            object = Some(&drift.id);
        }
        drifted(page, drift, plan.force);
    }
}

fn drifted(page: &mut Page, drift: &Drift, force: bool) {
    let text = |value: &Option<Value>| match value {
        None => "removed".to_owned(),
        Some(value) if is_value(drift.id.kind, &drift.path, value) => "(secret)".to_owned(),
        Some(value) => folded(&one_line(value).unwrap_or_else(|| value.to_string()), LONGEST_VALUE),
    };
    let mut who = String::new();
    // Writing to a String cannot fail.
    if let Some(manager) = &drift.manager {
        write!(who, " by {manager}").unwrap_or_default();
    }
    if let Some(time) = &drift.time {
        write!(who, " at {time}").unwrap_or_default();
    }
    let now = text(&drift.live);
    let was = if who.is_empty() { "  changed".to_owned() } else { format!("  changed{who}") };
    page.line(4, &[(Look::Changed, "~ "), (Look::Plain, short(&drift.path)), (Look::Plain, ": "), (Look::Plain, &now)]);
    let wanted = drift.wanted.as_ref().map(|wanted| text(&Some(wanted.clone())));
    let fate = match (drift.fate, wanted) {
        (Fate::Restored, Some(wanted)) => format!("deploy sets it back to {wanted}"),
        (Fate::Restored, None) => "deploy removes it".to_owned(),
        (Fate::Kept, _) => "deploy leaves it: the configuration says nothing of it".to_owned(),
        (Fate::Contested, _) if force => "deploy takes it, because of `--force-conflicts`".to_owned(),
        (Fate::Contested, _) => "deploy refuses, unless `--force-conflicts` takes it".to_owned(),
    };
    page.line(4, &[(Look::Faint, &was), (Look::Plain, "; "), (Look::Plain, &fate)]);
}

fn findings(page: &mut Page, findings: &[Finding]) {
    let sections = [
        (Severity::Blocks, Look::Wrong, "Deploy would be refused:"),
        (Severity::Fails, Look::Wrong, "The environment would not run:"),
        (Severity::Warns, Look::Changed, "This may go wrong:"),
        (Severity::Unknown, Look::Faint, "This could not be foreseen:"),
    ];
    for (severity, look, title) in sections {
        let mut found = findings.iter().filter(|finding| finding.severity == severity).peekable();
        if found.peek().is_some() {
            page.gap();
            page.line(0, &[(look, title)]);
        }
        for finding in found {
            let about = format!("{}: ", finding.about);
            page.line(2, &[(look, "! "), (Look::Strong, &about), (Look::Plain, &finding.message)]);
            let mut lines = finding.fix.lines();
            if let Some(first) = lines.next() {
                page.line(4, &[(Look::Added, "fix: "), (Look::Plain, first)]);
            }
            for line in lines {
                page.line(6, &[(Look::Plain, line)]);
            }
        }
    }
}

/// How many of the changes do this.
pub(super) fn count(plan: &Plan, action: Action) -> usize {
    plan.changes.iter().filter(|change| change.action == action).count()
}

fn sum(plan: &Plan) -> String {
    let [create, update, replace, delete] =
        [Action::Create, Action::Update, Action::Replace, Action::Delete].map(|action| count(plan, action));
    if create + update + replace + delete == 0 {
        return format!("No changes. The cluster is as the configuration of {} says.", plan.environment);
    }
    let replace = if replace > 0 { format!("{replace} to replace, ") } else { String::new() };
    format!("Plan: {create} to create, {update} to change, {replace}{delete} to delete.")
}

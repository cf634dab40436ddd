//! What goes and what stays, for a person.

use super::page::{Look, Page};
use super::problems::Style;
use super::status::{age, since};
use crate::names::Kind;
use crate::plan::{Going, Removal, Staying, Volume, Why};

/// Everything that goes, everything that stays and why, and what is in the way. `now` is the server's time.
#[must_use]
pub fn for_person(removal: &Removal, now: Option<i64>, style: Style) -> String {
    let mut page = Page::new(style);
    for object in &removal.goes {
        going(&mut page, object, now);
    }
    if !removal.stays.is_empty() {
        page.gap();
        page.line(0, &[(Look::Strong, "These stay:")]);
        for object in &removal.stays {
            staying(&mut page, object, now);
        }
    }
    if removal.ending_namespace.is_some() {
        page.gap();
        let text = format!("namespace/{} is being deleted already, with everything in it", removal.cluster.namespace);
        page.line(0, &[(Look::Changed, "note: "), (Look::Plain, &text)]);
    }
    in_the_way(&mut page, removal);
    page.gap();
    page.line(0, &[(Look::Strong, &sum(removal))]);
    page.into_text()
}

fn going(page: &mut Page, going: &Going, now: Option<i64>) {
    let mut facts = facts(going.volume.as_ref(), &going.created, now);
    if going.is_ending {
        facts.push("being deleted already".to_owned());
    }
    let told = if facts.is_empty() { String::new() } else { format!("  {}", facts.join(", ")) };
    page.line(0, &[(Look::Removed, "- delete  "), (Look::Strong, &going.id.short()), (Look::Faint, &told)]);
    match going.id.kind {
        Kind::PersistentVolumeClaim => {
            page.line(4, &[(Look::Wrong, "! "), (Look::Plain, "everything that is on this volume is lost")]);
        }
        Kind::Deployment => {
            page.line(4, &[(Look::Changed, "note: "), (Look::Plain, "what runs in its pod ends")]);
        }
        _ => {}
    }
    if !going.users.is_empty() {
        let text = format!("it is gone only when nobody uses it any more: {} does", going.users.join(", "));
        page.line(4, &[(Look::Changed, "note: "), (Look::Plain, &text)]);
    }
}

fn staying(page: &mut Page, staying: &Staying, now: Option<i64>) {
    let facts = facts(staying.volume.as_ref(), &staying.created, now);
    let told = if facts.is_empty() { String::new() } else { format!("  {}", facts.join(", ")) };
    page.line(2, &[(Look::Strong, &staying.id.short()), (Look::Faint, &told)]);
    page.line(4, &[(Look::Plain, &reason(&staying.why))]);
}

/// What should be known of a volume: how large it is, of which class, how old. Other objects can be made again.
fn facts(volume: Option<&Volume>, created: &str, now: Option<i64>) -> Vec<String> {
    let Some(Volume { size, class }) = volume else { return Vec::new() };
    let class = class.as_ref().map(|class| format!("class {class}"));
    let age = since(created, now).map(|seconds| format!("{} old", age(seconds)));
    [Some(size.clone()).filter(|size| !size.is_empty()), class, age].into_iter().flatten().collect()
}

/// Why something stays, in a sentence.
pub(super) fn reason(why: &Why) -> String {
    match why {
        Why::Data => "it may hold somebody's work; `--volumes` deletes it".to_owned(),
        Why::Foreign => "sindri did not make it".to_owned(),
        Why::Shared(users) => format!("others need it: {}", listed(users)),
        Why::Holds(things) => format!("this is in it: {}", listed(things)),
        Why::NotAllowed => "this account may not delete it".to_owned(),
        Why::Unsure(why) => format!("not everything is known that has to be: {why}"),
    }
}

/// The first few, and how many there are besides.
fn listed(things: &[String]) -> String {
    const MOST: usize = 5;
    let first: Vec<&str> = things.iter().take(MOST).map(String::as_str).collect();
    match things.len().saturating_sub(MOST) {
        0 => first.join(", "),
        more => format!("{}, and {more} more", first.join(", ")),
    }
}

fn in_the_way(page: &mut Page, removal: &Removal) {
    if !removal.denied.is_empty() {
        page.gap();
        page.line(0, &[(Look::Wrong, "This account is not allowed to:")]);
        for denial in &removal.denied {
            page.line(2, &[(Look::Wrong, "! "), (Look::Strong, &denial.told())]);
        }
    }
    if !removal.unseen.is_empty() {
        page.gap();
        page.line(0, &[(Look::Wrong, "Whether there is more cannot be seen:")]);
        for (kind, message) in &removal.unseen {
            let about = format!("{}: ", kind.plural());
            page.line(2, &[(Look::Wrong, "! "), (Look::Strong, &about), (Look::Plain, message)]);
        }
    }
}

fn sum(removal: &Removal) -> String {
    match removal.goes.len() {
        0 => format!("Nothing to delete: there is no environment {}.", removal.environment),
        goes => format!("{goes} to delete, {} to stay.", removal.stays.len()),
    }
}

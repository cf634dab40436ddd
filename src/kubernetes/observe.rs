//! Looks at a cluster: what is there, what the server would make of the objects, and what else a plan has to know.
//!
//! Everything is asked at the same time. A second round asks only what the first made necessary, so the depth of
//! dependent questions does not grow with the number of objects.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};

use super::request::{Mode, Request};
use super::session::{Reply, Session};
use super::unanswered::Unanswered;
use crate::image::Pinned;
use crate::names::{Kind, ObjectId};
use crate::plan::{self, Conflict, Facts, Live, Look, Observed, Question, Refusal, Sighting, Verdict};
use crate::workload::{Object, Rendered};

/// How many nodes are looked at.
const PAGE: u32 = 250;

/// Why a cluster could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum Unobserved {
    /// No answer.
    #[error(transparent)]
    Unanswered(#[from] Unanswered),
    /// An answer that says neither what is there nor that there is nothing.
    #[error("cannot {what}: the server answers {}: {}", .refusal.code, .refusal.message)]
    Refused {
        /// What was asked.
        what: String,
        /// What came back.
        refusal: Refusal,
    },
}

/// What a cluster says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The version of Kubernetes.
    pub version: String,
    /// The identity of `kube-system`, where it may be read.
    pub uid: Option<String>,
}

/// What was seen in one look.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The cluster itself.
    pub about: About,
    /// The objects.
    pub objects: BTreeMap<ObjectId, Sighting>,
    /// The rest.
    pub facts: Facts,
}

impl Seen {
    /// The same as something seen in a certain cluster.
    #[must_use]
    pub fn in_cluster(self, cluster: plan::Cluster) -> Observed {
        Observed { cluster, objects: self.objects, facts: self.facts }
    }
}

/// One thing to ask, and where its answer belongs.
enum Task<'a> {
    Version,
    System,
    Live(&'a ObjectId),
    Rehearse(&'a Object, bool),
    Ask(Question),
}

enum Answer {
    Version(String),
    System(Option<String>),
    Live(ObjectId, Live),
    Rehearsed(ObjectId, bool, Verdict),
    Fact(Question, Look),
}

/// The first round. Beside the objects of the workload, the ones in `also` are read.
///
/// # Errors
/// When the server does not answer, or answers something that means neither "this" nor "nothing".
pub async fn look(
    session: &Session,
    desired: &Rendered<Pinned>,
    also: &[ObjectId],
    questions: Vec<Question>,
    concurrency: usize,
) -> Result<Seen, Unobserved> {
    let mut ids: Vec<&ObjectId> =
        desired.possible.iter().chain(desired.objects.iter().map(|object| &object.id)).chain(also).collect();
    ids.sort();
    ids.dedup();
    let tasks = [Task::Version, Task::System]
        .into_iter()
        .chain(desired.objects.iter().map(|object| Task::Rehearse(object, false)))
        .chain(ids.into_iter().map(Task::Live))
        .chain(questions.into_iter().map(Task::Ask))
        .collect();
    let mut seen = Seen::default();
    for answer in answers(session, tasks, &desired.pod, concurrency).await? {
        seen.take(answer);
    }
    Ok(seen)
}

/// The second round: what has not been rehearsed yet, what others own, what moved between two answers of the first, and what else has to be asked.
///
/// # Errors
/// As the first.
pub async fn look_again(
    session: &Session,
    desired: &Rendered<Pinned>,
    observed: &mut Observed,
    questions: Vec<Question>,
    concurrency: usize,
) -> Result<(), Unobserved> {
    let mut tasks: Vec<Task<'_>> = questions.into_iter().map(Task::Ask).collect();
    for object in &desired.objects {
        let sighting = observed.objects.get(&object.id);
        let live = sighting.map_or(&Live::Absent, |sighting| &sighting.live);
        match sighting.and_then(|sighting| sighting.verdict.as_ref()) {
            None => tasks.push(Task::Rehearse(object, false)),
            Some(Verdict::Conflict { .. }) => tasks.push(Task::Rehearse(object, true)),
            Some(Verdict::Accepted(after)) if is_of_another_version(live, after) => {
                tasks.extend([Task::Live(&object.id), Task::Rehearse(object, false)]);
            }
            _ => {}
        }
    }
    if !tasks.is_empty() {
        for answer in answers(session, tasks, &desired.pod, concurrency).await? {
            take(answer, &mut observed.objects, &mut observed.facts);
        }
    }
    Ok(())
}

/// The answers to some questions, besides any plan.
///
/// # Errors
/// As the first round.
pub async fn look_for(session: &Session, questions: Vec<Question>, concurrency: usize) -> Result<Facts, Unobserved> {
    let mut seen = Seen::default();
    for answer in answers(session, questions.into_iter().map(Task::Ask).collect(), &Value::Null, concurrency).await? {
        seen.take(answer);
    }
    Ok(seen.facts)
}

/// The objects as they are now.
///
/// # Errors
/// As the first round.
pub async fn look_at(
    session: &Session,
    ids: &[ObjectId],
    concurrency: usize,
) -> Result<BTreeMap<ObjectId, Live>, Unobserved> {
    let tasks = ids.iter().map(Task::Live).collect();
    let mut objects = BTreeMap::new();
    for answer in answers(session, tasks, &Value::Null, concurrency).await? {
        if let Answer::Live(id, live) = answer {
            objects.insert(id, live);
        }
    }
    Ok(objects)
}

/// What the cluster says of itself.
///
/// # Errors
/// As the first round.
pub async fn look_about(session: &Session) -> Result<About, Unobserved> {
    let mut seen = Seen::default();
    for answer in answers(session, vec![Task::Version, Task::System], &Value::Null, 2).await? {
        seen.take(answer);
    }
    Ok(seen.about)
}

async fn answers(
    session: &Session,
    tasks: Vec<Task<'_>>,
    pod: &Value,
    concurrency: usize,
) -> Result<Vec<Answer>, Unobserved> {
    let mut asked =
        stream::iter(tasks.into_iter().map(|task| answer(session, task, pod))).buffer_unordered(concurrency);
    let mut answers = Vec::new();
    while let Some(answer) = asked.next().await {
        answers.push(answer?);
    }
    Ok(answers)
}

async fn answer(session: &Session, task: Task<'_>, pod: &Value) -> Result<Answer, Unobserved> {
    Ok(match task {
        Task::Version => {
            let reply = session.ask(&Request::raw("/version")).await?;
            let version = reply.body.get("gitVersion").and_then(Value::as_str);
            Answer::Version(version.unwrap_or("of an unknown version").to_owned())
        }
        Task::System => {
            let system = ObjectId { kind: Kind::Namespace, namespace: None, name: "kube-system".to_owned() };
            let reply = session.ask(&Request::metadata(&system)).await?;
            Answer::System(reply.body.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned))
        }
        Task::Live(id) => {
            let request = Request::get(id);
            let live = live(session.ask(&request).await?, request.what)?;
            Answer::Live(id.clone(), live)
        }
        Task::Rehearse(object, force) => {
            let request = Request::apply(&object.id, object.body.clone(), Mode::Rehearsal, force);
            let verdict = verdict(session.ask(&request).await?);
            Answer::Rehearsed(object.id.clone(), force, verdict)
        }
        Task::Ask(question) => {
            let request = asking(&question, pod);
            let reply = session.ask(&request).await?;
            let looked = look_of(&question, reply);
            Answer::Fact(question, looked)
        }
    })
}

impl Seen {
    fn take(&mut self, answer: Answer) {
        match answer {
            Answer::Version(version) => self.about.version = version,
            Answer::System(uid) => self.about.uid = uid,
            other => take(other, &mut self.objects, &mut self.facts),
        }
    }
}

fn take(answer: Answer, objects: &mut BTreeMap<ObjectId, Sighting>, facts: &mut Facts) {
    match answer {
        Answer::Version(_) | Answer::System(_) => {}
        Answer::Live(id, live) => sighting(objects, id).live = live,
        Answer::Rehearsed(id, false, verdict) => sighting(objects, id).verdict = Some(verdict),
        Answer::Rehearsed(id, true, verdict) => {
            if let Some(Verdict::Conflict { forced, .. }) = &mut sighting(objects, id).verdict {
                *forced = match verdict {
                    Verdict::Accepted(after) => Some(after),
                    _ => None,
                };
            }
        }
        Answer::Fact(question, look) => {
            facts.insert(question, look);
        }
    }
}

fn sighting(objects: &mut BTreeMap<ObjectId, Sighting>, id: ObjectId) -> &mut Sighting {
    objects.entry(id).or_insert_with(|| Sighting { live: Live::Absent, verdict: None })
}

pub(super) fn live(reply: Reply, what: String) -> Result<Live, Unobserved> {
    match reply.object() {
        Ok(Some(object)) => Ok(Live::Present(object)),
        Ok(None) => Ok(Live::Absent),
        Err(refusal) if refusal.code == 403 => Ok(Live::Denied(refusal.message)),
        Err(refusal) => Err(Unobserved::Refused { what, refusal }),
    }
}

fn verdict(reply: Reply) -> Verdict {
    if reply.is_success() {
        return Verdict::Accepted(reply.body);
    }
    let namespace_is_absent =
        reply.code == 404 && reply.body.pointer("/details/kind").and_then(Value::as_str) == Some("namespaces");
    let conflicts = conflicts(&reply.body);
    let refusal = reply.refusal();
    match refusal.code {
        404 if namespace_is_absent => Verdict::NamespaceAbsent,
        409 if !conflicts.is_empty() => Verdict::Conflict { conflicts, forced: None },
        403 if plan::is_denied(&refusal) => Verdict::Denied(refusal.message),
        _ => Verdict::Refused(refusal),
    }
}

/// Who owns which field, as the server words it: `conflict with "kubectl-edit" using apps/v1`.
fn conflicts(status: &Value) -> Vec<Conflict> {
    let causes = status.pointer("/details/causes").and_then(Value::as_array);
    let text = |cause: &Value, key: &str| cause.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut conflicts: Vec<Conflict> = causes
        .into_iter()
        .flatten()
        .filter(|cause| text(cause, "reason") == "FieldManagerConflict")
        .map(|cause| {
            let message = text(cause, "message");
            let manager = message.split('"').nth(1).unwrap_or(&message).to_owned();
            Conflict { field: text(cause, "field"), manager }
        })
        .collect();
    conflicts.sort();
    conflicts
}

/// Whether an object changed between the two answers about it.
fn is_of_another_version(live: &Live, after: &Value) -> bool {
    let version = |object: &Value| object.pointer("/metadata/resourceVersion").cloned();
    match live {
        Live::Present(live) => version(live) != version(after),
        Live::Absent | Live::Denied(_) => false,
    }
}

fn asking(question: &Question, pod: &Value) -> Request {
    match question {
        Question::Object(id) if matches!(id.kind, Kind::Secret | Kind::ConfigMap) => Request::metadata(id),
        Question::Object(id) => Request::get(id),
        Question::All { kind, namespace, selector } => Request::list(*kind, namespace.as_deref(), selector, PAGE),
        Question::Pod => {
            let namespace = pod.pointer("/metadata/namespace").and_then(Value::as_str).unwrap_or("default");
            Request::create(Kind::Pod, namespace, pod.clone(), Mode::Rehearsal)
        }
        Question::Rules { namespace } => {
            review("selfsubjectrulesreviews", "SelfSubjectRulesReview", &json!({"namespace": namespace}))
        }
        Question::Access { verb, kind, subresource, namespace } => {
            let attributes = json!({
                "verb": verb,
                "group": kind.group(),
                "resource": kind.plural(),
                "subresource": subresource,
                "namespace": if kind.is_namespaced() { namespace.as_str() } else { "" },
            });
            let spec = json!({"resourceAttributes": attributes});
            review("selfsubjectaccessreviews", "SelfSubjectAccessReview", &spec)
        }
    }
}

fn review(plural: &str, kind: &str, spec: &Value) -> Request {
    Request::review("authorization.k8s.io", plural, kind, spec)
}

fn look_of(question: &Question, reply: Reply) -> Look {
    if reply.is_success() {
        let is_review = matches!(question, Question::Rules { .. } | Question::Access { .. });
        let status = is_review.then(|| reply.body.get("status").cloned()).flatten();
        return Look::Seen(status.unwrap_or(reply.body));
    }
    let refusal = reply.refusal();
    match refusal.code {
        404 => Look::Absent,
        403 if plan::is_denied(&refusal) => Look::Denied(refusal.message),
        _ => Look::Refused(refusal),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{live, look_of, verdict};
    use crate::kubernetes::session::Reply;
    use crate::names::{Kind, ObjectId};
    use crate::plan::{Live, Look, Question, Verdict};

    const FORBIDDEN: &str = r#"secrets "a" is forbidden: User "ada" cannot get resource "secrets" in API group """#;

    fn reply(code: u16, message: &str) -> Reply {
        Reply { code, body: json!({"kind": "Status", "message": message, "code": code}), repeated: false }
    }

    #[test]
    fn only_not_found_is_absence() {
        let secret = Question::Object(ObjectId::new(Kind::Secret, "team", "a"));
        assert_eq!(live(reply(404, "not found"), String::new()).ok(), Some(Live::Absent));
        assert_eq!(look_of(&secret, reply(404, "not found")), Look::Absent);
        assert!(matches!(live(reply(403, FORBIDDEN), String::new()), Ok(Live::Denied(_))));
        assert!(matches!(look_of(&secret, reply(403, FORBIDDEN)), Look::Denied(_)));
        for code in [400, 403, 405, 406, 409, 410, 422, 429, 500, 502, 503, 504] {
            if code != 403 {
                assert!(live(reply(code, "no"), String::new()).is_err(), "{code} says nothing of an object");
            }
            assert!(matches!(look_of(&secret, reply(code, "no")), Look::Refused(_)), "{code}");
            assert!(matches!(verdict(reply(code, "no")), Verdict::Refused(_)), "{code}");
        }
        assert!(matches!(live(reply(200, ""), String::new()), Ok(Live::Present(_))));
    }

    #[test]
    fn only_a_namespace_that_is_not_found_makes_a_rehearsal_impossible() {
        let missing = |kind: &str| Reply {
            code: 404,
            body: json!({"message": "not found", "details": {"kind": kind}}),
            repeated: false,
        };
        assert_eq!(verdict(missing("namespaces")), Verdict::NamespaceAbsent);
        assert!(matches!(verdict(missing("storageclasses")), Verdict::Refused(_)));
    }
}

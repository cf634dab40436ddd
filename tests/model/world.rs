//! One environment, the file it is made from, and everybody who changes either. What plan and deploy promise is
//! checked after every step, against what was there before and what is there now.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use http::{Method, Request};
use kube::Client;
use kube::client::Body;
use serde_json::{Value, json};
use sindri::config;
use sindri::config::name::Namespace;
use sindri::image::{self, Pinned};
use sindri::kubernetes::{self, Failed, Holder, Session, Stamp, Work, look, look_again};
use sindri::names::{self, Kind, ObjectId};
use sindri::plan::{self, Action, Cluster, ClusterType, Plan, Wishes, diff, normal, saved};
use sindri::workload::{Placement, Rendered, render};

use super::chance::Chance;
use super::edits;
use super::file::File;
use super::promises::{self, ENVIRONMENT, Snapshot, Verdict, essence, is_foreign};
use super::server::{Server, path};

const CONCURRENCY: usize = 16;

/// An environment in a cluster.
pub(crate) struct World {
    /// The client of everybody else.
    pub(crate) people: Client,
    /// Sindri's own: what it asks is written down.
    client: Client,
    writes: Arc<Mutex<Vec<String>>>,
    /// The cluster, if it is the one in memory.
    pub(crate) server: Option<Server>,
    pub(crate) namespace: String,
    pub(crate) file: File,
    saved: Option<Saved>,
    /// What people have changed by hand, at some time.
    pub(crate) touched: BTreeSet<ObjectId>,
    /// What was done, for a person to follow.
    pub(crate) history: Vec<String>,
    /// How often each kind of end came.
    pub(crate) ends: BTreeMap<&'static str, u32>,
}

/// A plan in a file, and what was there when it was made.
struct Saved {
    text: String,
    seen: Snapshot,
    /// What the file asked for then.
    asked: Vec<ObjectId>,
}

impl World {
    /// With nothing in it yet. The server is known if it is the one in memory.
    pub(crate) fn new(client: Client, namespace: &str, server: Option<Server>) -> Self {
        let writes = Arc::new(Mutex::new(Vec::new()));
        Self {
            people: client.clone(),
            client: recorded(client, writes.clone()),
            writes,
            server,
            namespace: namespace.to_owned(),
            file: File::new(ENVIRONMENT),
            saved: None,
            touched: BTreeSet::new(),
            history: Vec::new(),
            ends: BTreeMap::new(),
        }
    }

    /// The namespace may be somebody else's, Sindri's, or not there.
    pub(crate) async fn begin(&mut self, chance: &mut Chance) -> Verdict {
        let labels = match chance.below(3) {
            0 => return Ok(()),
            1 => json!({}),
            _ => json!({names::MANAGED_BY: names::SINDRI}),
        };
        self.history.push(format!("make the namespace with {labels}"));
        let body = json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace, "labels": labels},
        });
        let made = self.ask(Method::POST, "/api/v1/namespaces?fieldManager=kubectl-create", &body).await?;
        if made.code == 201 { Ok(()) } else { Err(format!("cannot make the namespace: {made:?}")) }
    }

    /// The next thing that happens.
    pub(crate) async fn step(&mut self, chance: &mut Chance) -> Verdict {
        if self.saved.is_some() && chance.one_in(3) {
            return self.deploy_saved().await;
        }
        match chance.below(20) {
            0..6 => {
                for _ in 0..=chance.below(4) {
                    let said = self.file.edit(chance);
                    self.history.push(said);
                }
                Ok(())
            }
            6..9 => self.edit(chance).await,
            9 => self.delete(chance).await,
            10 => self.foreign(chance).await,
            11 => self.scale(chance.number() % 2).await,
            12 | 13 => self.save().await,
            14 => {
                self.history.push("the controllers do their work".to_owned());
                if let Some(server) = &self.server {
                    server.settle();
                }
                Ok(())
            }
            15 => self.plan(chance.one_in(2)).await.map(drop),
            16 => self.deploy(true).await,
            _ => self.deploy(false).await,
        }
    }

    /// After one more deploy, whatever nobody else has touched is as if it had just been made from the file.
    pub(crate) async fn end(&mut self) -> Verdict {
        self.deploy(false).await?;
        let Some(server) = &self.server else { return Ok(()) };
        if self.plan(false).await?.obstacles().next().is_some() {
            return Ok(());
        }
        let fresh = Server::new();
        let mut anew = Self::new(fresh.client(), &self.namespace, Some(fresh));
        anew.file.clone_from(&self.file);
        anew.deploy(false).await?;
        for id in self.asked().into_iter().filter(|id| !self.touched.contains(id)) {
            // What a volume was made with, it keeps; a namespace of somebody else has no quota of ours.
            if matches!(id.kind, Kind::PersistentVolumeClaim | Kind::Namespace | Kind::ResourceQuota) {
                continue;
            }
            let content = |server: &Server| server.object(&id).map(|object| normal::stripped(id.kind, &object));
            let (is, would_be) = (content(server), anew.server.as_ref().and_then(content));
            if is != would_be {
                let differences = diff::diff(id.kind, would_be.as_ref(), is.as_ref());
                return Err(format!("{id} is not as if made from the file: {differences:?}"));
            }
        }
        Ok(())
    }

    /// A plan, which changes nothing.
    pub(crate) async fn plan(&self, force: bool) -> Verdict<Plan> {
        let version = self.server.as_ref().map(Server::version);
        let session = self.session();
        let plan = self.planned(&session, force).await?;
        self.expect_no_writes("a plan")?;
        if version != self.server.as_ref().map(Server::version) {
            return Err("a plan has changed something".to_owned());
        }
        Ok(plan)
    }

    pub(crate) async fn deploy(&mut self, force: bool) -> Verdict {
        let before = self.snapshot().await?;
        let plan = self.plan(force).await?;
        self.history.push(format!("deploy{}: {}", if force { " by force" } else { "" }, told(&plan)));
        promises::conflicts(&plan, &before)?;
        if plan.obstacles().next().is_some() {
            self.count("refused");
            return self.check_refusal(plan, &before).await;
        }
        if !plan.has_changes() {
            self.count("unchanged");
            return promises::outcome(&plan, &before, &self.snapshot().await?, &self.asked());
        }
        let session = self.session();
        let outcome = carry_out(&session, plan.clone()).await;
        self.take_writes();
        if let Err(error) = outcome {
            return Err(format!("the plan has no obstacle, and deploy fails: {error:?}"));
        }
        self.count("deployed");
        promises::outcome(&plan, &before, &self.snapshot().await?, &self.asked())?;
        let again = self.plan(force).await?;
        if again.has_changes() {
            return Err(format!("right after deploy, a plan has changes: {}", told(&again)));
        }
        Ok(())
    }

    async fn save(&mut self) -> Verdict {
        let seen = self.snapshot().await?;
        let plan = self.plan(false).await?;
        if plan.obstacles().next().is_none() {
            self.history.push(format!("save the plan: {}", told(&plan)));
            self.saved = Some(Saved { text: saved::save(&plan), seen, asked: self.asked() });
        }
        Ok(())
    }

    async fn deploy_saved(&mut self) -> Verdict {
        let Some(saved) = self.saved.take() else { return Ok(()) };
        let plan = saved::load(saved.text.as_bytes()).map_err(|error| format!("no plan: {error}"))?;
        let before = self.snapshot().await?;
        let moved: Vec<String> = plan
            .changes
            .iter()
            .map(|change| &change.id)
            .filter(|id| essence(id.kind, saved.seen.get(id)) != essence(id.kind, before.get(id)))
            .map(ObjectId::short)
            .collect();
        self.history.push(format!("deploy the saved plan, moved: {moved:?}"));
        if !plan.has_changes() {
            return Ok(());
        }
        let session = self.session();
        let outcome = carry_out(&session, plan.clone()).await;
        let writes = self.take_writes();
        let after = self.snapshot().await?;
        match outcome {
            Ok(()) if moved.is_empty() => {
                self.count("deployed from a file");
                promises::outcome(&plan, &before, &after, &saved.asked)
            }
            Err(Failed::Moved(_)) if !moved.is_empty() => {
                self.count("moved");
                // The lock comes and goes; nothing else may.
                let others: Vec<_> = writes.iter().filter(|write| !write.contains("/leases")).collect();
                if others.is_empty() {
                    Ok(())
                } else {
                    Err(format!("something moved, and this was written: {others:?}"))
                }
            }
            outcome => Err(format!("moved: {moved:?}, and deploy says {outcome:?}")),
        }
    }

    /// A refused plan changes nothing, and the server would have refused it.
    async fn check_refusal(&mut self, plan: Plan, before: &Snapshot) -> Verdict {
        let codes: Vec<&str> = plan.obstacles().map(|finding| finding.code).collect();
        let said: Vec<String> =
            plan.obstacles().map(|finding| format!("{} {}", finding.about, finding.message)).collect();
        self.history.push(format!("  refused: {said:?}"));
        let by_us = |code: &&str| matches!(*code, "not-ours" | "being-deleted");
        if codes.contains(&"not-ours") && !plan.changes.iter().any(|change| is_foreign(before.get(&change.id))) {
            return Err(format!("every object is ours, and the plan says it is not: {codes:?}"));
        }
        let (Some(server), false) = (&self.server, codes.iter().any(by_us)) else { return Ok(()) };
        let fork = Self::new(server.fork().client(), &self.namespace, None);
        match carry_out(&fork.session(), plan).await {
            Ok(()) => Err(format!("the plan says that deploy would be refused for {codes:?}, and it is not")),
            Err(_) => Ok(()),
        }
    }

    pub(crate) fn named(&self, kind: Kind) -> ObjectId {
        let name = match kind {
            Kind::Namespace => self.namespace.clone(),
            Kind::PersistentVolumeClaim => format!("{ENVIRONMENT}-home-pvc"),
            Kind::Role | Kind::RoleBinding => format!("{ENVIRONMENT}-user"),
            Kind::ResourceQuota => format!("{ENVIRONMENT}-quota"),
            Kind::Lease => format!("sindri-{ENVIRONMENT}"),
            _ => ENVIRONMENT.to_owned(),
        };
        ObjectId::new(kind, &self.namespace, name)
    }

    async fn snapshot(&self) -> Verdict<Snapshot> {
        let mut snapshot = Snapshot::new();
        let kinds = [
            Kind::Namespace,
            Kind::ResourceQuota,
            Kind::Role,
            Kind::RoleBinding,
            Kind::NetworkPolicy,
            Kind::PersistentVolumeClaim,
            Kind::Deployment,
            Kind::Service,
            Kind::Lease,
        ];
        for kind in kinds {
            let id = self.named(kind);
            if let Some(server) = &self.server {
                snapshot.extend(server.object(&id).map(|object| (id, object)));
                continue;
            }
            let seen = self.ask(Method::GET, &path(&id), &Value::Null).await?;
            match seen.code {
                200 => drop(snapshot.insert(id, seen.body)),
                404 => {}
                _ => return Err(format!("cannot read {id}: {seen:?}")),
            }
        }
        Ok(snapshot)
    }

    /// What the file asks for.
    fn asked(&self) -> Vec<ObjectId> {
        edits::objects(&self.file, &self.namespace).into_iter().map(|object| object.id).collect()
    }

    fn desired(&self) -> Verdict<(Rendered<Pinned>, String)> {
        let text = self.file.to_string();
        let spec = config::load(text.as_bytes()).map_err(|problems| format!("{text}\n{problems:?}"))?;
        let image = image::pin(&spec).map_err(|problem| format!("{problem:?}"))?;
        let namespace = Namespace::parse(&self.namespace).map_err(|problem| problem.to_string())?;
        let placement = Placement { namespace: Some(namespace), owns_namespace: true };
        Ok((render(&spec, image, &placement), spec.fingerprint()))
    }

    /// As `sindri plan` does it.
    pub(crate) async fn planned(&self, session: &Session, force: bool) -> Verdict<Plan> {
        let (desired, config_hash) = self.desired()?;
        let text = |error: kubernetes::Unobserved| format!("cannot look: {error}");
        let questions = plan::questions(&desired, &self.namespace);
        let seen = look(session, &desired, &[], questions, CONCURRENCY).await.map_err(text)?;
        let cluster = Cluster {
            context: None,
            server: "https://model".to_owned(),
            cluster_type: ClusterType::Remote,
            version: seen.about.version.clone(),
            uid: seen.about.uid.clone(),
            namespace: self.namespace.clone(),
        };
        let mut observed = seen.in_cluster(cluster);
        let follow_up = plan::follow_up(&desired, &observed);
        look_again(session, &desired, &mut observed, follow_up, CONCURRENCY).await.map_err(text)?;
        Ok(plan::compute(desired, observed, Wishes { config_hash, force, ..Wishes::default() }))
    }

    pub(crate) fn session(&self) -> Session {
        Session::new(self.client.clone(), "https://model".to_owned(), Duration::from_mins(1), 7)
    }

    fn take_writes(&self) -> Vec<String> {
        std::mem::take(&mut *self.writes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn expect_no_writes(&self, whose: &str) -> Verdict {
        let writes = self.take_writes();
        if writes.is_empty() { Ok(()) } else { Err(format!("{whose} has written: {writes:?}")) }
    }

    fn count(&mut self, end: &'static str) {
        *self.ends.entry(end).or_default() += 1;
    }
}

/// The same client; whatever is to change something is written down.
fn recorded(client: Client, writes: Arc<Mutex<Vec<String>>>) -> Client {
    let service = tower::service_fn(move |request: Request<Body>| {
        let (client, writes) = (client.clone(), writes.clone());
        async move {
            let path = request.uri().to_string();
            if request.method() != Method::GET && !path.contains("dryRun=All") && !path.contains("reviews") {
                let mut writes = writes.lock().unwrap_or_else(PoisonError::into_inner);
                writes.push(format!("{} {path}", request.method()));
            }
            client.send(request).await
        }
    });
    Client::new(service, "default")
}

/// As `sindri deploy` does it, lock and all.
async fn carry_out(session: &Session, mut plan: Plan) -> Result<(), Failed> {
    let stop = Cell::new(false);
    let stamp = Stamp { by: "alice@laptop".to_owned(), at: session.server_date() };
    let work = Work::new(session, &plan, stamp, CONCURRENCY, &stop);
    work.make_namespace(&mut plan).await?;
    let holder = Holder {
        run: "1".to_owned(),
        user: "alice".to_owned(),
        host: "laptop".to_owned(),
        process: 1,
        version: "0".to_owned(),
        started: String::new(),
    };
    let (namespace, environment) = (plan.cluster.namespace.clone(), plan.environment.clone());
    let lock = kubernetes::acquire(session, &namespace, &environment, &holder, &mut |_| {}).await;
    // A namespace that goes away takes no lock; the plan says so before.
    let outcome = work.carry_out(plan).await;
    if let Ok(lock) = lock {
        assert!(lock.release().await.is_ok(), "the lock was lost");
    }
    outcome
}

/// A plan in one line.
fn told(plan: &Plan) -> String {
    let changes = plan.changes.iter().filter(|change| change.action != Action::Keep);
    let changes: Vec<_> = changes
        .map(|change| {
            let fields: Vec<_> = change.fields.iter().map(|field| field.path.as_str()).collect();
            format!("{:?} {} {fields:?}", change.action, change.id.short())
        })
        .collect();
    if changes.is_empty() { "no changes".to_owned() } else { changes.join(", ") }
}

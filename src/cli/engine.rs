//! What `plan` and `deploy` share: from the file and the cluster to the plan. There is no second way to one.

use std::cell::Cell;

use futures_util::future::{join, try_join};
use tokio::sync::OnceCell;

use super::carry::Means;
use super::cluster::ClusterArguments;
use super::failure::Failure;
use super::holder::holder;
use super::interrupt::Interrupt;
use super::pushing::Way;
use super::registries::{Certainty, Confirmed, Found, RegistryArguments};
use super::registry_login::{self, Credentials};
use super::source::FileArgument;
use super::ui::{Remark, Ui};
use super::{machine, own_image};
use crate::config::name::Namespace;
use crate::config::spec::{Image, Spec};
use crate::image::{Named as _, Pinned, may_be_local};
use crate::kubernetes::{About, Holder, Options, Session, Target, connect, lock_id, look, look_about, look_again};
use crate::names::ObjectId;
use crate::plan::checkup::Admission;
use crate::plan::{self, Cluster, ClusterType, Facts, Finding, Live, Look, Observed, Plan, Question, Wishes};
use crate::workload::{Needs, Placement, Rendered, render};

/// A cluster, and a way to ask it.
#[derive(Debug)]
pub(super) struct Reach {
    pub(super) session: Session,
    pub(super) target: Target,
    holder: Holder,
    concurrency: usize,
}

/// A configuration, and the cluster it is for.
#[derive(Debug)]
pub(super) struct Engine {
    pub(super) reach: Reach,
    plain: Rendered<Pinned>,
    certainty: Certainty,
    /// What the registry said, once it was asked.
    confirmed: OnceCell<Confirmed>,
    /// What is to be known of an image of the same name on this machine.
    other: OnceCell<Option<Finding>>,
    credentials: Credentials,
    config_hash: String,
    force: bool,
    /// Whether the last plan was made while somebody held the lock, or had left it.
    is_locked: Cell<bool>,
    /// What the server said of the pod of the last plan.
    admission: Cell<Admission>,
}

impl Reach {
    pub(super) async fn new(options: &Options, arguments: &ClusterArguments) -> Result<Self, Failure> {
        let (session, target) = connect(options, arguments.timeout).await?;
        let holder = holder(&target.user);
        Ok(Self { session, target, holder, concurrency: usize::from(arguments.concurrency.get()) })
    }

    /// What is needed to change something.
    pub(super) fn means<'a>(&'a self, interrupt: &'a Interrupt) -> Means<'a> {
        Means { session: &self.session, holder: &self.holder, concurrency: self.concurrency, interrupt }
    }

    /// Who asks, as it is written beside what is changed.
    pub(super) fn account(&self) -> String {
        self.holder.account()
    }

    /// How many questions are asked at the same time.
    pub(super) fn concurrency(&self) -> usize {
        self.concurrency
    }

    /// How many requests were sent.
    pub(super) fn requests(&self) -> u32 {
        self.session.requests()
    }

    /// A person has thought: the time that may be waited begins anew.
    pub(super) fn begin_anew(&self) {
        self.session.begin_anew();
    }

    /// The cluster as far as it is known without asking it.
    pub(super) fn place(&self) -> Cluster {
        self.cluster(&About::default(), self.target.cluster_type(&Facts::new()))
    }

    pub(super) fn cluster(&self, about: &About, cluster_type: ClusterType) -> Cluster {
        Cluster {
            context: self.target.context.clone(),
            server: self.target.server.clone(),
            cluster_type,
            version: about.version.clone(),
            uid: about.uid.clone(),
            namespace: self.target.namespace.clone(),
        }
    }
}

impl Engine {
    /// Reads the configuration, finds the cluster, and asks the registry which image is meant.
    pub(super) async fn new(
        file: &FileArgument,
        arguments: &ClusterArguments,
        registries: &RegistryArguments,
        (force, may_push): (bool, bool),
        ui: &mut Ui,
    ) -> Result<Self, Failure> {
        let (spec, source) = file.read(ui)?.understood()?;
        let options = arguments.options(Some(&spec), ui);
        let found = Box::pin(registries.find(&spec, &source, arguments.timeout));
        let (reach, found) = if spec.image == Image::Local {
            // What is refused anyway needs no cluster.
            may_be_local(&spec)?;
            let (reach, found) = join(Reach::new(&options, arguments), found).await;
            let reach = reach?;
            match found {
                Ok(found) => (reach, found),
                Err(failure) => return Err(own_image::blame(&reach, failure).await),
            }
        } else {
            try_join(Reach::new(&options, arguments), found).await?
        };
        for remark in found.remark.iter().chain(&found.instead) {
            ui.remark(Remark::Note, remark);
        }
        let found =
            Way { registries, reach: &reach, may_push, patience: arguments.timeout }.through(&spec, found, ui).await?;
        Self::with(reach, &spec, found, force)
    }

    /// The same when the cluster and the image have been found already.
    pub(super) fn with(reach: Reach, spec: &Spec, found: Found, force: bool) -> Result<Self, Failure> {
        let namespace = Namespace::parse(&reach.target.namespace)
            .map_err(|error| Failure::context_namespace(&reach.target.namespace, &error))?;
        let placement = Placement { namespace: Some(namespace), owns_namespace: true };
        let plain = render(spec, found.image, &placement);
        let credentials = Credentials::new(&plain, found.login);
        let (confirmed, other) = (OnceCell::new(), OnceCell::new());
        let (is_locked, admission) = (Cell::new(false), Cell::default());
        let certainty = found.certainty;
        let config_hash = spec.fingerprint();
        Ok(Self { reach, plain, certainty, confirmed, other, credentials, config_hash, force, is_locked, admission })
    }

    /// What others have to have made for the environment.
    pub(super) fn needs(&self) -> &Needs {
        &self.plain.needs
    }

    /// What the environment was, to be deployed again. The login of the namespace is left as it is.
    pub(super) fn as_it_was(
        reach: Reach,
        plain: Rendered<Pinned>,
        certainty: Certainty,
        config_hash: String,
        force: bool,
    ) -> Self {
        let (confirmed, other) = (OnceCell::new(), OnceCell::new());
        let (is_locked, admission) = (Cell::new(false), Cell::default());
        let credentials = Credentials::left_alone();
        Self { reach, plain, certainty, confirmed, other, credentials, config_hash, force, is_locked, admission }
    }

    /// Whether somebody was changing the environment while the last plan was made, or was killed at it.
    pub(super) fn is_locked(&self) -> bool {
        self.is_locked.get()
    }

    /// What the server said of the pod when the last plan was made.
    pub(super) fn admission(&self) -> Admission {
        self.admission.get()
    }

    /// How many requests were sent to the registry.
    pub(super) fn registry_requests(&self) -> u32 {
        self.certainty.requests()
    }

    /// Looks at the cluster, and at the registry where that could wait, and computes what has to be done.
    pub(super) async fn plan(&self) -> Result<Plan, Failure> {
        let Reach { session, target, concurrency, .. } = &self.reach;
        let first = self.credentials.first(&self.plain);
        let secret = self.credentials.secret(&target.namespace);
        let mut questions = plan::questions(&first, &target.namespace);
        let lock = Question::Object(lock_id(&target.namespace, &first.name));
        questions.push(lock.clone());
        let looking = async {
            let looked = look(session, &first, secret.as_slice(), questions, *concurrency).await;
            looked.map_err(Failure::from)
        };
        let asking = async { Ok((self.confirmed().await?, self.other_image().await)) };
        let (seen, (confirmed, other)) = try_join(looking, Box::pin(asking)).await?;
        let cluster = self.reach.cluster(&seen.about, target.cluster_type(&seen.facts));
        let mut observed = seen.in_cluster(cluster);
        self.is_locked.set(matches!(observed.facts.remove(&lock), Some(Look::Seen(_))));
        let (mut desired, mut noticed) = self.with_login(&first, secret.as_ref(), &mut observed);
        if let Some(Confirmed { image, noticed: unseen }) = confirmed {
            desired.image.clone_from(image);
            noticed.extend(unseen.clone());
        }
        let mut follow_up = plan::follow_up(&desired, &observed);
        if !observed.facts.contains_key(&Question::Pod) && !follow_up.contains(&Question::Pod) {
            follow_up.push(Question::Pod);
        }
        look_again(session, &desired, &mut observed, follow_up, *concurrency).await?;
        self.admission.set(Admission::of(observed.facts.get(&Question::Pod)));
        noticed.extend(other);
        let loading = match self.plain.image.content() {
            Some(name) => Some(own_image::look(name, &observed.cluster.cluster_type).await?),
            None => None,
        };
        let wishes = Wishes { config_hash: self.config_hash.clone(), force: self.force, loading, noticed };
        Ok(plan::compute(desired, observed, wishes))
    }

    /// What should be known of the image of the same name that this machine has; it is asked once, where the cluster is likely
    /// to be one of this machine.
    async fn other_image(&self) -> Option<Finding> {
        let image = &self.plain.image;
        let repository = image.repository()?;
        // What was pushed beside the cluster was found here, and is the same.
        let tagged = image.tagged().filter(|tagged| tagged.starts_with(&format!("{repository}:")))?;
        if self.reach.target.cluster_type(&Facts::new()) == ClusterType::Remote {
            return None;
        }
        self.other.get_or_init(|| machine::other_image(image, &tagged)).await.clone()
    }

    /// What the registry says of the image; it is asked once.
    async fn confirmed(&self) -> Result<Option<&Confirmed>, Failure> {
        match &self.certainty {
            Certainty::Asked(_) => Ok(None),
            Certainty::Open(open) => self.confirmed.get_or_try_init(|| open.confirm()).await.map(Some),
        }
    }

    /// What is wanted once it is known what the Secret with the logins holds. What differs from what was rehearsed has to be
    /// rehearsed again.
    fn with_login(
        &self,
        first: &Rendered<Pinned>,
        secret: Option<&ObjectId>,
        observed: &mut Observed,
    ) -> (Rendered<Pinned>, Vec<Finding>) {
        let mut noticed = self.credentials.noticed.clone();
        let Some(secret) = secret else { return (first.clone(), noticed) };
        let live = observed.objects.get(secret).map_or(&Live::Absent, |sighting| &sighting.live);
        let (desired, finding) = self.credentials.refined(&self.plain, live);
        noticed.extend(finding);
        for object in &desired.objects {
            let is_rehearsed = first.objects.contains(object);
            if let Some(sighting) = observed.objects.get_mut(&object.id).filter(|_| !is_rehearsed) {
                sighting.verdict = None;
            }
        }
        if desired.pod != first.pod {
            observed.facts.remove(&Question::Pod);
        }
        (desired, noticed)
    }
}

/// The cluster of a saved plan, if it is still the one that the plan was made for, and the file says what it said then.
pub(super) async fn reach_for(
    plan: &mut Plan,
    file: &FileArgument,
    arguments: &ClusterArguments,
    ui: &mut Ui,
) -> Result<Reach, Failure> {
    if let Some(source) = file.read_if_there(ui)? {
        let spec = source.load().map_err(|problems| Failure::problems(source, problems))?;
        if spec.fingerprint() != plan.config_hash {
            return Err(Failure::moved(
                "nothing was changed: the configuration is not the one that the plan was made from",
            )
            .hint("make a new one: `sindri plan --out FILE`"));
        }
    }
    if let Some(other) = arguments.namespace.as_ref().filter(|name| name.as_str() != plan.cluster.namespace) {
        return Err(Failure::usage_of_plan("namespace", other.as_str(), &plan.cluster.namespace));
    }
    let options = Options {
        kubeconfig: arguments.kubeconfig.clone(),
        context: arguments.context.clone().or_else(|| plan.cluster.context.clone()),
        pin: None,
        namespace: Some(plan.cluster.namespace.clone()),
        asks: ui.asks(),
        ..Options::default()
    };
    let reach = Reach::new(&options, arguments).await?;
    let about = look_about(&reach.session).await?;
    let now = reach.cluster(&about, plan.cluster.cluster_type.clone());
    if plan.cluster.is_same(&now) {
        registry_login::complete(plan, &reach.session).await?;
        Ok(reach)
    } else {
        Err(Failure::moved(format!(
            "nothing was changed: the plan was made for {}, and {} is another cluster",
            plan.cluster.server, now.server
        ))
        .hint("name the cluster of the plan with `--context`, or make a new plan"))
    }
}

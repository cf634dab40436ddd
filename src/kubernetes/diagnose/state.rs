//! The answers of a diagnosis. Pure.

use std::fmt;

use super::super::scene::Event;

/// What a workload is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none, or it is being deleted.
    Absent,
    /// It is to have no pod, and has none.
    Stopped,
    /// It runs, and is what was asked for.
    Ready(Running),
    /// It is on its way.
    Progressing(Phase),
    /// It does not get further.
    Stuck(Box<Trouble>),
}

/// Where it runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Running {
    /// The pod.
    pub pod: String,
    /// The node, if it is known.
    pub node: Option<String>,
}

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Its controller has not made a pod yet.
    Accepting,
    /// Its pod was refused and would be let in now; its controller lets some time pass between two attempts.
    Retrying {
        /// What makes it try at once.
        advice: String,
    },
    /// The pod of before has to end first.
    Replacing {
        /// Which.
        pod: String,
    },
    /// It is to have no pod any more.
    Stopping {
        /// Which is still there.
        pod: String,
    },
    /// A node is looked for.
    Scheduling {
        /// Whether the cluster makes a new one.
        growing: bool,
    },
    /// The volume is made.
    Binding {
        /// Its claim.
        claim: String,
        /// Who makes it, if somebody does.
        provisioner: Option<String>,
    },
    /// The node prepares volumes and network.
    Mounting {
        /// The node.
        node: String,
    },
    /// The image is fetched.
    Pulling {
        /// Which.
        image: String,
    },
    /// The container starts.
    Starting,
    /// It runs, and does not say that it is ready.
    Unready {
        /// What its probe said last.
        probe: Option<String>,
    },
}

/// As the end of "it is …".
impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Accepting => formatter.write_str("waiting for its pod to be made"),
            Self::Retrying { advice } => write!(
                formatter,
                "waiting for the cluster to try again: its pod was refused, and would be let in now; that takes up to 16 min, or {advice}"
            ),
            Self::Replacing { pod } => write!(formatter, "waiting for the old pod {pod} to end"),
            Self::Stopping { pod } => write!(formatter, "waiting for the pod {pod} to end"),
            Self::Scheduling { growing: false } => formatter.write_str("waiting for a node"),
            Self::Scheduling { growing: true } => formatter.write_str("waiting for a new node of the cluster"),
            Self::Binding { claim, provisioner: None } => write!(formatter, "waiting for the volume of {claim}"),
            Self::Binding { claim, provisioner: Some(by) } => {
                write!(formatter, "waiting for {by} to make the volume of {claim}")
            }
            Self::Mounting { node } => write!(formatter, "preparing volumes and network on {node}"),
            Self::Pulling { image } => write!(formatter, "pulling {image}"),
            Self::Starting => formatter.write_str("starting the container"),
            Self::Unready { probe: None } => formatter.write_str("waiting for the container to be ready"),
            Self::Unready { probe: Some(said) } => write!(formatter, "waiting for the container to be ready ({said})"),
        }
    }
}

/// Why it does not get further.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// A short word that stays the same: `image-unavailable`.
    pub code: &'static str,
    /// About which object: `pod/dev-5d7c`.
    pub about: String,
    /// What is wrong.
    pub message: String,
    /// What to type or to change.
    pub advice: String,
    /// Whether it may pass by itself.
    pub heals: bool,
    /// What the cluster last said of it.
    pub event: Option<Event>,
    /// Where a program's own last words are.
    pub log: Option<Log>,
}

/// The output of one container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its pod.
    pub pod: String,
    /// The container.
    pub container: String,
    /// Whether the container before this one is meant.
    pub previous: bool,
}

impl From<Trouble> for State {
    fn from(trouble: Trouble) -> Self {
        Self::Stuck(Box::new(trouble))
    }
}

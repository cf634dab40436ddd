//! One image, what is expected of it, and what was said of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use regex::Regex;
use serde::Deserialize;

/// Whether an image may run.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    Accepted,
    Refused,
    /// The registry did not answer as one does.
    Fault,
    /// The policy cannot be used.
    Invalid,
    /// Not asked.
    #[serde(skip)]
    None,
}

impl Verdict {
    pub(super) fn of(code: Option<i32>) -> Option<Self> {
        match code {
            Some(0) => Some(Self::Accepted),
            Some(4) => Some(Self::Refused),
            Some(1) => Some(Self::Fault),
            Some(2) => Some(Self::Invalid),
            _ => None,
        }
    }

    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Refused => "refused",
            Self::Fault => "registry at fault",
            Self::Invalid => "policy unusable",
            Self::None => "–",
        }
    }
}

/// A command line of cosign.
#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    pub(super) environment: BTreeMap<String, String>,
    pub(super) arguments: Vec<String>,
}

/// All of the list must find some of their alternatives satisfied.
pub(super) type Questions = Vec<Vec<Asked>>;

#[derive(Debug, Deserialize)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    pub(super) title: String,
    pub(super) made: String,
    pub(super) registry: String,
    pub(super) expected: Verdict,
    /// Regular expressions for what is said of it: all of them.
    pub(super) says: Vec<String>,
    /// The digest that must come out, where there could be another one.
    pub(super) digest: Option<String>,
    /// How long sindri may wait for registries.
    pub(super) timeout: String,
    /// Whether `render --pin` is asked too.
    pub(super) pinned: bool,
    pub(super) cosign2: Questions,
    pub(super) cosign3: Questions,
}

/// What was said of a case.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) name: String,
    pub(super) cosign2: Verdict,
    pub(super) cosign3: Verdict,
    pub(super) sindri: Verdict,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The verdict of `render --pin`, and what it printed.
    pub(super) pinned: Option<(Verdict, String)>,
}

impl Case {
    /// What is not as it should be.
    pub(super) fn complaints(&self, found: &Found) -> Vec<String> {
        let mut complaints = Vec::new();
        let mut complain = |what: String| complaints.push(format!("{}: {what}\n    {}", self.name, found.said()));
        if found.sindri != self.expected {
            complain(format!("{:?} and not {:?}", found.sindri, self.expected));
        }
        let asked = [found.cosign2, found.cosign3];
        let somebody_refuses = asked.contains(&Verdict::Refused) && !asked.contains(&Verdict::Accepted);
        if found.sindri == Verdict::Accepted && somebody_refuses {
            complain("accepted, and cosign refuses it".to_owned());
        }
        for says in &self.says {
            if !Regex::new(says).is_ok_and(|says| says.is_match(&found.stderr)) {
                complain(format!("does not say `{says}`"));
            }
        }
        if found.sindri != Verdict::Accepted && !found.stdout.is_empty() {
            complain(format!("refused, and printed {}", found.stdout));
        }
        if let Some(digest) = self.digest.as_ref().filter(|digest| !found.stdout.contains(*digest)) {
            complain(format!("{digest} is not what came out: {}", found.stdout));
        }
        if let Some((verdict, printed)) = &found.pinned {
            if *verdict != self.expected {
                complain(format!("`render --pin`: {verdict:?} and not {:?}", self.expected));
            }
            if printed.is_empty() == (*verdict == Verdict::Accepted) {
                complain(format!("`render --pin`: {verdict:?}, and printed `{printed}`"));
            }
        }
        complaints
    }
}

impl Found {
    fn said(&self) -> String {
        self.stderr.trim().replace('\n', "\n    ")
    }
}

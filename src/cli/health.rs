//! From what went wrong, or was found, to what is told of it in a check.

use super::failure::Failure;
use crate::config::spec::Spec;
use crate::image::{Named as _, Pinned, verification};
use crate::kubernetes::diagnose::{Phase, State, Trouble};
use crate::kubernetes::{Survey, Unobserved};
use crate::plan::checkup::Check;
use crate::plan::{Finding, Severity};

/// What a command would have ended with, as something that was found.
pub(super) fn finding(failure: &Failure, severity: Severity, code: &'static str, about: &str) -> Finding {
    let mishap = failure.for_program();
    let mut message = mishap.message;
    for cause in mishap.causes {
        message.push_str("; because ");
        message.push_str(&cause);
    }
    let fix = mishap.hint.unwrap_or_default().to_owned();
    Finding { severity, code, about: about.to_owned(), message, fix }
}

/// What should be known of the root of trust.
pub(super) fn of_root(remark: &str) -> Finding {
    Finding {
        severity: Severity::Warns,
        code: "root-of-trust",
        about: "image".to_owned(),
        message: remark.to_owned(),
        fix: "name a file with the root in `deployment.image_config.trust.trusted_root`".to_owned(),
    }
}

/// What should be known of an image of this machine that a registry was asked for first.
pub(super) fn own_image(remark: &str) -> Finding {
    Finding {
        severity: Severity::Warns,
        code: "image-only-here",
        about: "image".to_owned(),
        message: remark.to_owned(),
        fix: "push it, if others are to deploy it too: `docker push IMAGE`".to_owned(),
    }
}

/// Which image it is, and who vouches for it.
pub(super) fn image(image: &Pinned, spec: &Spec) -> String {
    let tag = image.tagged().map(|tag| format!("{tag} is ")).unwrap_or_default();
    let vouched = match (image.signer(), verification(spec)) {
        (Some(signer), _) => format!("signed by {signer}"),
        (None, Some(_)) => "vouched for".to_owned(),
        (None, None) => "nobody has to have signed it".to_owned(),
    };
    format!("{tag}{image}; {vouched}")
}

/// How the environment is that is deployed: the same answer as that of `status`.
pub(super) fn environment(seen: Result<Survey, Unobserved>) -> Check {
    const NAME: &str = "environment";
    let survey = match seen {
        Ok(survey) if survey.is_blind => {
            return Check::new(NAME, "this account may not see how it is", vec![blind(&survey)]);
        }
        Ok(survey) => survey,
        Err(error) => {
            let finding = finding(&error.into(), Severity::Unknown, "unseen", NAME);
            return Check::new(NAME, "it cannot be seen", vec![finding]);
        }
    };
    match &survey.state {
        State::Absent => Check::skipped(NAME, "it is not deployed"),
        State::Stopped => Check::new(NAME, "it is stopped", Vec::new()),
        State::Ready(running) => {
            let node = running.node.as_ref().map(|node| format!(" on {node}")).unwrap_or_default();
            Check::new(NAME, format!("it runs: pod/{}{node}", running.pod), Vec::new())
        }
        State::Progressing(phase @ Phase::Retrying { .. }) => {
            let finding = Finding {
                severity: Severity::Warns,
                code: "retrying",
                about: NAME.to_owned(),
                message: phase.to_string(),
                fix: "at once with `sindri restart`".to_owned(),
            };
            Check::new(NAME, "it is on its way", vec![finding])
        }
        State::Progressing(phase) => Check::new(NAME, format!("it is on its way: {phase}"), Vec::new()),
        State::Stuck(trouble) => Check::new(NAME, "it does not run", vec![stuck(trouble)]),
    }
}

fn stuck(trouble: &Trouble) -> Finding {
    Finding {
        severity: Severity::Fails,
        code: trouble.code,
        about: trouble.about.clone(),
        message: trouble.message.clone(),
        fix: trouble.advice.clone(),
    }
}

fn blind(survey: &Survey) -> Finding {
    Finding {
        severity: Severity::Unknown,
        code: "unseen",
        about: "environment".to_owned(),
        message: survey.denied.first().cloned().unwrap_or_else(|| "it cannot be seen".to_owned()),
        fix: "ask for the right to get deployments and to list pods in the namespace".to_owned(),
    }
}

//! From what went wrong, or was found, to what is told of it in a check.

use super::failure::Failure;
use crate::config::spec::Spec;
use crate::image::{Named as _, Pinned, verification};
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

//! What YAML 1.1 takes for something other than text, by the expressions of its type repository, and what Kubernetes'
//! own parser takes beyond them.

use std::sync::LazyLock;

use regex::{Error, RegexSet};

const NOT_TEXT: [&str; 13] = [
    r"^(|~|null|Null|NULL)$",
    r"^(y|Y|yes|Yes|YES|n|N|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$",
    r"^[-+]?0b[0-1_]+$",
    r"^[-+]?0o?[0-7_]+$",
    r"^[-+]?(0|[1-9][0-9_]*)$",
    r"^[-+]?0x[0-9a-fA-F_]+$",
    r"^[-+]?[1-9][0-9_]*(:[0-5]?[0-9])+$",
    r"^[-+]?([0-9][0-9_]*)?\.[0-9_.]*([eE][-+]?[0-9]+)?$",
    r"^[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?$",
    r"^[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*$",
    r"^([-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$",
    r"^[0-9][0-9][0-9][0-9]-[0-9][0-9]?-[0-9][0-9]?(([Tt]|[ \t]+)[0-9][0-9]?:[0-9][0-9]:[0-9][0-9](\.[0-9]*)?([ \t]*(Z|[-+][0-9][0-9]?(:[0-9][0-9])?))?)?$",
    r"^(<<|=)$",
];

/// Whether a word without quotes is text.
pub(crate) fn is_text(word: &str) -> bool {
    static SET: LazyLock<Result<RegexSet, Error>> = LazyLock::new(|| RegexSet::new(NOT_TEXT));
    SET.as_ref().is_ok_and(|set| !set.is_match(word))
}

//! The regular expressions of the schema, for editors. The loader has parsers with better messages for the same
//! things; `tests/agreement.rs` holds the two together.

pub(crate) const VERSION: &str = r"^1(\.[0-9]+)?$";
pub(crate) const ENVIRONMENT_NAME: &str = r"^[a-z]([-a-z0-9]{0,47}[a-z0-9])?$";
pub(crate) const LABEL: &str = r"^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$";
pub(crate) const SUBDOMAIN: &str = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";
pub(crate) const LABEL_KEY: &str = r"^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
pub(crate) const LABEL_VALUE: &str = r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$";
pub(crate) const PROFILE: &str = r"^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$";
pub(crate) const VARIABLE: &str = r"^[A-Za-z_][A-Za-z0-9_]*$";
pub(crate) const TAG: &str = r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$";
pub(crate) const DIGEST: &str = r"^sha256:[0-9a-f]{64}$";
pub(crate) const ISSUER: &str = r"^https?://[!-.0-~][!-~]*$";
pub(crate) const SIZE: &str = r"^([0-9]+\.?[0-9]*|\.[0-9]+)([KMGTPE]i|[MGT]B|[numkMGTPE]|[eE][-+]?[0-9]{1,4})?$";
pub(crate) const AMOUNT: &str = SIZE;
pub(crate) const PROCESSORS: &str = r"^([0-9]+\.?[0-9]*|\.[0-9]+)([mk]|[eE][-+]?[0-9]{1,4})?$";

/// A part of a repository's path, and the same without dots: a first part with a dot is a registry.
macro_rules! component {
    () => {
        r"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*"
    };
}
macro_rules! component_without_dots {
    () => {
        r"[a-z0-9]+((_|__|-+)[a-z0-9]+)*"
    };
}
macro_rules! word {
    () => {
        r"[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?"
    };
}
/// A host that cannot be mistaken for a folder: `localhost`, an address, a name with a dot or a port.
macro_rules! host {
    () => {
        concat!(
            r"((localhost|\[[0-9A-Fa-f:.]+\]|(",
            word!(),
            r"\.)+",
            word!(),
            r")(:[1-9][0-9]{0,4})?|",
            word!(),
            r":[1-9][0-9]{0,4})"
        )
    };
}
macro_rules! repository {
    () => {
        concat!(
            "(",
            host!(),
            "/",
            component!(),
            "(/",
            component!(),
            ")*|",
            component_without_dots!(),
            "(/",
            component!(),
            ")+|",
            component!(),
            ")"
        )
    };
}

pub(crate) const REPOSITORY: &str = concat!("^", repository!(), "$");
pub(crate) const IMAGE: &str =
    concat!("^", repository!(), r"(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[0-9a-f]{64})?$");

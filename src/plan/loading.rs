//! An image that is in no registry, and the nodes that it is brought to.

/// The nodes of a local cluster, and which of them lack the image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loading {
    /// All that run.
    pub nodes: Vec<String>,
    /// Those that do not have it.
    pub lacking: Vec<String>,
}

//! The line that every command begins with: which cluster is talked to.

use crate::plan::Cluster;

const BETWEEN: &str = " · ";

/// Context, server, type, version and namespace, in as many lines as the width needs.
#[must_use]
pub fn header(cluster: &Cluster, width: usize) -> String {
    let context =
        cluster.context.as_ref().map_or_else(|| "inside the cluster".to_owned(), |name| format!("context {name}"));
    let parts = [
        context,
        cluster.server.clone(),
        cluster.cluster_type.to_string(),
        if cluster.version.is_empty() { String::new() } else { format!("Kubernetes {}", cluster.version) },
        format!("namespace {}", cluster.namespace),
    ];
    let mut lines = vec![String::new()];
    for part in parts.iter().filter(|part| !part.is_empty()) {
        // Names come from files and from servers: none of them steers the terminal.
        let part = part.replace(char::is_control, "\u{fffd}");
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(&part),
            Some(line) if line.chars().count() + BETWEEN.len() + part.chars().count() <= width => {
                line.push_str(BETWEEN);
                line.push_str(&part);
            }
            _ => lines.push(part),
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::header;
    use crate::plan::{Cluster, ClusterType};

    fn cluster() -> Cluster {
        Cluster {
            context: Some("bed-11".to_owned()),
            server: "https://10.200.11.2:6443".to_owned(),
            cluster_type: ClusterType::Remote,
            version: "v1.37.1".to_owned(),
            uid: None,
            namespace: "team".to_owned(),
        }
    }

    #[test]
    fn a_wide_terminal_gets_one_line() {
        assert_eq!(
            header(&cluster(), 140),
            "context bed-11 · https://10.200.11.2:6443 · remote · Kubernetes v1.37.1 · namespace team\n"
        );
    }

    #[test]
    fn a_narrow_terminal_gets_whole_parts() {
        let text = header(&cluster(), 60);
        assert_eq!(text, "context bed-11 · https://10.200.11.2:6443 · remote\nKubernetes v1.37.1 · namespace team\n");
        let long = Cluster { context: Some("a".repeat(80)), ..cluster() };
        assert_eq!(header(&long, 60).lines().count(), 3);
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let inside = Cluster { context: None, version: String::new(), ..cluster() };
        assert_eq!(header(&inside, 140), "inside the cluster · https://10.200.11.2:6443 · remote · namespace team\n");
        let odd = Cluster { context: Some("a\u{1b}[31m".to_owned()), ..cluster() };
        assert!(!header(&odd, 140).contains('\u{1b}'));
    }
}

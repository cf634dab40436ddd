//! The entries of one cluster in a kubeconfig: read, put in, taken out. Pure.
//!
//! Each change is checked: what was not meant to change is compared with what was there before, and a text that cannot be
//! changed in one place is left alone.

use serde_json::{Value, json};

use super::edit::{Section, Unreadable, item, items, put, remove, switch, value};

/// What a person needs to reach a cluster. It holds a key: it is not shown.
#[derive(Clone)]
pub struct Entries {
    /// The name of the context.
    pub context: String,
    /// The name of the cluster's entry.
    pub cluster: String,
    /// The name of the user's entry.
    pub user: String,
    cluster_body: Value,
    user_body: Value,
}

/// What one kubeconfig says of a cluster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
    /// The contexts that lead to it.
    pub contexts: Vec<String>,
    /// Whether its entry is there.
    pub is_there: bool,
    /// The servers that the entries of its name lead to.
    pub servers: Vec<String>,
    /// The context that is used when none is named.
    pub current: Option<String>,
}

impl Entries {
    /// The entries of this name in what kind or k3d have written.
    pub(super) fn read(text: &str, name: &str) -> Result<Self, Unreadable> {
        let value = value(text)?;
        let body = |section: Section, name: &str| {
            let found = items(&value, section).into_iter().find(|(one, _)| *one == name);
            found.and_then(|(_, item)| item.get(section.item())).cloned().ok_or(Unreadable)
        };
        let context = body(Section::Contexts, name)?;
        let of = |key: &str| context.get(key).and_then(Value::as_str).map(str::to_owned).ok_or(Unreadable);
        let (cluster, user) = (of("cluster")?, of("user")?);
        let (cluster_body, user_body) = (body(Section::Clusters, &cluster)?, body(Section::Users, &user)?);
        Ok(Self { context: name.to_owned(), cluster, user, cluster_body, user_body })
    }

    /// Entries of these names that lead nowhere.
    pub(super) fn stand_in(context: &str, user: &str) -> Self {
        Self {
            context: context.to_owned(),
            cluster: context.to_owned(),
            user: user.to_owned(),
            cluster_body: json!({"server": "https://127.0.0.1:1"}),
            user_body: json!({"token": ""}),
        }
    }

    /// The three of them: the list, the name, what it is.
    fn parts(&self) -> [(Section, &str, Value); 3] {
        let context = json!({"cluster": self.cluster, "user": self.user});
        [
            (Section::Clusters, &self.cluster, self.cluster_body.clone()),
            (Section::Contexts, &self.context, context),
            (Section::Users, &self.user, self.user_body.clone()),
        ]
    }

    /// The names of those of them that are in this text.
    pub(super) fn owned_by(&self, text: &str) -> Result<Vec<Section>, Unreadable> {
        let value = value(text)?;
        let is_there =
            |(section, name, _): &(Section, &str, Value)| items(&value, *section).iter().any(|(one, _)| one == name);
        Ok(self.parts().into_iter().filter(is_there).map(|(section, _, _)| section).collect())
    }

    /// The text with those of them that are wanted.
    pub(super) fn put_into(&self, text: &str, wanted: &[Section]) -> Result<String, Unreadable> {
        let mut changed = text.to_owned();
        let mut expected = lists(&value(text)?);
        for (section, name, body) in self.parts() {
            if wanted.contains(&section) {
                changed = put(&changed, section, name, &body)?;
                let list = expected.iter_mut().find(|(one, _)| *one == section).map(|(_, list)| list);
                let new = item(section, name, &body);
                let list = list.ok_or(Unreadable)?;
                match list.iter_mut().find(|one| one.get("name").and_then(Value::as_str) == Some(name)) {
                    Some(there) => *there = new,
                    None => list.push(new),
                }
            }
        }
        agreed(text, changed, &expected, false)
    }
}

/// The text with another current context.
pub(super) fn switched(text: &str, context: &str) -> Result<String, Unreadable> {
    let changed = switch(text, context)?;
    let is_so = value(&changed)?.get("current-context").and_then(Value::as_str) == Some(context);
    if is_so { agreed(text, changed, &lists(&value(text)?), true) } else { Err(Unreadable) }
}

/// The text without the cluster of this entry, the contexts that lead to it, and the user that was made for it.
pub(super) fn without(text: &str, cluster: &str, user: &str) -> Result<String, Unreadable> {
    let contexts = mentions(text, cluster)?.contexts;
    let mut gone = vec![(Section::Clusters, cluster), (Section::Users, user)];
    gone.extend(contexts.iter().map(|context| (Section::Contexts, context.as_str())));
    let mut changed = text.to_owned();
    let mut expected = lists(&value(text)?);
    for (section, name) in gone {
        changed = remove(&changed, section, name)?;
        for (_, list) in expected.iter_mut().filter(|(one, _)| *one == section) {
            let first = list.iter().position(|one| one.get("name").and_then(Value::as_str) == Some(name));
            first.map(|position| list.remove(position));
        }
    }
    agreed(text, changed, &expected, false)
}

/// What is said of a cluster.
pub(super) fn mentions(text: &str, cluster: &str) -> Result<Mentions, Unreadable> {
    let value = value(text)?;
    let leads = |item: &Value| item.pointer("/context/cluster").and_then(Value::as_str) == Some(cluster);
    let contexts = items(&value, Section::Contexts).into_iter().filter(|(_, item)| leads(item));
    let current = value.get("current-context").and_then(Value::as_str).filter(|name| !name.is_empty());
    let own = items(&value, Section::Clusters).into_iter().filter(|(name, _)| *name == cluster);
    let servers = own.map(|(_, item)| item.pointer("/cluster/server").and_then(Value::as_str).unwrap_or_default());
    let servers: Vec<String> = servers.map(str::to_owned).collect();
    Ok(Mentions {
        contexts: contexts.map(|(name, _)| name.to_owned()).collect(),
        is_there: !servers.is_empty(),
        servers,
        current: current.map(str::to_owned),
    })
}

type Lists = Vec<(Section, Vec<Value>)>;

fn lists(value: &Value) -> Lists {
    let list = |section: Section| value.get(section.key()).and_then(Value::as_array).cloned().unwrap_or_default();
    Section::ALL.into_iter().map(|section| (section, list(section))).collect()
}

/// The changed text, if it says what it should and nothing else has changed.
fn agreed(before: &str, after: String, expected: &Lists, switches: bool) -> Result<String, Unreadable> {
    let rest = |text: &str| {
        let mut value = value(text)?;
        if let Some(map) = value.as_object_mut() {
            // A text that said nothing says now what it is.
            map.retain(|key, _| {
                let is_list = Section::ALL.iter().any(|section| section.key() == key);
                let is_switched = switches && key == "current-context";
                !is_list && !is_switched && key != "apiVersion" && key != "kind"
            });
        }
        Ok(value)
    };
    let sorted = |lists: &Lists| {
        let mut all: Vec<String> =
            lists.iter().flat_map(|(section, list)| list.iter().map(move |one| format!("{section:?} {one}"))).collect();
        all.sort();
        all
    };
    let is_same = rest(before)? == rest(&after)? && sorted(&lists(&value(&after)?)) == sorted(expected);
    if is_same { Ok(after) } else { Err(Unreadable) }
}

#[cfg(test)]
mod tests {
    use super::super::edit::Section;
    use super::{Entries, mentions, switched, without};

    const KIND: &str = "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: Y2E=\n    server: https://127.0.0.1:40001\n  name: kind-dev\ncontexts:\n- context:\n    cluster: kind-dev\n    user: kind-dev\n  name: kind-dev\ncurrent-context: kind-dev\nkind: Config\nusers:\n- name: kind-dev\n  user:\n    client-certificate-data: YQ==\n    client-key-data: YQ==\n";

    const MINE: &str = "# mine\napiVersion: v1\nkind: Config\nx-own: {a: 1}\nclusters:\n  # the cloud\n  - name: prod   # careful\n    cluster: {server: 'https://prod.example'}\ncontexts:\n- context:\n    cluster: prod\n    user: me\n  name: prod\n# who I am\ncurrent-context: prod\nusers:\n- name: me\n  user:\n    token: |\n      sesame\n";

    fn entries() -> Entries {
        Entries::read(KIND, "kind-dev").unwrap()
    }

    #[test]
    fn everything_else_stays_as_it_was_written() {
        let with = entries().put_into(MINE, &Section::ALL).unwrap();
        for line in MINE.lines() {
            assert!(with.contains(line), "{line}\n{with}");
        }
        assert!(with.contains("  - cluster:\n      certificate-authority-data: Y2E=\n      server: https://127.0.0.1:40001\n    name: kind-dev\ncontexts:"), "{with}");
        assert!(
            with.contains(
                "  name: prod\n- context:\n    cluster: kind-dev\n    user: kind-dev\n  name: kind-dev\n# who I am\n"
            ),
            "{with}"
        );
        let current = switched(&with, "kind-dev").unwrap();
        assert!(current.contains("# who I am\ncurrent-context: kind-dev\nusers:"), "{current}");
        let back = without(&switched(&current, "prod").unwrap(), "kind-dev", "kind-dev").unwrap();
        assert_eq!(back, MINE);
    }

    #[test]
    fn a_second_time_changes_nothing_and_a_new_port_only_its_line() {
        let once = entries().put_into(MINE, &Section::ALL).unwrap();
        assert_eq!(entries().put_into(&once, &Section::ALL).unwrap(), once);
        let moved = Entries::read(&KIND.replace("40001", "40002"), "kind-dev").unwrap();
        assert_eq!(moved.put_into(&once, &Section::ALL).unwrap(), once.replace("40001", "40002"));
    }

    #[test]
    fn every_way_to_write_a_kubeconfig_is_understood() {
        for text in [
            "",
            "# nothing\n",
            "---\n",
            "{}",
            "apiVersion: v1\nkind: Config",
            "apiVersion: v1\nclusters: null\ncontexts: null\ncurrent-context: \"\"\nkind: Config\npreferences: {}\nusers: null\n",
            "apiVersion: v1\nclusters:\ncontexts:\nusers:\ncurrent-context:\nkind: Config\n",
            "apiVersion: v1\nclusters: [] # none\ncontexts: []\nusers: []",
            "{\"clusters\":[{\"name\":\"prod\",\"cluster\":{\"server\":\"https://prod\"}}],\"contexts\":[],\"users\":null,\"current-context\":\"\"}\n",
            "clusters: [{name: prod, cluster: {server: https://prod}}]\ncontexts: []\nusers: []\n",
            "clusters:\n- name: prod\n  cluster:\n    server: https://prod",
            KIND,
        ] {
            let with = entries().put_into(text, &Section::ALL).unwrap_or_else(|_| panic!("{text}"));
            let with = switched(&with, "kind-dev").unwrap_or_else(|_| panic!("{with}"));
            let read = Entries::read(&with, "kind-dev").unwrap();
            assert_eq!((read.cluster.as_str(), read.user.as_str()), ("kind-dev", "kind-dev"));
            let found = mentions(&with, "kind-dev").unwrap();
            assert!(found.is_there && found.current.as_deref() == Some("kind-dev"), "{with}");
            let back = without(&with, "kind-dev", "kind-dev").unwrap_or_else(|_| panic!("{with}"));
            assert!(!mentions(&back, "kind-dev").unwrap().is_there);
            let again = without(&back, "kind-dev", "kind-dev").unwrap();
            assert_eq!(again, back);
        }
    }

    #[test]
    fn a_context_with_another_name_goes_with_its_cluster() {
        let renamed =
            KIND.replace("  name: kind-dev\ncurrent-context: kind-dev", "  name: mine\ncurrent-context: mine");
        assert_eq!(mentions(&renamed, "kind-dev").unwrap().contexts, ["mine"]);
        let back = without(&renamed, "kind-dev", "kind-dev").unwrap();
        assert!(back.contains("clusters: []\ncontexts: []\ncurrent-context: mine\n"), "{back}");
    }

    #[test]
    fn what_would_mean_something_else_is_left_alone() {
        for text in
            ["a: &b {c: d}\ne: *b\n", "a: 1\na: 2\n", "- a\n", "clusters: {a: b}\n", "a: b\n---\nc: d\n", "a: [\n"]
        {
            assert!(entries().put_into(text, &Section::ALL).is_err(), "{text}");
        }
    }
}

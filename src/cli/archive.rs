#![expect(clippy::disallowed_methods, reason = "opens the archive of images that is named")]
//! An archive of images, from a file or standard input into nodes.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

use super::bring::{judge_node, listed, told};
use super::failure::{Failure, word};
use super::interrupt::Interrupt;
use super::ui::Ui;
use crate::config::reference::Reference;
use crate::local::{ContainerEngine, Spring};

/// Where standard input is a file.
const INPUT: &str = "/dev/stdin";

/// Loads it, and looks whether the nodes have then what it names.
pub(super) async fn load(
    engine: ContainerEngine,
    path: &Path,
    nodes: &[String],
    interrupt: &Interrupt,
    ui: &mut Ui,
) -> Result<(), Failure> {
    let is_input = path.as_os_str() == "-";
    let shown = if is_input { "standard input".to_owned() } else { path.to_string_lossy().into_owned() };
    let opened = File::open(if is_input { Path::new(INPUT) } else { path });
    let file = opened.and_then(|file| file.metadata().map(|about| (about, file)));
    let (about, file) = file.map_err(|error| {
        Failure::failed(format!("cannot open the archive {shown}"), Some(Box::new(error)))
            .hint(format!("look at it: `ls -l {}`", word(&shown)))
    })?;
    if about.is_dir() {
        return Err(Failure::configuration(format!("{shown} is a folder, and no archive"))
            .hint(format!("make one of it: `tar -C {} -cf - . | sindri k8s load --archive -`", word(&shown))));
    }
    let size = Some(about.len()).filter(|size| *size > 0 && about.is_file());
    let doing = format!("loading {shown} into {}", listed(nodes));
    let into = nodes.iter().map(|node| engine.importing(node)).collect();
    let poured = told(Spring::Archive(file), into, (&doing, size), interrupt, ui).await?;
    let contents = &poured.contents;
    if contents.is_compressed {
        let file = if is_input { "FILE".into() } else { word(&shown) };
        return Err(Failure::configuration(format!("{shown} is compressed"))
            .hint(format!("unpack it on the way: `gzip -dc {file} | sindri k8s load --archive -`")));
    }
    if !contents.is_archive {
        return Err(Failure::configuration(format!("{shown} is no archive of images"))
            .hint("make one: `docker save -o FILE IMAGE`"));
    }
    for (node, ended) in nodes.iter().zip(&poured.basins) {
        judge_node(engine, node, &shown, ended)?;
    }
    if contents.names.is_empty() {
        return Err(Failure::failed(format!("{shown} names no image: nothing can refer to what is in it"), None).hint(
            format!(
                "give it a name on the way: `docker load -i {}`, `docker tag`, `sindri k8s load NAME`",
                word(&shown)
            ),
        ));
    }
    let mut found = BTreeMap::new();
    for name in &contents.names {
        found.insert(full(name), name.clone());
    }
    for (full, name) in &found {
        for node in nodes {
            arrived(engine, node, full, name).await?;
        }
    }
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    ui.say(&format!("{} is loaded into {}", names.join(", "), listed(nodes)));
    Ok(())
}

/// Whether a node has an image of the archive. Some builders write names without their registry: nodes would not find those.
async fn arrived(engine: ContainerEngine, node: &str, full: &str, name: &str) -> Result<(), Failure> {
    let names = [full.to_owned(), name.to_owned()];
    let found = engine.on_node(node, &names).await?;
    if found.contains_key(full) {
        return Ok(());
    }
    if found.contains_key(name) {
        engine.name_on_node(node, name, full).await?;
        return Ok(());
    }
    Err(Failure::failed(format!("the archive was loaded into {node}, and {full} is not there now"), None)
        .hint(format!("what it has: `{} exec {node} crictl images`", engine.program())))
}

/// The name with its registry.
fn full(name: &str) -> String {
    match Reference::parse(name) {
        Ok(Reference { repository, tag: Some(tag), .. }) => {
            format!("{}/{}:{tag}", repository.registry(), repository.path())
        }
        _ => name.to_owned(),
    }
}

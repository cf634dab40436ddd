//! The cluster that was shown is the one that is changed, whatever becomes of the kubeconfig meanwhile.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Desk, Namespace, Outcome, configuration, end};
use crate::wait::Way;

/// A kubeconfig with a context for each namespace, the first of which is the current one.
fn contexts(kubeconfig: &str, namespaces: [&Namespace; 2]) -> Outcome<Value> {
    let mut kubeconfig: Value = serde_json::from_str(kubeconfig)?;
    let context = kubeconfig["contexts"][0]["context"].clone();
    let named = namespaces.map(|namespace| {
        let mut context = context.clone();
        context["namespace"] = json!(namespace.name);
        json!({"name": namespace.name, "context": context})
    });
    kubeconfig["contexts"] = json!(named);
    kubeconfig["current-context"] = json!(namespaces[0].name);
    Ok(kubeconfig)
}

#[test]
fn another_current_context_while_it_asks_changes_nothing_of_what_it_does() -> Outcome {
    let way = Way::new()?;
    let (here, there) = (Namespace::new("restricted")?, Namespace::new("restricted")?);
    let desk = Desk::new(&configuration("dev", "", ""))?;
    let kubeconfig = contexts(&fs::read_to_string(way.kubeconfig.path().join("config"))?, [&here, &there])?;
    desk.write("kubeconfig", &kubeconfig.to_string())?;
    let mut terminal = desk.terminal(&["deploy"])?;
    terminal.exp_string(&format!("context {} ", here.name))?;
    terminal.exp_string("Do this?")?;
    let mut switched = kubeconfig.clone();
    switched["current-context"] = json!(there.name);
    desk.write("kubeconfig", &switched.to_string())?;
    // It has to connect once more, and knows where to.
    assert!(Way::cut(&way.open) > 0, "there was no connection");
    terminal.send_line("yes")?;
    end(terminal)?.ends(0).says("dev is ready");
    assert_eq!(here.kubectl(&["get", "deployments", "-o", "name"], "")?, "deployment.apps/dev\n");
    assert_eq!(there.kubectl(&["get", "deployments,pvc,services,leases", "-o", "name"], "")?, "");
    // The next one goes where the file says by then.
    desk.sindri(&["plan"])?.ends(0).says(&format!("context {} ", there.name)).says("3 to create");
    Ok(())
}

#[test]
fn a_kubeconfig_that_is_broken_or_gone_while_it_asks_is_not_needed_any_more() -> Outcome {
    let way = Way::new()?;
    let namespace = Namespace::new("restricted")?;
    for (name, broken) in [("first", Some("{")), ("second", None)] {
        let desk = Desk::new(&configuration(name, "", ""))?;
        let kubeconfig = fs::read_to_string(way.kubeconfig.path().join("config"))?;
        desk.write("kubeconfig", &contexts(&kubeconfig, [&namespace, &namespace])?.to_string())?;
        let mut terminal = desk.terminal(&["deploy"])?;
        terminal.exp_string("Do this?")?;
        match broken {
            Some(text) => desk.write("kubeconfig", text)?,
            None => fs::remove_file(desk.path("kubeconfig"))?,
        }
        Way::cut(&way.open);
        terminal.send_line("yes")?;
        end(terminal)?.ends(0).says(&format!("{name} is ready"));
        assert_ne!(desk.sindri(&["plan"])?.code, Some(0), "{name}: it is needed by the next one");
    }
    Ok(())
}

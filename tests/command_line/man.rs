//! `sindri man`

use snapbox::{assert_data_eq, str};

use crate::contract::COMMANDS;
use crate::run::{Folder, Outcome};

/// Every page with the arguments that print it.
fn pages() -> Vec<(String, Vec<String>)> {
    let page = |command: &&str| (format!("sindri-{command}"), vec!["man".to_owned(), (*command).to_owned()]);
    let mut pages: Vec<_> = COMMANDS.iter().map(page).collect();
    pages.push(("sindri".to_owned(), vec!["man".to_owned()]));
    pages
}

#[test]
fn every_command_has_a_page_with_its_name_and_the_version() -> Outcome {
    let folder = Folder::new()?;
    for (name, arguments) in pages() {
        let page = folder.sindri(&arguments).end()?.quietly();
        let title = format!(".TH {name} 1  \"sindri {}\" Sindri", env!("CARGO_PKG_VERSION"));
        assert!(page.lines().any(|line| line.trim_end() == title), "{title}\n{page}");
        for section in [".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS"] {
            assert!(page.contains(section), "{name} has no {section}");
        }
    }
    Ok(())
}

#[test]
fn pages_name_the_variables_that_stand_in_for_flags() -> Outcome {
    let page = Folder::new()?.sindri(["man", "render"]).end()?.quietly();
    for variable in ["SINDRI_FILE", "SINDRI_NAMESPACE", "SINDRI_OUTPUT"] {
        assert!(page.contains(variable), "{variable} is not in {page}");
    }
    Ok(())
}

#[test]
fn a_page_is_found_by_its_own_name_too() -> Outcome {
    let folder = Folder::new()?;
    let page = |name: &str| folder.sindri(["man", name]).end();
    assert_eq!(page("sindri-render")?.quietly(), page("render")?.quietly());
    assert_eq!(page("sindri")?.quietly(), folder.sindri(["man"]).end()?.quietly());
    Ok(())
}

#[test]
fn a_page_that_does_not_exist_is_refused() -> Outcome {
    let folder = Folder::new()?;
    assert_data_eq!(
        folder.sindri(["man", "dance"]).end()?.to_string(),
        str![[r#"
exit code 2
--- standard output
--- standard error
error: there is no command `dance`
hint: the commands are init, validate, render, plan, deploy, status, list, connect, logs, stop, start, restart, history, rollback, destroy, doctor, image, k8s, schema, completion, man

"#]]
    );
    assert_eq!(folder.sindri(["man", ""]).end()?.code, Some(2));
    Ok(())
}

#[test]
fn the_reader_of_pages_has_no_complaints() -> Outcome {
    let folder = Folder::new()?;
    for (name, arguments) in pages() {
        folder.write(format!("{name}.1"), folder.sindri(&arguments).end()?.quietly())?;
        let script = format!(
            "command -v man >/dev/null && command -v groff >/dev/null || {{ echo absent; exit; }}; \
             man --warnings=all --local-file {name}.1 2>&1 >/dev/null"
        );
        let ended = folder.shell(&script).variable("PATH", "/usr/bin:/bin").variable("LC_ALL", "C.UTF-8").end()?;
        if ended.data == "absent\n" {
            eprintln!("man is not installed: the pages have not been read");
            return Ok(());
        }
        assert_eq!(ended.quietly(), "", "{name}");
    }
    Ok(())
}

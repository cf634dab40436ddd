//! Text that fits the terminal.

use crate::run::{Folder, Outcome};
use crate::terminal::{End, Terminal};

/// The line with the mistake is about 150 characters long.
fn long_line() -> String {
    let value = "a".repeat(120);
    format!("version: \"1.0\"\nname: demo\ndeployment:\n  provider: kubernetes\n  env: {{ 1BAD: \"{value}\" }}\n")
}

/// The line that shows the mistake in the file.
fn shown(said: &str) -> Option<&str> {
    said.lines().find(|line| line.starts_with("5 |"))
}

#[test]
fn help_fits_the_columns() -> Outcome {
    let folder = Folder::new()?;
    for columns in [60, 80, 100, 200] {
        let help = folder.sindri(["render", "--help"]).variable("COLUMNS", columns.to_string()).end()?.quietly();
        let widest = help.lines().map(|line| line.chars().count()).max().unwrap_or_default();
        assert!((40..=columns.min(100)).contains(&widest), "COLUMNS={columns}: {widest}\n{help}");
    }
    Ok(())
}

#[test]
fn the_line_with_a_mistake_is_cut_to_the_columns() -> Outcome {
    let folder = Folder::with(&long_line())?;
    let narrow = folder.sindri(["validate"]).variable("COLUMNS", "60").end()?.said;
    let line = shown(&narrow).unwrap_or_default();
    assert!(line.contains("1BAD") && line.chars().count() <= 60, "{narrow}");
    let wide = folder.sindri(["validate"]).variable("COLUMNS", "200").end()?.said;
    assert!(shown(&wide).unwrap_or_default().ends_with("\" }"), "{wide}");
    Ok(())
}

#[test]
fn columns_that_make_no_sense_are_no_reason_to_panic() -> Outcome {
    let folder = Folder::with(&long_line())?;
    for columns in ["20", "1", "0", "-5", "wide", "", "99999999999999999999", "18446744073709551615"] {
        let ended = folder.sindri(["validate"]).variable("COLUMNS", columns).end()?;
        assert!(ended.code == Some(2) && ended.said.contains("1BAD"), "COLUMNS={columns}: {ended}");
        assert_eq!(folder.sindri(["--help"]).variable("COLUMNS", columns).end()?.code, Some(0), "COLUMNS={columns}");
    }
    Ok(())
}

#[test]
fn the_terminal_is_measured() -> Outcome {
    let folder = Folder::with(&long_line())?;
    for (columns, fits) in [("50", true), ("190", false), ("0", false)] {
        let script = format!("stty rows 24 cols {columns} && exec \"$0\" validate --color never");
        let (said, end) = Terminal::start(&folder, &script, &[("PATH", "/usr/bin:/bin")])?.end()?;
        assert_eq!(end, End::Exit(2), "{said}");
        let line = shown(&said).unwrap_or_default();
        assert!(line.contains("1BAD"), "{columns} columns: {said}");
        assert_eq!(line.chars().count() <= 50, fits, "{columns} columns: {said}");
    }
    Ok(())
}

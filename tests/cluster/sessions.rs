//! `sindri connect`: programs in the environment, run as if they were programs of this machine.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::process::{Child, Stdio};
use std::{env, thread};

use rexpect::process::Signal;
use rexpect::session::PtySession;
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};

use crate::relay::Relay;
use crate::support::{Desk, Namespace, Outcome, Refusal, dev, end, interrupt, wait};

/// How a program ended, and what it said.
struct Said {
    code: Option<i32>,
    output: Vec<u8>,
    errors: String,
}

/// Runs `sindri` with this as standard input.
fn run(desk: &Desk, arguments: &[&str], input: &[u8]) -> Outcome<Said> {
    let mut command = desk.command(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut stdin = child.stdin.take().ok_or("no input")?;
    let input = input.to_owned();
    let writing = thread::spawn(move || stdin.write_all(&input).is_ok());
    let output = child.wait_with_output()?;
    writing.join().map_err(|_crash| "nobody writes")?;
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Said { code: output.status.code(), output: output.stdout, errors })
}

fn deployed(namespace: &Namespace) -> Outcome<Desk> {
    let desk = Desk::new(&dev(namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    Ok(desk)
}

#[test]
fn a_command_has_its_own_streams_and_its_exit_code() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    let said = run(&desk, &["connect", "--", "sh", "-c", "cat; echo wrong >&2; exit 7"], b"to it")?;
    assert_eq!((said.code, said.output.as_slice(), said.errors.as_str()), (Some(7), &b"to it"[..], "wrong\n"));
    let said = run(&desk, &["connect", "-v", "--", "true"], b"")?;
    assert!(said.code == Some(0) && said.errors.contains("2 requests; pod/"), "{}", said.errors);
    let said = run(&desk, &["connect"], b"echo in a shell; exit 3\n")?;
    assert_eq!((said.code, said.output.as_slice(), said.errors.as_str()), (Some(3), &b"in a shell\n"[..], ""));
    let said = run(&desk, &["connect", "--", "a=b&c", "%41", "ü"], b"")?;
    assert_eq!(said.code, Some(127), "{}", said.errors);
    assert!(said.errors.contains("there is no program `a=b&c` in dev"), "{}", said.errors);
    let said = run(&desk, &["connect", "--", "printf", "%s|", "a b", "", "ü", "&x=1", "%41", "+"], b"")?;
    assert_eq!(String::from_utf8(said.output)?, "a b||ü|&x=1|%41|+|");
    let said = run(&desk, &["connect", "--", "/etc/passwd"], b"")?;
    assert_eq!(said.code, Some(126), "{}", said.errors);
    let said = run(&desk, &["connect", "--", "sh", "-c", "kill -9 $$"], b"")?;
    assert_eq!((said.code, said.errors.as_str()), (Some(137), ""));
    Ok(())
}

#[test]
fn bytes_are_the_same_in_both_directions() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    // Every byte, in an order that does not repeat itself soon.
    let megabytes = env::var("SINDRI_TEST_MEGABYTES").ok().and_then(|text| text.parse().ok()).unwrap_or(8_usize);
    let mut chance = 7_u32;
    let bytes: Vec<u8> = (0..(megabytes << 20) + 11)
        .map(|_| {
            chance = chance.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            chance.to_be_bytes()[0]
        })
        .collect();
    let said = run(&desk, &["connect", "--", "cat"], &bytes)?;
    assert_eq!((said.code, said.errors.as_str()), (Some(0), ""));
    assert!(said.output == bytes, "{} bytes came back of {}", said.output.len(), bytes.len());
    Ok(())
}

#[test]
fn a_reader_that_has_read_enough_ends_it_without_an_error() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    let mut child = desk
        .command(&["connect", "--", "yes"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut output = child.stdout.take().ok_or("no output")?;
    output.read_exact(&mut [0; 4])?;
    drop(output);
    let ended = child.wait_with_output()?;
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr)?.as_str()), (Some(0), ""));
    Ok(())
}

/// Whether the terminal waits for whole lines and knows Ctrl-C: as it is for a shell.
fn is_plain(terminal: &File) -> Outcome<bool> {
    let modes = tcgetattr(terminal)?.local_modes;
    Ok(modes.contains(LocalModes::ICANON | LocalModes::ISIG))
}

/// A shell in the environment, on a terminal.
fn shell(desk: &Desk) -> Outcome<PtySession> {
    let mut terminal = desk.terminal(&["connect"])?;
    terminal.exp_string("$ ")?;
    assert!(!is_plain(&terminal.process().get_file_handle()?)?);
    Ok(terminal)
}

#[test]
fn a_shell_on_a_terminal_is_as_if_it_were_here() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    let mut terminal = shell(&desk)?;
    let size = |rows, columns| Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal.process().get_file_handle()?, size(41, 123))?;
    // The size is told beside what is typed, and may come after it.
    terminal.send_line("until stty size | grep -qx '41 123'; do :; done; echo the 'size' is known")?;
    terminal.exp_string("the size is known")?;
    terminal.send_line("echo gr'ü'n")?;
    // The test reads each byte as a letter.
    terminal.exp_string("gr\u{c3}\u{bc}n")?;
    terminal.send_line("echo be'gin'; sleep 100; echo code $?")?;
    terminal.exp_string("begin")?;
    terminal.send_control('c')?;
    terminal.exp_string("$ ")?;
    terminal.send_line("echo still $((40 + 2))")?;
    terminal.exp_string("still 42")?;
    terminal.send_line("exit 9")?;
    let handle = terminal.process().get_file_handle()?;
    end(terminal)?.ends(9);
    assert!(is_plain(&handle)?);
    Ok(())
}

#[test]
fn the_terminal_is_set_back_when_sindri_is_ended() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    for signal in [Signal::SIGTERM, Signal::SIGHUP, Signal::SIGINT] {
        let mut terminal = shell(&desk)?;
        let handle = terminal.process().get_file_handle()?;
        terminal.process_mut().signal(signal)?;
        end(terminal)?.ends(130).says("the program may still run");
        assert!(is_plain(&handle)?, "{signal:?}");
    }
    Ok(())
}

#[test]
fn the_terminal_is_set_back_when_the_connection_is_lost_or_the_pod_replaced() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    let relay = Relay::between(&desk)?;
    let terminal = shell(&desk)?;
    let handle = terminal.process().get_file_handle()?;
    assert_eq!(relay.cut(), 1);
    end(terminal)?.ends(1).says("the connection to dev was lost; the program may still run").says("`sindri connect`");
    assert!(is_plain(&handle)?);
    let terminal = shell(&desk)?;
    let handle = terminal.process().get_file_handle()?;
    namespace.kubectl(&["delete", "pod", "-l", "instance=dev", "--wait=false"], "")?;
    let ended = end(terminal)?;
    ended.says("was replaced").says("connect again: `sindri connect`");
    assert_ne!(ended.code, Some(0));
    assert!(is_plain(&handle)?);
    Ok(())
}

#[test]
fn a_stopped_environment_is_started_only_if_that_is_wanted() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    desk.sindri(&["stop"])?.ends(0);
    let refused = desk.sindri(&["connect", "--", "true"])?;
    refused.ends(1).says("dev is stopped. Start it?").says("`--start`");
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "0");
    let mut terminal = desk.terminal(&["connect", "--", "echo", "hello"])?;
    terminal.exp_string("Type `yes` to go on")?;
    terminal.send_line("no")?;
    end(terminal)?.ends(3).says("nothing was changed");
    assert_eq!(namespace.field("deployment/dev", ".spec.replicas")?, "0");
    let mut terminal = desk.terminal(&["connect", "--", "echo", "hel'l'o"])?;
    terminal.exp_string("Type `yes` to go on")?;
    terminal.send_line("yes")?;
    end(terminal)?.ends(0).says("hel'l'o");
    desk.sindri(&["stop"])?.ends(0);
    desk.sindri(&["connect", "--start", "--", "echo", "awake"])?.ends(0).says("awake");
    Ok(())
}

#[test]
fn an_environment_that_starts_is_waited_for_and_one_that_cannot_is_told() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["connect", "--", "true"])?.ends(1).says("there is no environment dev").says("`sindri deploy`");
    desk.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    desk.sindri(&["connect", "--", "echo", "there"])?.ends(0).says("there");
    let file = dev(&namespace, "", "");
    let broken = Desk::new(&file.replace("name: dev", "name: broken").replace("sleep 1 & wait", "exit 4"))?;
    broken.sindri(&["deploy", "--yes", "--no-wait"])?.ends(0);
    broken.sindri(&["connect", "--", "true"])?.ends(1).says("exit code 4");
    Ok(())
}

#[test]
fn whoever_may_not_is_told_which_right_is_missing() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", "rbac: {users: [ada]}"))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.acts_as(Some("ada"))?;
    desk.sindri(&["connect", "--", "echo", "mine"])?.ends(0).says("mine");
    desk.acts_as(Some("nobody"))?;
    let refused = desk.sindri(&["connect", "--", "true"])?;
    refused.ends(1).says("cannot list pods").says("auth can-i list pods").says("forbidden");
    namespace
        .kubectl(&["create", "role", "look", "--verb=get,list,watch", "--resource=pods,deployments,replicasets"], "")?;
    namespace.kubectl(&["create", "rolebinding", "look", "--role=look", "--user=nobody"], "")?;
    let refused = wait("the right to look", || {
        let refused = desk.sindri(&["connect", "--", "true"]).map_err(|error| Refusal::of(&error.to_string()))?;
        if refused.said.contains("pods/exec") { Ok(refused) } else { Err(Refusal::of(&refused.said)) }
    })?;
    refused.ends(1).says("auth can-i create pods/exec");
    Ok(())
}

#[test]
fn a_command_that_is_interrupted_ends_with_130() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = deployed(&namespace)?;
    let mut child: Child = desk
        .command(&["connect", "--", "sh", "-c", "echo begun; sleep 100"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut begun = [0; 6];
    child.stdout.as_mut().ok_or("no output")?.read_exact(&mut begun)?;
    interrupt(&child)?;
    assert_eq!((&begun, child.wait()?.code()), (b"begun\n", Some(130)));
    Ok(())
}

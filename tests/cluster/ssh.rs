//! Real `ssh`, `scp` and `rsync` to an environment, over nothing but `sindri connect --stdio`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Desk, Namespace, Outcome, dev, run};

fn program(name: &str, arguments: &[&str], desk: &Desk) -> Outcome<String> {
    let mut command = Command::new(name);
    command
        .args(arguments)
        .current_dir(desk.path(""))
        .env("KUBECONFIG", desk.path("kubeconfig"))
        .env("HOME", desk.path(""));
    Ok(run(command, "")?)
}

/// The programs that the image does not have, with what they need to run, in the home of the environment.
fn bring(desk: &Desk, programs: &[&str]) -> Outcome {
    let bundle = desk.path("bundle");
    fs::create_dir_all(&bundle)?;
    for name in programs {
        let path = run(shell(&format!("command -v {name}")), "")?;
        let libraries = run(shell(&format!("ldd {}", path.trim())), "")?;
        let places = libraries.lines().filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')));
        for place in places {
            let file = Path::new(place).file_name().ok_or("a library without a name")?;
            fs::copy(place, bundle.join(file))?;
        }
        fs::copy(path.trim(), bundle.join(format!("{name}.real")))?;
        let loader = libraries.lines().find_map(|line| line.split_whitespace().find(|word| word.contains("/ld-linux")));
        let loader =
            Path::new(loader.ok_or("it has no loader")?).file_name().ok_or("no name")?.to_string_lossy().into_owned();
        let script = format!(
            "#!/bin/sh\ncd=$(dirname \"$0\")\nexec \"$cd/{loader}\" --library-path \"$cd\" \"$cd/{name}.real\" \"$@\"\n"
        );
        fs::write(bundle.join(name), script)?;
        fs::set_permissions(bundle.join(name), fs::Permissions::from_mode(0o755))?;
    }
    let mut tar =
        Command::new("tar").args(["-C", &bundle.to_string_lossy(), "-c", "."]).stdout(Stdio::piped()).spawn()?;
    let mut unpack = desk.command(&["connect", "--", "sh", "-c", "mkdir -p $HOME/bin && tar -x -C $HOME/bin"]);
    let unpacked = unpack.stdin(tar.stdout.take().ok_or("no output")?).output()?;
    assert!(tar.wait()?.success() && unpacked.status.success(), "{}", String::from_utf8_lossy(&unpacked.stderr));
    Ok(())
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[test]
fn ssh_scp_and_rsync_reach_the_environment() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let image = std::env::var("SINDRI_TEST_IMAGE_SSH")?;
    let file = dev(&namespace, "", "");
    let own = file.lines().find(|line| line.contains("command:")).ok_or("it has no command")?;
    let shell_image = crate::support::shell_image();
    let desk = Desk::new("")?;
    run(shell(&format!("ssh-keygen -q -t ed25519 -N '' -f {}", desk.path("key").display())), "")?;
    let key = desk.read("key.pub")?;
    let file =
        file.replace(&shell_image, &image).replace(own, &format!("  env: {{AUTHORIZED_KEYS: \"{}\"}}", key.trim()));
    desk.write("sindri.yaml", &file)?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);

    let block = desk.sindri(&["connect", "--ssh-config"])?;
    block.ends(0).says(&format!("Host dev.{}.sindri\n", namespace.name)).says("connect --stdio --name dev");
    let key = desk.path("key");
    desk.write("ssh_config", &format!("{}  IdentityFile {}\n  IdentitiesOnly yes\n", block.said, key.display()))?;
    let host = format!("dev.{}.sindri", namespace.name);
    assert_eq!(program("ssh", &["-F", "ssh_config", &host, "id -un; cat"], &desk)?, "developer\n");
    let refused = program("ssh", &["-F", "ssh_config", &host, "exit 5"], &desk);
    assert!(refused.is_err());

    bring(&desk, &["scp", "rsync"])?;
    let bytes: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_be_bytes).collect();
    fs::write(desk.path("big"), &bytes)?;
    // The SSH server of the image looks for programs in its own folders only: the last word says where they are.
    let way = "#!/bin/bash\nlast=${@: -1}\nexec ssh \"${@:1:$#-1}\" \"PATH=\\$HOME/bin:\\$PATH $last\"\n";
    desk.write("way", way)?;
    fs::set_permissions(desk.path("way"), fs::Permissions::from_mode(0o755))?;
    let way = desk.path("way").to_string_lossy().into_owned();
    let there = format!("{host}:/tmp/big");
    program("scp", &["-O", "-q", "-S", &way, "-F", "ssh_config", "big", &there], &desk)?;
    program("scp", &["-O", "-q", "-S", &way, "-F", "ssh_config", &there, "back"], &desk)?;
    assert!(fs::read(desk.path("back"))? == bytes);

    desk.write("tree/one", "1")?;
    desk.write("tree/deep/two", "22")?;
    let path = "--rsync-path=bin/rsync";
    let home = format!("{host}:");
    program("rsync", &["-a", "-e", "ssh -F ssh_config", path, "tree", &home], &desk)?;
    program("rsync", &["-a", "-e", "ssh -F ssh_config", path, &format!("{host}:tree/"), "again"], &desk)?;
    assert_eq!((desk.read("again/one")?, desk.read("again/deep/two")?), ("1".to_owned(), "22".to_owned()));
    Ok(())
}

#[test]
fn ssh_is_run_with_everything_it_needs() -> Outcome {
    let namespace = Namespace::new("restricted")?;
    let desk = Desk::new(&dev(&namespace, "", ""))?;
    desk.sindri(&["deploy", "--yes"])?.ends(0);
    desk.sindri(&["connect", "--stdio"])?.ends(1).says("its image runs no SSH server").says("`sindri connect`");
    desk.write("bin/ssh", "#!/bin/sh\nfor word; do echo \"[$word]\"; done\n")?;
    fs::set_permissions(desk.path("bin/ssh"), fs::Permissions::from_mode(0o755))?;
    let folder = desk.path("bin").to_string_lossy().into_owned();
    let path = format!("{folder}:/usr/bin:/bin");
    let ran = desk.sindri_with(&[("PATH", path.as_str())], &["connect", "--ssh", "--", "uptime", "-p"])?;
    ran.ends(0)
        .says("[ProxyCommand=env KUBECONFIG=")
        .says(&format!("[dev.{}.sindri]\n[uptime]\n[-p]\n", namespace.name));
    fs::remove_file(desk.path("bin/ssh"))?;
    let told = desk.sindri_with(&[("PATH", folder.as_str())], &["connect", "--ssh"])?;
    told.ends(0).says("there is no program `ssh`").says("ssh -o 'User=developer' -o 'ProxyCommand=env");
    desk.sindri(&["connect", "--code"])?
        .ends(0)
        .says("vscode-remote://k8s-container+context=")
        .says("+name=sindri+image=");
    Ok(())
}

//! Where programs come from: servers, redirects, proxies, folders.

use std::fs;

use super::server::{Reply, Server};
use super::site::{Site, VERSION, kind, path, says};
use crate::run::Outcome;

#[test]
fn a_file_that_is_not_there_is_told_with_its_address() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::new(|_| Reply::Status(404, Vec::new()))?;
    let ended = site.install(&file, &server.url()).end()?;
    let address = format!("{}{}", server.url(), path("kind", VERSION));
    says(&ended, 1, &[&format!("error: cannot download {address}: 127.0.0.1:"), "does not have it", &address, "`curl"]);
    assert_eq!(server.seen().len(), 1);
    site.has_nothing()
}

#[test]
fn nobody_there_is_told_with_what_to_look_at() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let ended = site.install(&file, "http://127.0.0.1:1").end()?;
    says(&ended, 1, &["nobody listens there", "proxies are in `env | grep -i _proxy`", "`--base-url`"]);
    site.has_nothing()
}

#[test]
fn redirects_are_followed_and_not_forever() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let copy = file.clone();
    let server = Server::new(move |seen| match seen.path.as_str() {
        "/elsewhere" => Reply::Whole(copy.clone()),
        _ => Reply::Status(302, vec![("location", "/elsewhere".to_owned())]),
    })?;
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    site.has_only(&file)?;

    let site = Site::new()?;
    let server = Server::new(|_| Reply::Status(302, vec![("location", "/again".to_owned())]))?;
    says(&site.install(&file, &server.url()).end()?, 1, &["it is one redirect after another"]);
    assert_eq!(server.seen().len(), 6);
    let server = Server::new(|_| Reply::Status(302, vec![("location", "http://a.example/?key=hunter2".to_owned())]))?;
    let ended = site.install(&file, &server.url()).end()?;
    says(&ended, 1, &["points to a.example, and it is not encrypted"]);
    assert!(!ended.said.contains("hunter2"), "{ended}");
    site.has_nothing()
}

#[test]
fn a_proxy_leads_to_the_server_unless_it_is_left_out() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let proxy = Server::with(&file)?;
    let install = || site.install(&file, "http://releases.invalid").variable("HTTP_PROXY", proxy.url());
    let ended = install().variable("NO_PROXY", "other, .invalid").end()?;
    says(&ended, 1, &["releases.invalid cannot be reached: its name is not known here"]);
    assert_eq!(proxy.seen().len(), 0);
    let ended = install().variable("NO_PROXY", "other").end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    let seen: Vec<_> = proxy.seen().into_iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect();
    assert_eq!(seen, ["CONNECT releases.invalid:80".to_owned(), format!("GET {}", path("kind", VERSION))]);
    site.has_only(&file)
}

#[test]
fn a_folder_is_a_mirror_too() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    site.folder.write(format!("my mirror{}", path("kind", VERSION)), &file)?;
    let base = format!("file://{}/my%20mirror", site.folder.path().display());
    let ended = site.install(&file, &base).end()?;
    assert_eq!(ended.code, Some(0), "{ended}");
    site.has_only(&file)?;

    let site = Site::new()?;
    let ended = site.install(&file, &base.replace("my", "no")).end()?;
    says(&ended, 1, &["error: cannot read /", "No such file", "hint: the folder of a mirror is laid out as"]);
    site.folder.write(format!("mirror{}", path("kind", VERSION)), "another")?;
    let base = format!("file://{}/mirror", site.folder.path().display());
    says(&site.install(&file, &base).end()?, 1, &["its sha256 is", "`ls -l /"]);
    site.has_nothing()
}

#[test]
fn the_pinned_version_is_what_its_makers_published_wherever_it_comes_from() -> Outcome {
    for (tool, version, sums) in [
        (
            "kind",
            "0.33.0",
            [
                "aee6151561422756b764a4ae28e7f44cda5af5a9eead3cc9985112b1de8d8e0d",
                "20022bee6cfcd5086cb7234d218e3454e6090022f2a8f55d1fa7fcf42c3867a2",
                "5a99f26f57246dc9319dd294803313197a0f34d33c525b3ea8b655db5916ece0",
                "0c8c7dbe5e23594a198b786c4bc13dacc101fa6196b0cb0b23a1ca44e61f4b4f",
            ],
        ),
        (
            "k3d",
            "5.9.0",
            [
                "06d8f25bc3a971c4eb29e0ff08429b180402db0f4dec838c9eac427e296800a0",
                "03cde5cf23e6e8e67de5a039ecf26e5b85aca82fba3e5d13dadf904cd218a250",
                "b4aabc37534f95b9c764e7823f2df923f50d57600837aa60a06266cce47db732",
                "fe106541d5d0a3f18debcd4d432a16f8c0ce3e6ddc06f8fbb6f696a122313e00",
            ],
        ),
    ] {
        let (site, server) = (Site::new()?, Server::with(b"not that program")?);
        let run = site.run(["k8s", "install", tool].map(str::to_owned).into());
        let ended = run.variable("SINDRI_INSTALL_BASE_URL", server.url()).end()?;
        says(&ended, 1, &[&format!("is not {tool} v{version} for ")]);
        assert_eq!(sums.iter().filter(|sum| ended.said.contains(**sum)).count(), 1, "{ended}");
        assert_eq!(server.seen()[0].path, path(tool, version));
        site.has_nothing()?;
    }
    Ok(())
}

#[test]
fn a_folder_that_cannot_be_written_to_is_told_before_anything_is_downloaded() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    site.folder.write("file", "")?;
    for (folder, problem) in [("file/bin", "cannot see what is in"), ("/proc", "cannot put kind into /proc")] {
        let mut arguments = Site::arguments(&file, &server.url());
        arguments.extend(["--dir".to_owned(), folder.to_owned()]);
        let ended = site.run(arguments).end()?;
        says(&ended, 1, &[problem, "hint: name a folder that you may write to with `--dir`"]);
    }
    assert_eq!(server.seen().len(), 0);
    site.has_nothing()
}

#[test]
fn what_is_downloaded_for_a_folder_that_cannot_be_made_is_kept() -> Outcome {
    let (site, file) = (Site::new()?, kind(VERSION));
    let server = Server::with(&file)?;
    let mut arguments = Site::arguments(&file, &server.url());
    arguments.extend(["--dir".to_owned(), "/proc/none/bin".to_owned()]);
    says(&site.run(arguments).end()?, 1, &["cannot put kind into /proc/none/bin"]);
    assert_eq!(fs::metadata(&site.kept()?[0])?.len(), u64::try_from(file.len())?);
    let ended = site.install(&file, &server.url()).end()?;
    assert_eq!((ended.code, server.seen().len()), (Some(0), 1), "{ended}");
    site.has_only(&file)
}

//! Rooms that use others.

use super::{breaks, keeps, violations};

#[test]
fn a_room_may_not_use_a_room_that_its_row_does_not_name() {
    breaks(
        "src/config/load.rs",
        "use crate::workload::Object;",
        "2: uses `crate::workload::Object`; `config` may use only names",
    );
    breaks("src/names.rs", "use crate::cli;", "2: uses `crate::cli`; `names` may use no other room");
}

#[test]
fn a_room_may_use_itself_and_the_rooms_of_its_row() {
    keeps("src/workload/pod.rs", "use crate::{config::spec::Spec, names};\nuse super::labels::common;");
    keeps("src/cli/mod.rs", "use crate::report::problems;\nfn all() { crate::local::find() }");
}

#[test]
fn every_branch_of_a_group_is_followed() {
    breaks(
        "src/workload/order.rs",
        "use crate::{\n    names,\n    config::{Object, pod::{self, Template as Shape}},\n    report::{*},\n};",
        "5: uses `crate::report`; `workload` may use only config, image, names",
    );
}

#[test]
fn super_is_followed_out_of_the_room() {
    breaks(
        "src/config/check/image.rs",
        "use super::super::super::report::yaml;",
        "2: uses `super::super::super::report::yaml`, which is `crate::report::yaml`; `config` may use only names",
    );
    keeps("src/config/check/image.rs", "use super::super::spec::Spec;");
    keeps("src/config/tree.rs", "mod place { use super::super::problem::Code; use self::Line; struct Line; }");
}

#[test]
fn a_path_in_the_middle_of_code_is_a_use() {
    breaks(
        "src/kubernetes/order.rs",
        "fn load() -> Vec<u8> {\n    let all = [1].map(|one| crate::config::load::<u8>(one));\n    all\n}",
        "3: uses `crate::config::load`; `kubernetes` may use only plan, workload, image, names",
    );
    breaks(
        "src/kubernetes/order.rs",
        "fn load(text: &<crate::config::Spec as Read>::Text) {}",
        "2: uses `crate::config::Spec`; `kubernetes` may use only plan, workload, image, names",
    );
    breaks(
        "src/kubernetes/order.rs",
        "fn print() { format_args!(\"{}\", crate::config::SIZE); }",
        "2: uses `crate::config::SIZE`; `kubernetes` may use only plan, workload, image, names",
    );
}

#[test]
fn a_path_in_an_attribute_is_a_use() {
    breaks(
        "src/kubernetes/saved.rs",
        "struct Saved {\n    #[serde(with = \"crate::config::quantity\")]\n    size: u64,\n}",
        "3: uses `crate::config::quantity`; `kubernetes` may use only plan, workload, image, names",
    );
}

#[test]
fn an_imported_module_carries_its_room_along() {
    breaks(
        "src/kubernetes/order.rs",
        "use crate as root;\nfn load() { root::config::load(); root::config::load() }",
        "3: uses `root::config::load`, which is `crate::config::load`; `kubernetes` may use only plan, workload, image, names",
    );
    breaks(
        "src/lib.rs",
        "pub mod config;\npub use config::Spec;",
        "3: uses `config::Spec`, which is `crate::config::Spec`; `lib` may use no other room",
    );
}

#[test]
fn a_reexport_does_not_hide_where_a_thing_comes_from() {
    let seen = violations(&[
        ("src/workload/mod.rs", "mod inner;\npub use inner::*;"),
        ("src/workload/inner.rs", "pub(crate) use crate::config::spec as meaning;"),
        ("src/kubernetes/order.rs", "use crate::workload::meaning::Spec;"),
        ("src/kubernetes/mask.rs", "use crate::workload;\nfn mask(spec: &workload::meaning::Spec) {}"),
    ]);
    let rule = "`kubernetes` may use only plan, workload, image, names";
    assert_eq!(
        seen,
        Ok(vec![
            format!(
                "src/kubernetes/mask.rs:3: uses `workload::meaning::Spec`, which is `crate::config::spec::Spec`; {rule}"
            ),
            format!(
                "src/kubernetes/order.rs:2: uses `crate::workload::meaning::Spec`, which is `crate::config::spec::Spec`; {rule}"
            ),
        ])
    );
}

#[test]
fn reexports_that_go_round_come_to_an_end() {
    let seen = violations(&[
        ("src/plan/one.rs", "pub use super::two::*;\npub use super::two::Thing as Other;"),
        ("src/plan/two.rs", "pub use super::one::*;\npub use super::one::Other as Thing;"),
        ("src/plan/mod.rs", "mod three;\npub use self::three::three;\nmod four;\npub use four::four;"),
        ("src/plan/diff.rs", "use super::three::Some;\nuse super::four::Some as Other;"),
    ]);
    assert_eq!(seen, Ok(Vec::new()));
}

#[test]
fn tests_in_a_room_keep_its_direction_too() {
    breaks(
        "src/kubernetes/order.rs",
        "#[cfg(test)]\nmod tests {\n    use crate::config;\n}",
        "4: uses `crate::config`; `kubernetes` may use only plan, workload, image, names",
    );
}

#[test]
fn comments_and_strings_are_no_uses() {
    keeps(
        "src/names.rs",
        "/// See [`crate::config`]. use crate::config;\n// crate::config::load()\n/* crate::cli /* crate::cli */ */\n\
         const TEXT: &str = \"crate::config::load()\";\nconst RAW: &str = r#\"use crate::config; \" \"#;",
    );
}

#[test]
fn a_room_has_a_row_in_the_table() {
    breaks("src/cloud/mod.rs", "", "1: the room `cloud` is not in the table of tests/architecture.rs");
    breaks("src/cli/mod.rs", "use crate::VERSION;", "2: uses `crate::VERSION`; there is no room `VERSION`");
}

#[test]
fn the_program_only_calls_the_command_line() {
    keeps("src/main.rs", "fn main() { sindri::cli::main() }");
    breaks(
        "src/main.rs",
        "fn main() { sindri::config::load() }",
        "2: uses `sindri::config::load`, which is `crate::config::load`; `main` may use only cli",
    );
}

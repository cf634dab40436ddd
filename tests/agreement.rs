//! The schema and the loader agree: what one accepts, the other accepts, but for the rules that a schema cannot say.
//!
//! The same files are tried each time. `PROPTEST_CASES=100000 cargo test --test agreement` tries that many new ones.

#[path = "agreement/amount.rs"]
mod amount;
#[path = "agreement/files.rs"]
mod files;
#[path = "agreement/generate.rs"]
mod generate;
#[path = "agreement/keys.rs"]
mod keys;
#[path = "agreement/mutate.rs"]
mod mutate;
#[path = "agreement/near.rs"]
mod near;
#[path = "agreement/output.rs"]
mod output;
#[path = "agreement/page.rs"]
mod page;
#[path = "agreement/regressions.rs"]
mod regressions;
#[path = "agreement/rules.rs"]
mod rules;
#[path = "agreement/settle.rs"]
mod settle;
#[path = "agreement/verdict.rs"]
mod verdict;
#[path = "agreement/yaml_1_1.rs"]
mod yaml_1_1;

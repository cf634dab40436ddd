//! Properties of files that are made at random, with and without mistakes.

use std::cell::Cell;
use std::error::Error;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, RngSeed, TestCaseError, TestRunner};
use serde_json::Value;
use sindri::config::schema;
use sindri::config::spec::Spec;
use sindri::image::as_written;
use sindri::report::objects::as_yaml;
use sindri::workload::{Object, Placement, render};

use crate::generate;
use crate::mutate::{self, Mutation};
use crate::output;
use crate::settle::settle;
use crate::verdict;

/// The same files each time, so that only a change of the code makes a test fail; other ones, and as many as are asked
/// for, where `PROPTEST_CASES` is set.
#[expect(clippy::disallowed_methods, reason = "how much is tried is asked for through the environment")]
pub(crate) fn runner(cases: u32) -> TestRunner {
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 4000,
        // Without optimisation, the default one takes most of the time.
        rng_algorithm: RngAlgorithm::XorShift,
        ..ProptestConfig::default()
    };
    TestRunner::new(match std::env::var_os("PROPTEST_CASES") {
        Some(_) => config,
        None => ProptestConfig { cases, rng_seed: RngSeed::Fixed(1), ..config },
    })
}

/// A file that may be valid.
pub(crate) fn whole() -> Result<BoxedStrategy<Value>, Box<dyn Error>> {
    let made = generate::file(schema::value())?;
    Ok((made, prop::bool::weighted(0.8)).prop_map(|(file, settled)| if settled { settle(file) } else { file }).boxed())
}

fn mistakes() -> BoxedStrategy<Vec<Mutation>> {
    mutate::mutations(schema::value())
}

/// A file, now and then with mistakes in it.
fn any_file() -> Result<BoxedStrategy<Value>, Box<dyn Error>> {
    Ok((whole()?, prop_oneof![Just(Vec::new()), mistakes()])
        .prop_map(|(file, mistakes)| mutate::apply(file, &mistakes))
        .boxed())
}

#[test]
fn the_schema_and_the_loader_agree_on_files_of_which_many_are_valid() -> Result<(), Box<dyn Error>> {
    let (valid, total) = (Cell::new(0), Cell::new(0));
    runner(800).run(&any_file()?, |file| {
        let verdict = verdict::agree(&file)?;
        valid.set(valid.get() + u32::from(verdict.loader.is_ok()));
        total.set(total.get() + 1);
        Ok(())
    })?;
    let (valid, total) = (valid.get(), total.get());
    println!("{valid} of {total} files are valid");
    assert!(valid * 5 >= total && valid * 5 <= total * 4, "{valid} of {total} files are valid: too few or too many");
    Ok(())
}

fn rendered(spec: &Spec) -> Vec<Object> {
    let Ok(image) = as_written(spec) else { return Vec::new() };
    let placement = Placement { namespace: spec.kubernetes.namespace.clone(), owns_namespace: true };
    render(spec, image, &placement).objects
}

#[test]
fn every_valid_file_is_rendered_and_to_the_same_bytes() -> Result<(), Box<dyn Error>> {
    runner(300).run(&whole()?, |file| {
        let Ok(spec) = verdict::agree(&file)?.loader else { return Ok(()) };
        let objects = rendered(&spec);
        prop_assert_eq!(as_yaml(&objects), as_yaml(&rendered(&spec)));
        for object in &objects {
            output::is_read_back(&object.body)?;
        }
        Ok(())
    })?;
    Ok(())
}

#[test]
fn the_fingerprint_follows_the_meaning() -> Result<(), Box<dyn Error>> {
    runner(400).run(&(whole()?, mistakes(), any::<u64>()), |(file, mistakes, seed)| {
        let Ok(spec) = verdict::agree(&file)?.loader else { return Ok(()) };
        let other = output::with_comments_and_another_order(&file, seed);
        let same = sindri::config::load(other.as_bytes())
            .map_err(|problems| TestCaseError::fail(format!("{other}\n{problems:#?}")))?;
        prop_assert_eq!(spec.fingerprint(), same.fingerprint());
        if let Ok(changed) = verdict::agree(&mutate::apply(file, &mistakes))?.loader {
            prop_assert_eq!(
                spec == changed,
                spec.fingerprint() == changed.fingerprint(),
                "{:#?}\n{:#?}",
                spec,
                changed
            );
        }
        Ok(())
    })?;
    Ok(())
}

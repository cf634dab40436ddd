//! Whatever the bytes are: the loader answers without a panic, what it accepts can be rendered, and what it refuses can
//! be reported with places that lie in the file.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sindri::config;
use sindri::config::problem::Problem;
use sindri::config::spec::Spec;
use sindri::image::as_written;
use sindri::report::problems::{Style, for_person, for_program};
use sindri::report::{objects, yaml};
use sindri::workload::{Placement, render};

fuzz_target!(|bytes: &[u8]| {
    match config::load(bytes) {
        Ok(spec) => accepted(&spec),
        Err(problems) => refused(&problems, bytes),
    }
});

fn accepted(spec: &Spec) {
    assert_eq!(spec.fingerprint().len(), 32, "a fingerprint has 32 digits");
    // A range of versions cannot be rendered without asking a registry.
    let Ok(image) = as_written(spec) else { return };
    for owns_namespace in [true, false] {
        let placement = Placement { namespace: spec.kubernetes.namespace.clone(), owns_namespace };
        let rendered = render(spec, image.clone(), &placement);
        let text = objects::as_yaml(&rendered.objects);
        assert_eq!(text, objects::as_yaml(&render(spec, image.clone(), &placement).objects), "the same bytes twice");
        assert!(!objects::as_json(&rendered.objects).is_empty());
        for object in &rendered.objects {
            // What is written is YAML: our own reader gets as far as finding that it is not a configuration.
            let problems =
                config::load(yaml::document(&object.body).as_bytes()).expect_err("an object is no configuration");
            assert!(problems.iter().all(|problem| problem.code.as_str() != "syntax"), "{problems:?}\n{text}");
        }
    }
}

fn refused(problems: &[Problem], bytes: &[u8]) {
    assert!(!problems.is_empty(), "a refusal says why");
    for problem in problems {
        assert!(!problem.message.is_empty());
        for span in problem.span.iter().chain(problem.related.iter().map(|(span, _)| span)) {
            assert!(span.start <= span.end && span.end <= bytes.len(), "{problem:?} lies outside of the file");
            // Nothing is said about places in the middle of a letter, as far as there are letters.
            if let Ok(text) = std::str::from_utf8(bytes) {
                assert!(text.get(span.start..span.end).is_some(), "{problem:?} cuts a letter");
            }
        }
    }
    let text = String::from_utf8_lossy(bytes);
    // Drawing is the slow part: one style for each file.
    let style = if bytes.len().is_multiple_of(2) {
        Style { colour: true, width: 100 }
    } else {
        Style { colour: false, width: 40 }
    };
    assert!(for_person(problems, "sindri.yaml", &text, style).ends_with('\n'));
    assert!(for_program(problems, "sindri.yaml", &text).ends_with('\n'));
}

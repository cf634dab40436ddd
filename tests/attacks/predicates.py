"""What a builder says of how an image was built: SLSA, both versions, as GitHub's workflows write them."""

import corpus

BUILDER = "https://github.com/actions/runner/github-hosted"


def version1(source=corpus.SOURCE, ref="refs/heads/main", builder=BUILDER, commit=corpus.WORKFLOW["sha"]):
    return {
        "buildDefinition": {
            "buildType": "https://actions.github.io/buildtypes/workflow/v1",
            "externalParameters": {
                "workflow": {"ref": ref, "repository": source, "path": ".github/workflows/build.yml"}
            },
            "internalParameters": {"github": {"event_name": "push", "runner_environment": "github-hosted"}},
            "resolvedDependencies": [{"uri": f"git+{source}@{ref}", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {
            "builder": {"id": builder},
            "metadata": {"invocationId": f"{source}/actions/runs/1/attempts/1"},
        },
    }


def version02(source=corpus.SOURCE, ref="refs/heads/main", builder=BUILDER, commit=corpus.WORKFLOW["sha"]):
    return {
        "builder": {"id": builder},
        "buildType": "https://github.com/slsa-framework/slsa-github-generator/container@v1",
        "invocation": {
            "configSource": {
                "uri": f"git+{source}@{ref}",
                "digest": {"sha1": commit},
                "entryPoint": ".github/workflows/build.yml",
            }
        },
        "metadata": {"completeness": {"parameters": True}},
        "materials": [{"uri": f"git+{source}@{ref}", "digest": {"sha1": commit}}],
    }


def limits(**other):
    """What `trust` may ask of provenance: the very things that these predicates say."""
    return {"builder": BUILDER, "source_repository": corpus.SOURCE, "ref": "refs/heads/main"} | other

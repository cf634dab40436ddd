# `make help` lists what can be made.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
CARGO ?= cargo
N ?= 0

.PHONY: help build check test long demo bed-up bed-down docker-up docker-down bench generate clean

help: ## this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 14

build: ## the release binary: target/release/sindri
	$(CARGO) build --release --locked

check: ## everything that needs no cluster and no network: format, lints, documentation, unit, golden and command-line tests
	$(CARGO) fmt --check
	$(CARGO) clippy --locked --all-targets -- --deny warnings
	$(CARGO) clippy --locked --test cluster -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --locked --no-deps --document-private-items
	$(CARGO) test --locked --no-run
	$(CARGO) test --locked --quiet

test: ## everything, on a real cluster; SINDRI_TEST_CONTEXT=<context> uses one of yours
	tests/run

long: ## what a deploy must survive, at full size: faults by chance, restarts, the model (SINDRI_TEST_SEED=N repeats)
	tests/long

demo: ## a real cluster on this machine, an environment in it, and how to go on
	tests/demo

bed-up: ## a real one-node Kubernetes as plain processes; prints its kubeconfig (N=1 for another one)
	@tests/bed/bed up $(N)

bed-down: ## end it, leaving nothing
	@tests/bed/bed down $(N)

docker-up: ## a real Docker with kind and k3d; prints a file to source (N=1 for another one)
	@tests/docker/docker up $(N)

docker-down: ## end it with all its clusters, leaving nothing
	@tests/docker/docker down $(N)

bench: build ## times, memory and size of the release binary, beside what a person would type instead, on a real cluster too
	benches/run

generate: ## the schema, the references, man pages, completions, and the examples' golden files
	SINDRI_OVERWRITE=1 $(CARGO) test --locked --quiet --test generated --test golden

clean: ## what was built here, every bed, and every Docker for tests
	$(CARGO) clean
	tests/bed/bed down --all
	tests/docker/docker down --all

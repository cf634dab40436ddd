# shellcheck shell=bash
# Go programs. kind and what the images need are from one module that has the bed's pins, so that what they have in common
# with the bed is compiled already; k3d has pins of its own, those that it is released with.

pins=$DOCKER_SOURCE/programs

build_programs() {
	local version
	go_program kind "$pins" sigs.k8s.io/kind
	version=$(sed -nE 's|.*github.com/k3d-io/k3d/v5 (v[^ ]+).*|\1|p' "$DOCKER_SOURCE/k3d/go.mod")
	go_program k3d "$DOCKER_SOURCE/k3d" github.com/k3d-io/k3d/v5 "-X github.com/k3d-io/k3d/v5/version.Version=$version"
	go_program local-path-provisioner "$pins" github.com/rancher/local-path-provisioner
	go_program crictl "$pins" ./crictl
	go_program publish "$pins" ./publish
	go_program k3d-standin "$pins" ./k3d-standin
	build_coredns
}

# go_program NAME FOLDER PACKAGE [LDFLAGS]: DOCKER_HOME/bin/NAME, with the pins in FOLDER
go_program() {
	local name=$1 folder=$2 package=$3 flags=${4:-} sources=("$2/go.mod" "$2/go.sum")
	[[ $package != ./* ]] || sources+=("$folder/$package")
	build_when_changed "$DOCKER_HOME/bin/$name" "$(sum_of "$package $flags" "${sources[@]}")" \
		compile_package "$package" "$name" "$folder" "$flags" "$DOCKER_HOME/bin/$name.new"
}

# compile_package PACKAGE COMPILE_ARGUMENT...
compile_package() {
	# shellcheck disable=SC2034 # for `compile`
	local compiled_package=$1
	shift
	compile "$@"
}

# Docker's current daemon, as its own module pins it: BED_BIN/dockerd-newest. It takes more than five minutes of CPU.
build_newest_dockerd() { module_program dockerd-newest github.com/moby/moby/v2@v2.0.0-beta.24 cmd/dockerd; }

# CoreDNS with more plugins than the bed's, and its pins.
build_coredns() {
	local modules=$BED_SOURCE/dns
	build_when_changed "$DOCKER_HOME/bin/coredns" "$(sum_of "" "$DOCKER_SOURCE/dns" "$modules/go.mod" "$modules/go.sum")" \
		compile coredns-kind "$DOCKER_SOURCE/dns" "" "$DOCKER_HOME/bin/coredns.new" -modfile="$modules/go.mod"
}

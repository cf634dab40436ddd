# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# Everything that is needed, made once; a second time it only looks. The bed's Kubernetes, its kubectl and its images are
# taken from where the bed keeps them, or made there.

# The bed's own function of this name: it takes the versions.
eval "bed_$(declare -f build)"

# build debian|newest: the version of dockerd
build() {
	install_packages xz-utils
	load_parts kubectl
	bed_build newest
	unpack_packages
	build_programs
	[ "$1" = debian ] || build_newest_dockerd
	make_root
	make_docker_images "$1"
}

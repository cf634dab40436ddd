# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Building: once, safe to interrupt, safe beside another. In a home of its own, with the big programs linked in.

build_home=$work/home
mkdir -p "$build_home"
cp -al "$home/bin" "$build_home/bin"
build_there() { SINDRI_BED_HOME=$build_home "$bed" build newest --parts ""; }
images_are_complete() { [ -e "$build_home/images/layouts/root/index.json" ] && [ -d "$build_home/images/registry/docker" ] && [ ! -e "$build_home/images.new" ]; }

two_builds() {
	local one two
	build_there & one=$!
	build_there & two=$!
	wait "$one" && wait "$two" && images_are_complete
}

# interrupted_build SIGNAL: ended in the middle, it takes nothing for finished, and the next one finishes
interrupted_build() {
	local build
	rm -rf "$build_home"/images*
	build_there &
	build=$!
	within 20 test -e "$build_home/images.new/layouts" || return 1
	kill "-$1" "$build"
	wait "$build"
	[ ! -e "$build_home/images.sum" ] || { echo "it was finished already"; return 1; }
	build_there && images_are_complete
}

files_there() { find "$build_home" -type f ! -path '*/locks/*' -printf '%p %T@\n' | sort; }

builds_nothing() {
	local before started=${EPOCHREALTIME/./}
	before=$(files_there)
	build_there || return 1
	[ $((${EPOCHREALTIME/./} - started)) -lt 2000000 ] || { echo "took more than two seconds"; return 1; }
	equal "$before" files_there
}

# The same images from the same programs: a digest can be written into a test.
same_digests() {
	local name
	for name in sleep shell ssh crash root; do
		cmp "$build_home/images/layouts/$name/index.json" "$home/images/layouts/$name/index.json" || return 1
	done
}

check "two builds at once both succeed" two_builds
check "a second build builds nothing" builds_nothing
check "a build that was killed is made again" interrupted_build KILL
check "a build that was terminated is made again" interrupted_build TERM
check "images have the same digests when they are made again" same_digests
rm -rf "$build_home"

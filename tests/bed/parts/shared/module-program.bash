# shellcheck shell=bash
# Sourced by the parts whose program is a command inside somebody else's Go module.

# module_program NAME MODULE@VERSION PACKAGE [PATCH]: BED_BIN/NAME from PACKAGE, a folder of the module, built
# as the module's own go.mod and go.sum pin it, so that none of ours has to repeat them. PATCH is applied to
# a copy. Built again only when one of these changes.
module_program() {
	local name=$1 module=$2 package=$3 patch=${4:-} sum
	sum=$({ echo "$module $package"; [ -z "$patch" ] || cat "$patch"; } | sha256sum)
	build_when_changed "$BED_BIN/$name" "$sum" module_compile "$name" "$module" "$package" "$patch"
}

module_compile() (
	name=$1 module=$2 package=$3 patch=$4
	find_go
	work=$(mktemp -d "$BED_HOME/$name.XXXXXX") || exit 1
	trap 'rm -rf "$work"' EXIT
	cd "$work" || exit 1 # outside of any module, or go would enter it in that one's go.mod
	step "fetching $module"
	source=$(go mod download -json "$module" | jq -er .Dir) || die "no module $module: $(go mod download "$module" 2>&1)"
	if [ -n "$patch" ]; then
		cp -r --no-preserve=mode "$source" copy || exit 1
		source=$work/copy
		patch -d "$source" -p1 --fuzz=0 --quiet <"$patch" || die "$patch does not fit $module"
	fi
	compile "$name" "$source/$package" "" "$BED_BIN/$name.new" -mod=readonly
)

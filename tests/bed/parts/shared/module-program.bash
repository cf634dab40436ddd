# shellcheck shell=bash
# Sourced by the parts whose program is a command inside somebody else's Go module.

# module_program NAME MODULE@VERSION PACKAGE [PATCH]: build the command as its own module pins it, with
# that module's go.mod and go.sum, so that none of ours has to repeat them. PATCH is applied to a copy.
# Built again only when one of these changes; safe to interrupt, since the program appears by renaming.
module_program() {
	local name=$1 module=$2 package=$3 patch=${4:-} flags='-s -w' sum
	sum=$({ echo "$module $package $flags"; [ -z "$patch" ] || cat "$patch"; } | sha256sum)
	[ ! -x "$BED_BIN/$name" ] || [ "$(cat "$BED_BIN/$name.sum" 2>/dev/null)" != "$sum" ] || return 0
	step "building $name from $module (minutes the first time)"
	(
		set -euo pipefail
		work=$(mktemp -d "$BED_HOME/$name.XXXXXX")
		trap 'rm -rf "$work"' EXIT
		cd "$work" # outside of any module, or go would want it in that one's go.mod
		source=$(go mod download -json "$module" | jq -r .Dir)
		if [ -n "$patch" ]; then
			cp -r --no-preserve=mode "$source" copy
			source=$work/copy
			patch -d "$source" -p1 --fuzz=0 --quiet <"$patch"
		fi
		cd "$source"
		CGO_ENABLED=0 go build -mod=readonly -trimpath -ldflags "$flags" -o "$work/program" "$package"
		mv "$work/program" "$BED_BIN/$name"
		echo "$sum" >"$work/sum"
		mv "$work/sum" "$BED_BIN/$name.sum"
	)
}

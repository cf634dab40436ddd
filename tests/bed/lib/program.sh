# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# Go programs, each built once and again only when its sources, pins or flags change.

go_minimum=26

# find_go: Go on the PATH, new enough; it is the one thing that is not installed by itself
find_go() {
	local minor
	PATH=$PATH:/usr/local/go/bin
	command -v go >/dev/null || die "needs the Go toolchain, 1.$go_minimum or newer (https://go.dev/dl)"
	minor=$(go env GOVERSION | sed -E 's/^go1\.([0-9]+).*/\1/')
	[ "$minor" -ge "$go_minimum" ] || die "needs Go 1.$go_minimum or newer; this is $(go env GOVERSION)"
}

# sum_of TEXT FILE_OR_FOLDER...: changes when the text or any file below changes; wherever the checkout is, it is the same
sum_of() {
	local text=$1 path
	shift
	{
		echo "$text"
		for path; do
			if [ -d "$path" ]; then
				(cd "$path" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 --no-run-if-empty sha256sum)
			else
				sha256sum <"$path"
			fi
		done
	} | sha256sum
}

# build_when_changed TARGET SUM COMMAND...: runs COMMAND..., which must make TARGET.new, unless TARGET was
# made for this sum. An interrupted build leaves nothing that would be taken for a result.
build_when_changed() {
	local target=$1 sum=$2 name
	shift 2
	name=$(basename "$target")
	! is_built "$target" "$sum" || return 0
	only_one "build-$name" 3600 "another build of $name"
	if ! is_built "$target" "$sum"; then
		mkdir -p "$(dirname "$target")"
		rm -rf "$target.new" "$target.sum"
		"$@"
		rm -rf "$target"
		mv "$target.new" "$target"
		echo "$sum" >"$target.sum.new"
		mv "$target.sum.new" "$target.sum"
	fi
	let_go "build-$name"
}

is_built() { [ -e "$1" ] && [ "$(cat "$1.sum" 2>/dev/null)" = "$2" ]; }

# program NAME FOLDER [LDFLAGS]: BED_BIN/NAME from the main package and go.mod in FOLDER
program() {
	local sum
	sum=$(sum_of "${3:-}" "$2")
	build_when_changed "$BED_BIN/$1" "$sum" compile "$1" "$2" "${3:-}" "$BED_BIN/$1.new"
}

# compile NAME FOLDER LDFLAGS OUTPUT [GO_BUILD_FLAGS...]: the main package in FOLDER, or $compiled_package of its module;
# says how far it is, because it can take minutes
compile() {
	local name=$1 folder=$2 flags=$3 output=$4 log=$BED_HOME/build-$1.log ticker status=0
	shift 4
	find_go
	step "building $name (the first time takes minutes)"
	tell_progress "$name" "$log" $$ &
	ticker=$!
	(cd "$folder" && CGO_ENABLED=0 go build -v -trimpath -ldflags "-s -w $flags" "$@" -o "$output" "${compiled_package:-.}") >"$log" 2>&1 || status=$?
	kill "$ticker" 2>/dev/null
	wait "$ticker" 2>/dev/null || :
	[ "$status" = 0 ] || { tail -n 30 "$log" >&2; die "building $name failed (all of it: $log)"; }
	step "built $name"
}

# tell_progress NAME LOG PARENT: a line every ten seconds while the parent lives
tell_progress() {
	local name=$1 log=$2 parent=$3 descriptor
	for descriptor in "${lock_descriptors[@]}"; do exec {descriptor}>&-; done
	while sleep 10 && kill -0 "$parent" 2>/dev/null; do
		step "building $name: $(grep -c '^[^ ]*/[^ ]*$' "$log" || :) packages compiled"
	done
}

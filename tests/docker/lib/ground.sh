# shellcheck shell=bash
# What this has in common with the bed, under the bed's own names: BED_HOME and BED_BIN are where the bed builds, and
# BED_N and BED_DIR are the number and the folder, here of a Docker.

# shellcheck source=SCRIPTDIR/../../bed/lib/say.sh
. "$BED_SOURCE/lib/say.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/lock.sh
. "$BED_SOURCE/lib/lock.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/machine.sh
. "$BED_SOURCE/lib/machine.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/program.sh
. "$BED_SOURCE/lib/program.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/image.sh
. "$BED_SOURCE/lib/image.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/images.sh
. "$BED_SOURCE/lib/images.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/build.sh
. "$BED_SOURCE/lib/build.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/parts.sh
. "$BED_SOURCE/lib/parts.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/cgroup.sh
. "$BED_SOURCE/lib/cgroup.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/state.sh
. "$BED_SOURCE/lib/state.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/first.sh
. "$BED_SOURCE/lib/first.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/down.sh
. "$BED_SOURCE/lib/down.sh"
# shellcheck source=SCRIPTDIR/../../bed/lib/status.sh
. "$BED_SOURCE/lib/status.sh"
# shellcheck source=SCRIPTDIR/../../bed/parts/shared/module-program.bash
. "$BED_SOURCE/parts/shared/module-program.bash"

die() {
	printf 'docker: %s\n' "$*" >&2
	exit 1
}

cannot_run_here() {
	cat >&2 <<-END
		docker: the Docker for tests cannot run here: $1.
		hint: SINDRI_TEST_CONTEXT=<context> make test   runs the cluster tests on a cluster of your own, kind's or k3d's too
		hint: make check                                runs everything that needs no cluster and no Docker
	END
	exit 2
}

find_home() {
	BED_HOME=${SINDRI_BED_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/sindri/bed}
	mkdir -p "$BED_HOME"
	BED_HOME=$(cd "$BED_HOME" && pwd) BED_BIN=$BED_HOME/bin DOCKER_HOME=$BED_HOME/docker
	mkdir -p "$DOCKER_HOME"
	export BED_HOME BED_BIN BED_SOURCE DOCKER_HOME DOCKER_SOURCE
}

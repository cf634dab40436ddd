# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# What `docker` says to those who cannot or should not go on.

status_is() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" = "$wanted" ] || { echo "ended with $status, not $wanted"; return 1; }
}

# The checkout can be in a folder that only root may read.
mkdir -p "$work/open/bed/parts"
cp -r "$here" "$work/open/"
cp -r "$here/../bed/lib" "$work/open/bed/"
cp -r "$here/../bed/parts/shared" "$work/open/bed/parts/"
chmod -R a+rX "$work"
somebody() { (cd / && setpriv --reuid 65534 --regid 65534 --clear-groups "$work/open/docker/docker" "$@"); }
# A machine that has no apt-get: a folder of programs without it.
mkdir -p "$work/programs"
for program in bash dirname readlink uname id cat; do ln -s "$(command -v "$program")" "$work/programs/"; done
# The script itself appends the folders of the system's administration, which have no apt-get.
elsewhere() { env PATH="$work/programs" "$work/programs/bash" "$docker" "$@"; }

check "without root it ends with 2" status_is 2 somebody up "$number"
check "without root it says what runs all the same" refused 'make check' somebody up "$number"
check "not on Debian it ends with 2" status_is 2 elsewhere up "$number"
check "not on Debian it names the way with a cluster of one's own" refused 'SINDRI_TEST_CONTEXT=<context> make test' elsewhere up "$number"
check "an unknown command is bad usage" status_is 2 "$docker" upp
check "a number above 255 is refused" refused "0 to 255" "$docker" up 256
check "a version that there is not is refused" refused "debian or newest" "$docker" up "$number" --version 20
check "a log of a Docker that is not up is refused" refused "there is no Docker $number" "$docker" logs "$number"
check "down on a Docker that is down succeeds" says "is not there" "$docker" down "$number"
check "refusals leave nothing" leaves_nothing "$number"

# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# What `bed` says to those who cannot or should not go on.

status_is() {
	local wanted=$1 status=0
	shift
	"$@" || status=$?
	[ "$status" = "$wanted" ] || { echo "ended with $status, not $wanted"; return 1; }
}

# The checkout can be in a folder that only root may read.
mkdir -p "$work/open"
cp -r "$here/bed" "$here/lib" "$work/open/"
chmod -R a+rX "$work"
somebody() { (cd / && setpriv --reuid 65534 --regid 65534 --clear-groups "$work/open/bed" "$@"); }

check "without root it ends with 2" status_is 2 somebody up "$number"
check "without root it names the way with a cluster of one's own" refused 'SINDRI_TEST_CONTEXT=<context> make test' somebody up "$number"
check "without root it names what needs no cluster" refused 'make check' somebody up "$number"
check "an unknown command is bad usage" status_is 2 "$bed" upp
check "a number above 255 is refused" refused "0 to 255" "$bed" up 256
check "a version that there is not is refused" refused "newest or oldest" "$bed" up "$number" --version 1.30
check "a part that there is not is refused" refused "there is no part 'nonsense'" "$bed" up "$number" --parts nonsense
check "a program of a bed that is not up cannot be killed" refused "is not running" "$bed" kill "$number" kubelet
check "refusals leave nothing" leaves_nothing "$number"

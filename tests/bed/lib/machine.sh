# shellcheck shell=bash
# What the bed needs of the machine: Linux with root, Debian's packages, namespaces of its own.

# A program that is already there (Docker's own containerd, say) is not replaced by Debian's package:
# the two cannot be installed together.
core_programs="containerd:containerd runc:runc iptables:iptables ip:iproute2 docker-registry:docker-registry
	jq:jq curl:curl openssl:openssl pgrep:procps unshare:util-linux setpriv:util-linux dropbear:dropbear-bin"
core_packages="containernetworking-plugins busybox-static"

cannot_run_here() {
	cat >&2 <<-END
		bed: the test cluster cannot run here: $1.
		hint: SINDRI_TEST_CONTEXT=<context> make test   runs the cluster tests on a cluster of your own
		hint: make check                                runs everything that needs no cluster
	END
	exit 2
}

check_machine() {
	[ "$(uname -s)" = Linux ] || cannot_run_here "it needs Linux"
	[ "$EUID" = 0 ] || cannot_run_here "it needs root, for namespaces and mounts"
	if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
		cannot_run_here "it needs Debian (its packages are installed with apt-get)"
	fi
	unshare --mount --uts --ipc --net --pid --fork true 2>/dev/null ||
		cannot_run_here "this machine does not allow new namespaces (a container without privileges?)"
}

# missing_packages PACKAGE...: those that are not installed, a line each
missing_packages() {
	local pair
	for pair in $core_programs; do
		command -v "${pair%%:*}" >/dev/null || echo "${pair##*:}"
	done
	{ dpkg-query --show --showformat '${db:Status-Status} ${Package}\n' -- "$@" 2>/dev/null || :; } |
		sed -n 's/^installed //p' | LC_ALL=C sort -u |
		LC_ALL=C comm -13 - <(printf '%s\n' "$@" | LC_ALL=C sort -u)
}

# install_packages PACKAGE...: these and the core's own, those that are missing
install_packages() {
	local missing
	# shellcheck disable=SC2086 # a list of names
	missing=$(missing_packages $core_packages "$@")
	[ -n "$missing" ] || return 0
	only_one packages 900 "another installation of packages"
	# shellcheck disable=SC2086
	missing=$(missing_packages $core_packages "$@" | sort -u | tr '\n' ' ')
	if [ -n "$missing" ]; then
		step "installing Debian packages: $missing"
		export DEBIAN_FRONTEND=noninteractive
		# shellcheck disable=SC2086
		{ apt-get -q -o DPkg::Lock::Timeout=300 update &&
			apt-get -qy -o DPkg::Lock::Timeout=300 install --no-install-recommends $missing; } >"$BED_HOME/packages.log" 2>&1 ||
			{ tail -n 20 "$BED_HOME/packages.log" >&2; die "could not install: $missing"; }
	fi
	let_go packages
}

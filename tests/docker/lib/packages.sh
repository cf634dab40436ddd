# shellcheck shell=bash
# Debian packages that are unpacked into the cache and not installed: a machine may have a Docker of its own, which
# Debian's would replace, and an installed one would be started.

unpacked_packages="docker.io tini debootstrap"

# unpack_packages: DOCKER_HOME/debian has them, as below /
unpack_packages() { build_when_changed "$DOCKER_HOME/debian" "$unpacked_packages" fetch_packages; }

fetch_packages() (
	step "fetching Debian packages: $unpacked_packages"
	work=$(mktemp -d "$DOCKER_HOME/packages.XXXXXX") || exit 1
	trap 'rm -rf "$work"' EXIT
	cd "$work" || exit 1
	# shellcheck disable=SC2086 # a list of names
	download $unpacked_packages >log 2>&1 || {
		apt-get -q -o DPkg::Lock::Timeout=300 update >>log 2>&1 && download $unpacked_packages >>log 2>&1
	} || { cat log >&2; die "could not fetch: $unpacked_packages"; }
	for package in ./*.deb; do dpkg -x "$package" "$DOCKER_HOME/debian.new" || exit 1; done
	missing=$(ldd "$DOCKER_HOME/debian.new/usr/sbin/dockerd" | grep 'not found') && die "Debian's dockerd lacks libraries here: $missing"
	exit 0
)

download() { apt-get -q -o APT::Sandbox::User=root download "$@"; }

# debian_mirror: where this machine gets Debian from
debian_mirror() {
	local found
	# The $ is for apt: it fills in what it knows of each list.
	# shellcheck disable=SC2016
	found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
	[ -n "$found" ] || die "this machine's package sources name no mirror of Debian"
	echo "$found"
}

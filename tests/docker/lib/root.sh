# shellcheck shell=bash
# A small Debian that every image of a node begins with, as one layer.

# Its systemd is the last that runs on cgroup version 1 without a kernel argument.
root_release=bookworm
root_packages=systemd,conntrack,iptables,nftables,iproute2,ethtool,socat,util-linux,mount,kmod,e2fsprogs,ca-certificates,curl,jq,procps,openssl,containerd,runc,containernetworking-plugins,busybox-static

# make_root: DOCKER_HOME/root
make_root() { build_when_changed "$DOCKER_HOME/root" "$(sum_of "" "$DOCKER_SOURCE/lib/root.sh")" bootstrap_root "$DOCKER_HOME/root.new"; }

bootstrap_root() {
	local root=$1 debian=$DOCKER_HOME/debian log=$DOCKER_HOME/root.log mirror systemd=$1/lib/systemd/system
	step "making a Debian $root_release for nodes (a minute or more)"
	mirror=$(debian_mirror) || exit 1
	DEBOOTSTRAP_DIR=$debian/usr/share/debootstrap unshare --mount --pid --fork --kill-child sh "$debian/usr/sbin/debootstrap" \
		--variant=minbase --include="$root_packages" "$root_release" "$root" "$mirror" >"$log" 2>&1 ||
		{ tail -n 5 "$log" >&2; die "debootstrap failed (all of it: $log)"; }
	rm -rf "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale,info,bash-completion,zoneinfo}/* "$root"/var/log/* "${root:?}"/dev/*
	# As kind's own image has it: a node starts containerd and kubelet, and nothing of a machine. Here and not in kind's layer,
	# because a layer that removes something is harder to make.
	rm -f "$systemd"/{multi-user,local-fs,basic}.target.wants/* "$root"/etc/systemd/system/*.wants/* \
		"$systemd"/sockets.target.wants/*{udev,initctl}* "$systemd"/sysinit.target.wants/systemd-tmpfiles-setup.service
	: >"$root/etc/machine-id"
	step "made a Debian $root_release for nodes"
}

# shellcheck shell=bash
# dockerd, as it runs in namespaces of its own.

# set_up_daemon_mounts: what dockerd and containerd would leave on the machine goes to where it ends with them
set_up_daemon_mounts() {
	mount -t tmpfs tmpfs /run
	mount -t tmpfs tmpfs /opt
	mkdir -p /run/etc-docker
	# Its identity for old registries, which it makes there.
	[ ! -d /etc/docker ] || mount --bind /run/etc-docker /etc/docker
}

# dockerd_command debian|newest DATA OPTION...: listens where Docker usually does, which k3d mounts into containers; the words of the command are then in $dockerd, and its programs on the PATH
dockerd_command() {
	local version=$1 data=$2
	shift 2
	PATH=$DOCKER_HOME/debian/usr/sbin:$DOCKER_HOME/debian/usr/bin:$PATH
	dockerd=(dockerd --storage-driver overlay2)
	if [ "$version" = newest ]; then
		# With the images in containerd. Debian's client is older than it wants.
		dockerd=("$BED_BIN/dockerd-newest")
		export DOCKER_MIN_API_VERSION=1.24
	fi
	dockerd+=(--config-file /run/docker.json --data-root "$data" --exec-root /run/docker --pidfile /run/docker.pid
		--host unix:///run/docker.sock --group root --exec-opt native.cgroupdriver=cgroupfs "$@")
	echo '{}' >/run/docker.json
	if [ "$version" = newest ] || lacks_resource_capability; then
		dockerd+=(--add-runtime "asks-for-less=$DOCKER_SOURCE/lib/runc-asks-for-less" --default-runtime asks-for-less)
	fi
}

# lacks_resource_capability: CAP_SYS_RESOURCE, number 24, cannot be had on this machine
lacks_resource_capability() {
	local bounding
	bounding=$(sed -n 's/^CapBnd:[[:space:]]*//p' /proc/self/status)
	(((16#$bounding >> 24 & 1) == 0))
}

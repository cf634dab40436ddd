#!/bin/bash
# The first process of a Docker, in mount, network, process, IPC and host name namespaces of its own: when it ends, every
# cluster and container ends with it, and so does every mount, bridge and rule of the packet filter.
# From outside come BED_N, BED_DIR, BED_BIN, BED_SOURCE, DOCKER_HOME, DOCKER_SOURCE and SINDRI_DOCKER_MACHINE.
set -euo pipefail
# shellcheck source=SCRIPTDIR/../../bed/lib/supervise.sh
. "$BED_SOURCE/lib/supervise.sh"
# shellcheck source=SCRIPTDIR/daemon.sh
. "$DOCKER_SOURCE/lib/daemon.sh"

hostname "docker$BED_N"
ip link set lo up
# For the machine's own addresses and nothing else: no route leads out of here.
set_up_daemon_mounts
mount --make-rshared / # kubelet in a node passes mounts on to containers
dockerd_command "$(cat "$BED_DIR/version")" "$BED_DIR/data" --host "unix://$BED_DIR/docker.sock" --cgroup-parent "/sindri-docker$BED_N" --userland-proxy-path "$DOCKER_HOME/bin/publish"
keep dockerd "${dockerd[@]}"
wait

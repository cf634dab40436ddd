#!/bin/bash
# load.sh debian|newest ARCHIVE DATA: a dockerd that takes the images of ARCHIVE into its data root DATA, and ends. Runs in namespaces of its
# own, with no network: DOCKER_HOME, DOCKER_SOURCE, BED_BIN and BED_SOURCE come from `docker build`.
set -euo pipefail
version=$1 archive=$2 data=$3
# shellcheck source=SCRIPTDIR/ground.sh
. "$DOCKER_SOURCE/lib/ground.sh"
# shellcheck source=SCRIPTDIR/daemon.sh
. "$DOCKER_SOURCE/lib/daemon.sh"

set_up_daemon_mounts
dockerd_command "$version" "$data" --bridge none --iptables=false --ip6tables=false
"${dockerd[@]}" &
daemon=$!
export DOCKER_HOST=unix:///run/docker.sock
for ((tries = 0; tries < 600; tries++)); do
	! docker version >/dev/null 2>&1 || break
	kill -0 "$daemon" || die "dockerd has ended"
	sleep .1
done
tar -C "$archive" -cf - . | docker load
kill "$daemon"
wait "$daemon" || :

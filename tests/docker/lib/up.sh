# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# Brings a Docker up.

# up VERSION: may be empty, for Debian's or whichever is up
up() {
	! answer_when_docker_is_up "$1" || return 0
	build "${1:-debian}"
	start_interruptibly "$DOCKER_SOURCE/docker" start "$BED_N" --version "${1:-debian}"
}

# answer_when_docker_is_up VERSION: the whole of `up` when it is
answer_when_docker_is_up() {
	lock_docker
	bed_is_up || { let_go "$BED_N"; return 1; }
	[ -z "$1" ] || [ "$1" = "$(cat "$BED_DIR/version")" ] ||
		die "Docker $BED_N is up with version $(cat "$BED_DIR/version"); end it first: docker down $BED_N"
	step "Docker $BED_N is up"
	echo "$BED_DIR/env"
}

# start VERSION
start() {
	local version=$1
	! answer_when_docker_is_up "$version" || return 0
	lock_docker
	prepare_docker_folder
	trap 'end_of_docker_up $?' EXIT
	trap 'exit 143' TERM
	cd "$BED_DIR" || die "cannot go to $BED_DIR"
	make_data_root
	make_program_folder
	cgroup_create
	start_first_docker_process
	wait_for_docker 60 "dockerd" docker_answers
	write_docker_environment >"$BED_DIR/env"
	date +%s >ready
	trap '' TERM
	trap - EXIT
	step "Docker $BED_N is ready"
	echo "$BED_DIR/env"
}

# prepare_docker_folder: anything that is there is left of a Docker that did not end well
prepare_docker_folder() {
	if [ -e "$BED_DIR" ] || [ -n "$(bed_processes)" ]; then
		step "Docker $BED_N did not end well; cleaning up"
		tear_docker_down
		remove_docker_folder
	fi
	case $BED_DIR in /run/* | /opt/*) die "SINDRI_BED_HOME cannot be below /run or /opt: a Docker has its own" ;; esac
	[ "$((${#BED_DIR} + 12))" -le 100 ] || die "the path of SINDRI_BED_HOME is too long for a socket: $BED_HOME"
	mkdir -p "$BED_DIR"/{log,pid}
	echo "$version" >"$BED_DIR/version"
	echo "$BED_DIR" >"$number_locks/$BED_N"
}

# make_data_root: with the images. Their files are links: dockerd and containers never write into an image's files. Databases,
# which they do write into, are copies.
make_data_root() {
	local database
	mkdir -p -m 711 data
	cp -al "$(images_of "$version")/data/." data/
	find data -path '*/fs' -prune -o -path data/overlay2 -prune -o -type f -name '*.db' -print | while read -r database; do
		cp -p "$database" "$database.copy"
		mv "$database.copy" "$database"
	done
}

# make_program_folder: what the tests' PATH begins with
make_program_folder() {
	mkdir -p bin
	ln -s "$DOCKER_HOME/bin"/{kind,k3d} "$BED_BIN/kubectl" "$DOCKER_HOME/debian/usr/bin/docker" bin/
}

# end_of_docker_up STATUS: whatever stopped it, nothing is left but the logs
end_of_docker_up() {
	trap '' TERM
	cd /
	tear_docker_down
	if [ "$1" != 143 ]; then
		rm -rf "$DOCKER_HOME/failed/$BED_N"
		mkdir -p "$DOCKER_HOME/failed"
		cp -r "$BED_DIR/log" "$DOCKER_HOME/failed/$BED_N"
		step "Docker $BED_N could not be brought up; its logs are in $DOCKER_HOME/failed/$BED_N"
	fi
	remove_docker_folder
}

start_first_docker_process() {
	local outer group descriptor=${lock_descriptors[$BED_N]}
	group=$(cgroup_of_programs)
	: >machine-network
	# The mark is in the environment before the lock is let go; the rest of the environment stays outside, and so do signals
	# that whoever called this ignores. The machine's network namespace is kept at hand for published ports.
	# shellcheck disable=SC2016 # expanded in there
	env -i --default-signal "PATH=$PATH" HOME=/root LANG=C.UTF-8 "SINDRI_BED_MARK=$BED_DIR" "SINDRI_DOCKER_MACHINE=$BED_DIR/machine-network" \
		"BED_N=$BED_N" "BED_DIR=$BED_DIR" "BED_BIN=$BED_BIN" "BED_SOURCE=$BED_SOURCE" "DOCKER_HOME=$DOCKER_HOME" "DOCKER_SOURCE=$DOCKER_SOURCE" \
		bash -c 'eval "exec $1>&-"; [ -z "$2" ] || echo $$ >"$2"
			exec setsid unshare --mount bash -c "mount --bind /proc/self/ns/net \"\$SINDRI_DOCKER_MACHINE\"; exec unshare --uts --ipc --net --pid --fork --kill-child --mount-proc bash \"\$DOCKER_SOURCE/lib/inside.sh\""' \
		docker "$descriptor" "$group" >log/bed.log 2>&1 </dev/null &
	outer=$!
	disown
	wait_for_first_process "$outer"
}

docker_answers() { DOCKER_HOST=unix://$BED_DIR/docker.sock bin/docker version; }

# wait_for_docker SECONDS WHAT COMMAND...: polls until the command succeeds
wait_for_docker() {
	local limit=$1 what=$2 end
	shift 2
	end=$((SECONDS + limit))
	until "$@" >/dev/null 2>&1; do
		if ! bed_runs || [ "$SECONDS" -ge "$end" ]; then
			tail_of_log bed
			tail_of_log dockerd
			die "$what did not answer within $limit seconds"
		fi
		sleep .05
	done
}

# write_docker_environment: what test programs need to know, as a file for the shell. HOME and KUBECONFIG are theirs.
write_docker_environment() {
	say_value DOCKER_HOST "unix://$BED_DIR/docker.sock"
	# shellcheck disable=SC2016 # for whoever reads the file
	printf 'export PATH=%q:$PATH\n' "$BED_DIR/bin"
	echo 'unset DOCKER_CONTEXT DOCKER_TLS_VERIFY DOCKER_CERT_PATH DOCKER_API_VERSION KIND_EXPERIMENTAL_PROVIDER'
	say_value SINDRI_TEST_DOCKER 1
	say_value SINDRI_TEST_DOCKER_VERSION "$version"
	say_value SINDRI_TEST_KIND_IMAGE "$kind_image"
	say_value SINDRI_TEST_K3D_IMAGE "$k3s_image"
	say_value K3D_IMAGE_TOOLS "$tools_image"
	say_value K3D_IMAGE_LOADBALANCER "$balancer_image"
	say_value SINDRI_TEST_REGISTRY_IMAGE "$registry_image"
	say_value SINDRI_TEST_IMAGE_LOCAL "$local_image"
	say_value SINDRI_TEST_IMAGE_LOCAL_SHELL "$shell_image"
	say_value SINDRI_TEST_IMAGE_LOCAL_SSH "$ssh_image"
}

say_value() { printf 'export %s=%q\n' "$1" "$2"; }

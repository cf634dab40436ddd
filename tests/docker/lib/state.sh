# shellcheck shell=bash
# What there is of a Docker on this machine. As with beds, a number belongs to the machine (control groups /sindri-dockerN), and
# what runs is known by SINDRI_BED_MARK=FOLDER in its environment; see ../../bed/lib/state.sh, whose functions are used.

number_locks=/run/lock/sindri-docker

cgroup_name() { echo "sindri-docker$BED_N"; }

# select_docker NUMBER: sets BED_N and BED_DIR
select_docker() {
	if [[ ! $1 =~ ^[0-9]{1,3}$ ]] || [ "$((10#$1))" -gt 255 ]; then die "a Docker's number is 0 to 255, not '$1'"; fi
	BED_N=$((10#$1)) BED_DIR=''
	# One that was made from another home is this machine's Docker of that number all the same.
	[ ! -s "$number_locks/$BED_N" ] || BED_DIR=$(cat "$number_locks/$BED_N")
	[ -d "$BED_DIR" ] || BED_DIR=$DOCKER_HOME/run/$BED_N
	export BED_N BED_DIR
}

# lock_docker: and look again, for while it waited the Docker can have come, or gone
lock_docker() {
	only_one "$BED_N" 180 "another command on Docker $BED_N" "$number_locks"
	select_docker "$BED_N"
}

# dockers: the numbers of all Dockers of which anything is left, a line each
dockers() {
	{
		find "$DOCKER_HOME/run" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null || :
		find "$number_locks" -type f -size +0 -printf '%f\n' 2>/dev/null || :
	} | grep -xE '[0-9]{1,3}' | sort -nu || :
}

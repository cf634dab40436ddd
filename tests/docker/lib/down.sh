# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# Takes a Docker down, whatever state it is in.

down() {
	local there=yes
	lock_docker
	[ -e "$BED_DIR" ] || [ -n "$(bed_processes)" ] || there=''
	tear_docker_down # without a folder and a process there can still be control groups
	remove_docker_folder
	if [ -n "$there" ]; then step "Docker $BED_N is down"; else step "Docker $BED_N is not there"; fi
}

tear_docker_down() {
	within_limit 60 "the processes of Docker $BED_N to end" end_processes
	rm -f "$BED_DIR/first"
	within_limit 30 "the control groups of Docker $BED_N to empty" cgroup_remove_once
}

remove_docker_folder() {
	rm -rf --one-file-system "$BED_DIR"
	rmdir "$(dirname "$BED_DIR")" 2>/dev/null || :
	forget_number
}

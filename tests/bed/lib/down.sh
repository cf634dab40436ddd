# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# Takes a bed down, whatever state it is in.

# down keep|remove
down() {
	lock_bed
	if [ ! -e "$BED_DIR" ] && [ -z "$(bed_processes)" ]; then
		# No folder and no process, but perhaps a link or a control group.
		tear_down
		forget_number
		step "bed $BED_N is not there"
		return
	fi
	if [ "$1" = keep ]; then
		[ -e "$BED_DIR/ready" ] || [ -e "$BED_DIR/kept" ] || die "bed $BED_N is not up; there is no state to keep"
		touch "$BED_DIR/kept" # first: from here on an interruption loses nothing
		tear_down
		rm -f "$BED_DIR/ready" "$BED_DIR"/pid/*
		step "bed $BED_N is down; its state is kept"
	else
		tear_down
		remove_folder
		step "bed $BED_N is down"
	fi
}

# tear_down: ends the processes, and removes what the bed has outside its folder
tear_down() {
	within_limit 20 "the processes of bed $BED_N to end" end_processes
	rm -f "$BED_DIR/first"
	within_limit 10 "link bed$BED_N to go" remove_link
	within_limit 20 "the control groups of bed $BED_N to empty" cgroup_remove_once
}

within_limit() {
	local limit=$1 what=$2 end
	shift 2
	end=$((SECONDS + limit))
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || die "waited $limit seconds for $what"
		sleep .02
	done
}

# end_processes: succeeds when there are none. Killing the first process ends all that is in its namespace.
# Its parent is spared: it ends by itself when the last of them has ended, and not before.
end_processes() {
	local process none=0
	for process in $(bed_processes); do
		none=1
		is_waiting_parent "$process" || kill -9 "$process" 2>/dev/null || :
	done
	return "$none"
}

is_waiting_parent() { [ "$(cat "/proc/$1/comm" 2>/dev/null)" = unshare ] && pgrep --parent "$1" >/dev/null; }

remove_link() {
	[ -e "/sys/class/net/bed$BED_N" ] || return 0
	ip link del "bed$BED_N" 2>/dev/null || :
	[ ! -e "/sys/class/net/bed$BED_N" ]
}

remove_folder() {
	rm -rf --one-file-system "$BED_DIR"
	rmdir "$(dirname "$BED_DIR")" 2>/dev/null || :
	forget_number
}

forget_number() { [ ! -e "$number_locks/$BED_N" ] || : >"$number_locks/$BED_N"; }

# shellcheck shell=bash
# The first process of a bed, which is number 1 in a process namespace of its own, and the process that starts it.

# start_interruptibly SCRIPT ARGUMENT...: `start` in a process of its own, which no interrupt from the keyboard
# reaches: a shell that waits for a program now and then forgets one. This shell does nothing but wait,
# and hands it on as a termination. When it is killed, the other is too.
start_interruptibly() {
	local starting status signals=0 seen code=''
	trap 'signals=$((signals + 1)) code=130; kill -TERM "$starting" 2>/dev/null' INT
	trap 'signals=$((signals + 1)) code=143; kill -TERM "$starting" 2>/dev/null' TERM HUP
	setpriv --pdeathsig KILL bash "$@" &
	starting=$!
	while :; do
		seen=$signals status=0
		wait "$starting" || status=$?
		[ "$signals" != "$seen" ] || break # else it was the waiting that ended
	done
	# It may have come to its end before the signal came.
	[ "$status" = 0 ] || exit "${code:-$status}"
}

# wait_for_first_process PARENT: a shell that becomes unshare
wait_for_first_process() {
	local outer=$1 end=$((SECONDS + 10))
	until find_first_process "$outer"; do
		if [ "$SECONDS" -ge "$end" ] || ! kill -0 "$outer" 2>/dev/null; then
			tail_of_log bed
			die "the first process did not start"
		fi
		sleep .01
	done
}

# find_first_process PARENT: its child that is number 1 in a process namespace of its own. Any other process
# taken for it would get the bed's end of the link: worst, the machine itself.
find_first_process() {
	local child
	child=$(pgrep --parent "$1") && grep -qsE '^NSpid:.*[[:space:]]1$' "/proc/$child/status" && echo "$child" >first
}

# shellcheck shell=bash
# Inside a bed: keeps programs running. Outside: hold, release and kill one of them.

# keep NAME COMMAND...: runs it, and again 0.2 s after it ended, except while pid/NAME.hold exists
keep() { supervise "$@" & }

supervise() {
	local name=$1 status
	shift
	while :; do
		while [ -e "$BED_DIR/pid/$name.hold" ]; do sleep .1; done
		# A shell lets what it starts in the background ignore interrupts, and pods would inherit that.
		env --default-signal "$@" >>"$BED_DIR/log/$name.log" 2>&1 &
		echo $! >"$BED_DIR/pid/$name"
		status=0
		wait $! || status=$?
		echo "$(date -u +%FT%TZ) $name ended with status $status"
		sleep .2
	done
}

# programs: the names of what the bed keeps running
programs() { find "$BED_DIR/pid" -type f ! -name '*.hold' -printf '%f\n' 2>/dev/null | sort; }

require_program() {
	bed_runs || die "bed $BED_N is not running"
	[ -e "$BED_DIR/pid/$1" ] || die "bed $BED_N has no program '$1'; it has: $(programs | tr '\n' ' ')"
}

program_runs() { in_bed kill -0 "$(cat "$BED_DIR/pid/$1")" 2>/dev/null; }

# end_program NAME: kill -9, and wait until it is gone
end_program() {
	local process
	process=$(cat "$BED_DIR/pid/$1")
	in_bed kill -9 "$process" 2>/dev/null || return 0
	wait_for 10 "the end of $1 (process $process in the bed)" "$1" process_is_gone "$process"
}

process_is_gone() { ! in_bed kill -0 "$1"; }

hold_program() {
	require_program "$1"
	touch "$BED_DIR/pid/$1.hold"
	end_program "$1"
}

release_program() {
	require_program "$1"
	rm -f "$BED_DIR/pid/$1.hold"
	wait_for 10 "$1 to run again" "$1" program_runs "$1"
}

kill_program() {
	require_program "$1"
	end_program "$1"
}

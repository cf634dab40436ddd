# shellcheck shell=bash
# What beds there are, and what they wrote.

status() {
	local number
	printf '%-4s %-8s %-8s %-8s %-6s %-6s %s\n' BED STATE VERSION PID AGE MEMORY FOLDER
	for number in $(beds); do
		select_bed "$number"
		printf '%-4s %-8s %-8s %-8s %-6s %-6s %s\n' "$BED_N" "$(state)" "$(recorded version)" \
			"$(recorded first)" "$(age)" "$(memory)" "$BED_DIR"
	done
}

state() {
	if bed_is_up; then
		echo up
	elif bed_runs; then
		echo starting
	elif [ -e "$BED_DIR/kept" ]; then
		echo kept
	else
		echo broken
	fi
}

recorded() { cat "$BED_DIR/$1" 2>/dev/null || echo -; }

age() {
	local since
	since=$(cat "$BED_DIR/ready" 2>/dev/null) || { echo -; return; }
	echo "$((($(date +%s) - since) / 60))m"
}

# memory: of the bed's own programs (proportional, so that what they share counts once), without its pods
memory() {
	local process
	for process in $(bed_processes); do sed -n 's/^Pss: *//p' "/proc/$process/smaps_rollup" 2>/dev/null || :; done |
		awk '{ sum += $1 } END { if (NR) printf "%dM\n", sum / 1024; else print "-" }'
}

log_names() { find "$BED_DIR/log" -maxdepth 1 -name '*.log' -printf '%f\n' | sed 's/\.log$//' | sort; }

# show_log [NAME [TAIL_OPTIONS...]]
show_log() {
	[ -d "$BED_DIR/log" ] || die "there is no bed $BED_N"
	if [ $# = 0 ]; then
		log_names
		return
	fi
	[ -e "$BED_DIR/log/$1.log" ] || die "bed $BED_N has no log '$1'; it has: $(log_names | tr '\n' ' ')"
	tail "${@:2}" "$BED_DIR/log/$1.log"
}

# shellcheck shell=bash
# What is said to a person, always on standard error: standard output is for the answer alone.

started=${EPOCHREALTIME/./}

# seconds: how long this command has been running, as 4.5
seconds() {
	local tenths=$(((${EPOCHREALTIME/./} - started) / 100000))
	echo "$((tenths / 10)).$((tenths % 10))"
}

step() { printf '%6s s  %s\n' "$(seconds)" "$*" >&2; }

die() {
	printf 'bed: %s\n' "$*" >&2
	exit 1
}

# tail_of_log NAME: the end of a program's log, so that a failure can be understood where it is reported
tail_of_log() {
	local file=$BED_DIR/log/$1.log
	[ -s "$file" ] || { printf -- '--- %s is empty\n' "$file" >&2; return 0; }
	printf -- '--- the end of %s\n' "$file" >&2
	tail -n 20 "$file" | cut -c 1-400 >&2
}

# wait_for SECONDS WHAT LOG COMMAND...: polls until the command succeeds; at the limit, or when the
# bed has ended, says what was waited for and shows the end of that program's log
wait_for() {
	local limit=$1 what=$2 log=$3 end
	shift 3
	end=$((SECONDS + limit))
	until "$@" >/dev/null 2>&1; do
		if ! bed_runs; then
			tail_of_log bed
			tail_of_log "$log"
			die "bed $BED_N ended while waiting for $what"
		fi
		if [ "$SECONDS" -ge "$end" ]; then
			tail_of_log "$log"
			die "waited $limit seconds for $what"
		fi
		sleep .05
	done
}

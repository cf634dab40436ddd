# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# k3d reads these lines, in this form.

log() { echo "time=\"$(date -u +%FT%TZ)\" level=${2:-info} msg=\"$1\""; }

die() {
	log "stand-in: $1" fatal
	exit 1
}

# keep NAME COMMAND...: runs it, and again when it ends; its log is LOGS/NAME.log
keep() {
	local name=$1
	shift
	(
		trap 'kill $process; exit' TERM
		while :; do
			"$@" >>"$logs/$name.log" 2>&1 &
			process=$!
			wait $process
			sleep 1
		done
	) &
}

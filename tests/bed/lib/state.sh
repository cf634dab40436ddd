# shellcheck shell=bash
# What there is of a bed on this machine, and how to know.
#
# A number belongs to the machine, not to a folder: link bedN, control groups /bedN and address 10.200.N.0/24.
# So its lock is machine-wide too, and holds the path of the bed's folder.
# Every process of a bed has SINDRI_BED_MARK=FOLDER in its environment from its first instruction on; that,
# not a file with a number in it, tells whether a bed runs: it holds after a reboot and after kill -9.

number_locks=/run/lock/sindri-bed

# select_bed NUMBER: sets BED_N, BED_DIR, BED_IP
select_bed() {
	if [[ ! $1 =~ ^[0-9]{1,3}$ ]] || [ "$((10#$1))" -gt 255 ]; then die "a bed's number is 0 to 255, not '$1'"; fi
	BED_N=$((10#$1)) BED_DIR='' BED_IP=10.200.$((10#$1)).2
	# A bed that was made from another home is this machine's bed of that number all the same.
	[ ! -s "$number_locks/$BED_N" ] || BED_DIR=$(cat "$number_locks/$BED_N")
	[ -d "$BED_DIR" ] || BED_DIR=$BED_HOME/run/$BED_N
	export BED_N BED_DIR BED_IP
}

# lock_bed: and look again, for while it waited the bed can have come, or gone
lock_bed() {
	only_one "$BED_N" 180 "another command on bed $BED_N" "$number_locks"
	select_bed "$BED_N"
}

# bed_processes: the process ids of the bed's own programs (pods have other environments, and end with them)
bed_processes() {
	{ grep -lzsxF "SINDRI_BED_MARK=$BED_DIR" /proc/[0-9]*/environ || :; } | cut -d / -f 3
}

# bed_runs: its first process is alive
bed_runs() {
	local first
	first=$(cat "$BED_DIR/first" 2>/dev/null) && [ -n "$first" ] &&
		grep -qzsxF "SINDRI_BED_MARK=$BED_DIR" "/proc/$first/environ"
}

# bed_is_up: it runs, and `up` came to its end
bed_is_up() { bed_runs && [ -e "$BED_DIR/ready" ]; }

# in_bed COMMAND...: runs in the bed's network and process namespaces
in_bed() { nsenter --target "$(cat "$BED_DIR/first")" --net --pid -- "$@"; }

k() { "$BED_BIN/$BED_VERSION/kubectl" --kubeconfig="$BED_DIR/admin.conf" "$@"; }

# beds: the numbers of all beds of which anything is left, a line each
beds() {
	{
		find "$BED_HOME/run" -mindepth 1 -maxdepth 1 -type d -printf '%f\n' 2>/dev/null || :
		find "$number_locks" -type f -size +0 -printf '%f\n' 2>/dev/null || :
		ip -br link | sed -nE 's/^bed([0-9]+)@.*/\1/p'
	} | grep -xE '[0-9]{1,3}' | sort -nu || :
}

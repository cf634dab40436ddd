# shellcheck shell=bash
# Locks that end with their holder, however it ends. The files stay: removing them would race.

declare -A lock_descriptors

# only_one NAME SECONDS WHAT [FOLDER]: takes the lock, or gives up after a time and says who it waited for
only_one() {
	local name=$1 limit=$2 what=$3 folder=${4:-$BED_HOME/locks} descriptor
	mkdir -p "$folder"
	exec {descriptor}<>"$folder/$name"
	if ! flock --nonblock "$descriptor"; then
		step "waiting for $what"
		flock --timeout "$limit" "$descriptor" || die "waited $limit seconds for $what (lock $folder/$name)"
	fi
	lock_descriptors[$name]=$descriptor
}

let_go() {
	local descriptor=${lock_descriptors[$1]}
	exec {descriptor}>&-
	unset "lock_descriptors[$1]"
}

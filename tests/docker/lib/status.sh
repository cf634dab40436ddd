# shellcheck shell=bash
# What Dockers there are, and what they wrote. The columns' functions are the bed's.

status() {
	local number
	printf '%-7s %-8s %-8s %-6s %-6s %s\n' DOCKER STATE PID AGE MEMORY FOLDER
	for number in $(dockers); do
		select_docker "$number"
		printf '%-7s %-8s %-8s %-6s %-6s %s\n' "$BED_N" "$(state)" "$(recorded first)" "$(age)" "$(memory)" "$BED_DIR"
		! bed_is_up || clusters
	done
}

# clusters: the clusters of kind and k3d in the selected Docker, a line each
clusters() {
	DOCKER_HOST=unix://$BED_DIR/docker.sock "$BED_DIR/bin/docker" ps --all \
		--format '{{.Label "io.x-k8s.kind.cluster"}} {{.Label "k3d.cluster"}}' 2>/dev/null |
		awk '$1 { print "        cluster " $1 }' | sort -u || :
}

show_docker_log() {
	[ -d "$BED_DIR/log" ] || die "there is no Docker $BED_N"
	if [ $# = 0 ]; then
		log_names
		return
	fi
	[ -e "$BED_DIR/log/$1.log" ] || die "Docker $BED_N has no log '$1'; it has: $(log_names | tr '\n' ' ')"
	tail "${@:2}" "$BED_DIR/log/$1.log"
}

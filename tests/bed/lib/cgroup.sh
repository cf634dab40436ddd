# shellcheck shell=bash
# The control groups of bed N: its pods are below /bedN, in every hierarchy of version 1 or in the one of version 2.

cgroup_root=/sys/fs/cgroup

cgroup_name() { echo "bed$BED_N"; }

cgroup_is_version_2() { [ -e "$cgroup_root/cgroup.controllers" ]; }

# cgroup_folders: the folder of bed N in each hierarchy, a line each
cgroup_folders() {
	local hierarchy name
	name=$(cgroup_name)
	if cgroup_is_version_2; then
		echo "$cgroup_root/$name"
	else
		for hierarchy in "$cgroup_root"/*/; do
			# Not a second name for another hierarchy (cpu for cpu,cpuacct), nor something else mounted here.
			[ -L "${hierarchy%/}" ] || [ ! -e "$hierarchy/cgroup.procs" ] || echo "$hierarchy$name"
		done
	fi
}

cgroup_create() {
	local folder controller name
	name=$(cgroup_name)
	while read -r folder; do
		mkdir -p "$folder" 2>/dev/null || die "cannot make the control group $folder (is $cgroup_root read-only?)"
	done < <(cgroup_folders)
	cgroup_is_version_2 || return 0
	# In version 2 a group gives controllers to its children, or has processes; so the programs get a
	# child of their own, and the pods another (kubelet makes it).
	mkdir -p "$cgroup_root/$name/programs"
	for folder in "$cgroup_root" "$cgroup_root/$name"; do
		for controller in cpu cpuset memory pids; do pass_on "$controller" "$folder"; done
	done
}

# pass_on CONTROLLER FOLDER: so that children of this group have it too
pass_on() {
	! grep -qw "$1" "$2/cgroup.subtree_control" || return 0
	grep -qw "$1" "$2/cgroup.controllers" || die "kubelet needs the $1 controller, and $2 does not have it"
	echo "+$1" 2>/dev/null >"$2/cgroup.subtree_control" ||
		die "cannot pass the $1 controller on from $2 (are there processes in it? in a container, move them to a child group first)"
}

# cgroup_of_programs: the file that a process writes itself to; empty when it stays where it is
cgroup_of_programs() { ! cgroup_is_version_2 || echo "$cgroup_root/$(cgroup_name)/programs/cgroup.procs"; }

cgroup_remove_once() {
	local folder left=0
	while read -r folder; do
		[ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || left=1
	done < <(cgroup_folders)
	return "$left"
}

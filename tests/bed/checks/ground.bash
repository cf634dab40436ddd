# shellcheck shell=bash
# What the checks stand on: the test's own beds, kubectl on them, and pictures of the machine.
# shellcheck disable=SC2154 # number, work, home, bed and here come from `test`

folder() { echo "$home/run/$1"; }
# shellcheck source=/dev/null
value() { (. "$(folder "$number")/env" && echo "${!1}"); }

# on NUMBER ARGUMENT...: kubectl as that bed's administrator; as PERSON ARGUMENT...: on the first bed
on() { "$home/bin/newest/kubectl" --kubeconfig "$(folder "$1")/admin.conf" "${@:2}"; }
as() { "$home/bin/newest/kubectl" --kubeconfig "$(folder "$number")/$1.conf" "${@:2}"; }
k() { on "$number" "$@"; }

# first NUMBER: the process id of a bed's first process
first() { cat "$(folder "$1")/first"; }

# need_bed NUMBER [UP_ARGUMENT...]: so that each subject can run alone too
need_bed() { "$bed" up "$@" >/dev/null 2>&1; }

# new_namespace NAME [LEVEL]: empty, with Pod Security enforced
new_namespace() {
	k delete namespace "$1" --ignore-not-found --wait --timeout 60s &&
		k create namespace "$1" && k label namespace "$1" "pod-security.kubernetes.io/enforce=${2:-restricted}" &&
		within 10 k -n "$1" get serviceaccount default
}

# machine: what a bed could leave behind: links, mounts, packet filter, folders of the system. Other beds are not ours.
machine() {
	local path
	echo "-- links"
	ip -br link | sed 's/[@ ].*//' | grep -vxE 'bed[0-9]+' | sort
	echo "-- mounts"
	cut -d ' ' -f 5- /proc/self/mountinfo | sort
	echo "-- packet filter"
	{ iptables-save; ip6tables-save; } 2>/dev/null | grep -v '^#' | sed 's/\[[0-9:]*\]$//'
	echo "-- folders"
	for path in /opt/containerd /opt/cni /usr/libexec/kubernetes /etc/cni /etc/kubernetes /var/lib/kubelet /var/lib/cni \
		/var/lib/containerd /var/lib/volumes /var/log/pods /var/log/containers /run/containerd /run/kubernetes; do
		[ ! -e "$path" ] || echo "$path"
	done
}

# traces NUMBER: what there is of one bed: nothing, when it is down
traces() {
	[ ! -e "/sys/class/net/bed$1" ] || echo "link bed$1"
	find /sys/fs/cgroup -type d -name "bed$1" -printf 'control group %p\n'
	[ ! -e "$(folder "$1")" ] || echo "folder $(folder "$1")"
	[ ! -s "/run/lock/sindri-bed/$1" ] || echo "number $1 is taken"
	grep -lzsxF "SINDRI_BED_MARK=$(folder "$1")" /proc/[0-9]*/environ | sed 's/^/process /'
	grep -F "$(folder "$1")" /proc/self/mountinfo
	return 0
}

leaves_nothing() { equal "" traces "$1"; }

# tree PROCESS: it and everything below it, as process ids with start times (an id alone can come again)
tree() {
	ps -e -o pid= -o ppid= | awk -v top="$1" '
		{ parent[$1] = $2 }
		END { for (p in parent) { q = p; while (q in parent && q != top) q = parent[q]; if (q == top) print p } }' |
		while read -r process; do stat_of "$process"; done
}

stat_of() { sed -E 's/^([0-9]+) \(.*\) /\1 /' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 1,20; }

# all_gone: none of the processes of standard input, from `tree`, is left
all_gone() {
	local process since
	while read -r process since; do
		[ "$(stat_of "$process")" != "$process $since" ] || { echo "process $process is left: $(sed -n '1,4p' "/proc/$process/status" | tr '\n' ' ') $(tr '\0' ' ' <"/proc/$process/cmdline")"; return 1; }
	done
}

# pod NAME IMAGE [CONTAINER_FIELDS [POD_FIELDS]]: a pod as restricted Pod Security wants it, as JSON
pod() {
	jq -n --arg name "$1" --arg image "$2" --argjson container "${3:-{\}}" --argjson pod "${4:-{\}}" '{
		apiVersion: "v1", kind: "Pod", metadata: {name: $name, labels: {app: $name}},
		spec: ({restartPolicy: "Never", terminationGracePeriodSeconds: 20,
			securityContext: {runAsNonRoot: true, seccompProfile: {type: "RuntimeDefault"}},
			containers: [({name: "main", image: $image, imagePullPolicy: "IfNotPresent",
				securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: ["ALL"]}}} + $container)]} + $pod)}'
}

# apply_pod NAMESPACE NAME IMAGE...: makes the pod of the arguments
apply_pod() {
	local namespace=$1
	shift
	pod "$@" | k -n "$namespace" apply -f -
}

# field NAMESPACE POD JSONPATH
field() { k -n "$1" get pod "$2" -o "jsonpath={$3}"; }

pod_runs() { within 30 equal true field "$1" "$2" '.status.containerStatuses[0].ready'; }

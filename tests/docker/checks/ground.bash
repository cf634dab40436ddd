# shellcheck shell=bash
# shellcheck disable=SC2154 # number, work, home, docker and here come from `test`
# What the checks stand on: the test's own Docker, what is in it, and pictures of the machine.

folder() { echo "$home/run/$1"; }
first() { cat "$(folder "$1")/first"; }

# need_docker NUMBER: so that each subject can run alone too
need_docker() { "$docker" up "$1" >/dev/null 2>&1; }

# with COMMAND...: as a test program that has read the env file, with a home of its own
with() (
	# shellcheck source=/dev/null
	. "$(folder "$number")/env"
	export HOME=$work/person KUBECONFIG=$work/person/kubeconfig
	mkdir -p "$HOME"
	"$@"
)
value() { with printenv "$1"; }

# machine: what a Docker could leave behind: links, mounts, packet filter, folders of the system
machine() {
	local path
	echo "-- links"
	ip -br link | sed 's/[@ ].*//' | grep -vxE 'bed[0-9]+' | sort
	echo "-- mounts"
	cut -d ' ' -f 5- /proc/self/mountinfo | sort
	echo "-- packet filter"
	{ iptables-save; ip6tables-save; } 2>/dev/null | grep -v '^#' | sed 's/\[[0-9:]*\]$//'
	echo "-- forwarding $(cat /proc/sys/net/ipv4/ip_forward)"
	echo "-- folders"
	for path in /opt/containerd /etc/docker/key.json /etc/cni /etc/kubernetes /var/lib/docker /var/lib/containerd /var/lib/kubelet \
		/var/lib/cni /var/lib/rancher /etc/rancher /run/docker /run/docker.sock /run/containerd; do
		[ ! -e "$path" ] || echo "$path"
	done
}

# traces NUMBER: what there is of one Docker: nothing, when it is down
traces() {
	find /sys/fs/cgroup -type d -name "sindri-docker$1" -printf 'control group %p\n'
	[ ! -e "$(folder "$1")" ] || echo "folder $(folder "$1")"
	[ ! -s "/run/lock/sindri-docker/$1" ] || echo "number $1 is taken"
	grep -lzsxF "SINDRI_BED_MARK=$(folder "$1")" /proc/[0-9]*/environ | sed 's/^/process /'
	grep -F "$(folder "$1")" /proc/self/mountinfo
	return 0
}

leaves_nothing() { equal "" traces "$1"; }

# listens PORT: somebody on the machine does
listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# pod_with_volume: writes into a volume of the default class
pod_with_volume() {
	with kubectl apply -f - <<-END
		{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: home}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: writer}
		spec:
		  securityContext: {runAsUser: 0}
		  containers: [{name: main, image: "$(value SINDRI_TEST_IMAGE_LOCAL)", imagePullPolicy: Never, volumeMounts: [{name: home, mountPath: /home}]}]
		  volumes: [{name: home, persistentVolumeClaim: {claimName: home}}]
	END
	with kubectl wait --for condition=Ready pod/writer --timeout 60s &&
		with kubectl exec writer -- sh -c 'echo written >/home/file' && equal written with kubectl exec writer -- cat /home/file
}

nodes_ready() { equal "$1" ready_nodes; }
ready_nodes() { with kubectl get nodes -o 'jsonpath={range .items[*]}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' | grep -c True; }

# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Clusters by kind.

need_docker "$number"
kind() { with command kind "$@"; }
create() { kind create cluster --image "$(value SINDRI_TEST_KIND_IMAGE)" --name "$1" --wait 120s "${@:2}"; }
load() { kind load docker-image "$(value SINDRI_TEST_IMAGE_LOCAL)" --name "$1"; }
service_answers() {
	with kubectl exec writer -- nslookup kubernetes.default.svc.cluster.local
}

check "a cluster of one node is made" create one
check "its node is ready" nodes_ready 1
check "status shows the cluster" says "cluster one" "$docker" status
check "kind lists it" equal one kind get clusters
check "an image is loaded" load one
# With images in containerd Docker's identity of an image is another than the node's, and kind loads it each time.
[ "$(value SINDRI_TEST_DOCKER_VERSION)" = newest ] || check "loading it again says that it is there" says "already present" load one
check "a pod with a volume runs and writes" pod_with_volume
check "cluster DNS answers in the pod" within 30 service_answers
most_restarts() { with kubectl get pods -A -o 'jsonpath={range .items[*].status.containerStatuses[*]}{.restartCount}{"\n"}{end}' | sort -rn | head -n 1; }
check "nothing in it has restarted" equal 0 most_restarts
load_archive() { with docker save --output "$work/ssh.tar" "$(value SINDRI_TEST_IMAGE_LOCAL_SSH)" && kind load image-archive "$work/ssh.tar" --name one; }
check "an image archive is loaded" load_archive
restart_node() { with docker restart one-control-plane && within 60 with kubectl get --raw /readyz && within 60 equal written with kubectl exec writer -- cat /home/file; }
check "after a restart of the node the pod has its volume" restart_node
check "the cluster is deleted" kind delete cluster --name one
check "no container is left" equal "" with docker ps --all --quiet

cat >"$work/three.yaml" <<-'END'
	kind: Cluster
	apiVersion: kind.x-k8s.io/v1alpha4
	nodes: [{role: control-plane}, {role: worker}, {role: worker}]
END
between_nodes() { # a pod on one worker reaches a pod on the other
	local at
	with kubectl run server --image "$(value SINDRI_TEST_IMAGE_LOCAL)" --image-pull-policy Never --overrides '{"spec": {"nodeName": "three-worker"}}' \
		--command -- sh -c 'while :; do echo reached | nc -l -p 8080; done' || return 1
	with kubectl run client --image "$(value SINDRI_TEST_IMAGE_LOCAL)" --image-pull-policy Never --overrides '{"spec": {"nodeName": "three-worker2"}}' || return 1
	with kubectl wait --for condition=Ready pod/server pod/client --timeout 60s || return 1
	at=$(with kubectl get pod server -o 'jsonpath={.status.podIP}')
	within 20 equal reached with kubectl exec client -- nc -w 2 "$at" 8080
}
check "a cluster of three nodes is made" create three --config "$work/three.yaml"
check "its nodes are ready" within 30 nodes_ready 3
check "an image is loaded into all of them" load three
check "pods reach each other from node to node" between_nodes
check "the cluster is deleted" kind delete cluster --name three

# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Clusters by k3d, with a stand-in for k3s.

need_docker "$number"
k3d() { with command k3d "$@"; }
create() { k3d cluster create "$1" --image "$(value SINDRI_TEST_K3D_IMAGE)" --timeout 120s "${@:2}"; }
runs_local_image() {
	with kubectl run "$1" --image "$2" --image-pull-policy "$3" && with kubectl wait --for condition=Ready "pod/$1" --timeout 60s
}

check "a cluster of one node is made, without a load balancer" create one --no-lb
check "its node is ready" within 30 nodes_ready 1
check "status shows the cluster" says "cluster one" "$docker" status
check "an image is imported" k3d image import "$(value SINDRI_TEST_IMAGE_LOCAL)" --cluster one
check "a pod runs with it" runs_local_image imported "$(value SINDRI_TEST_IMAGE_LOCAL)" Never
dns() { with kubectl exec imported -- nslookup kubernetes.default.svc.cluster.local; }
check "cluster DNS answers in the pod" within 30 dns
check "a pod with a volume runs and writes" pod_with_volume
check "the cluster is stopped" k3d cluster stop one
check "and started" k3d cluster start one
check "it answers" within 30 with kubectl get --raw /readyz
check "the cluster is deleted" k3d cluster delete one

# Not port 0: k3d would tell the nodes of port 0 too.
port=$((20000 + RANDOM % 10000))
check "a registry is made" k3d registry create registry --image "$(value SINDRI_TEST_REGISTRY_IMAGE)" --port "127.0.0.1:$port"
push() { with docker tag "$(value SINDRI_TEST_IMAGE_LOCAL)" "localhost:$port/pushed:1" && with docker push "localhost:$port/pushed:1"; }
check "an image is pushed to it" push
check "a cluster with an agent, a load balancer and the registry is made" create two --agents 1 --registry-use "k3d-registry:$port"
check "its nodes are ready" within 30 nodes_ready 2
check "a pod runs with an image from the registry" runs_local_image pushed "k3d-registry:$port/pushed:1" Always
check "the cluster is deleted" k3d cluster delete two
check "the registry is deleted" k3d registry delete k3d-registry
check "no container is left" equal "" with docker ps --all --quiet

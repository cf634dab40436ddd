# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# Volumes, by the provisioner and under the class that k3s has: a folder of the node, made by a pod there.

start_storage() {
	until "$kube" kubectl apply -f /usr/share/k3s/storage.yaml >"$logs/storage.log" 2>&1; do sleep .5; done
	keep local-path-provisioner env POD_NAMESPACE=kube-system local-path-provisioner start --kubeconfig="$KUBECONFIG" \
		--config=/usr/share/k3s/storage.json --namespace=kube-system --helper-image=docker.io/bed/shell:1 --service-account-name=default
}

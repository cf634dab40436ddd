# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# The control plane, and how an agent finds it.

start_server() {
	authority=$tls/ca.crt
	local api=https://127.0.0.1:6443 each
	[ -e "$tls/service-accounts.key" ] || make_authority
	certificate serving /CN=k3s "subjectAltName=$(serving_names)"
	kubeconfig "$agent/node.conf" "$api" "$authority" "$(user_of node)"
	for each in kube-controller-manager kube-scheduler; do kubeconfig "$data/server/$each.conf" "$api" "$authority" "$(user_of "$each")"; done
	start_control_plane
	until [ "$(curl --silent --insecure "$api/readyz")" = ok ]; do sleep .2; done
	kubeconfig /etc/rancher/k3s/k3s.yaml "$api" "$authority" "$(user_of admin)"
	export KUBECONFIG=/etc/rancher/k3s/k3s.yaml
	write_rights >"$data/server/rights.yaml"
	until "$kube" kubectl apply -f "$data/server/rights.yaml" >"$logs/rights.log" 2>&1; do sleep .5; done
	if [ -n "$kubeconfig_copy" ]; then
		mkdir -p "$(dirname "$kubeconfig_copy")"
		cp "$KUBECONFIG" "$kubeconfig_copy"
	fi
	log "Wrote kubeconfig ${kubeconfig_copy:-$KUBECONFIG}"
	[ -z "$with_dns" ] || start_dns
	[ -z "$with_storage" ] || start_storage
	keep_manifests &
	log "Cluster dns configmap has been set successfully"
	log "k3s is up and running"
}

start_control_plane() {
	keep etcd "$kube" etcd --data-dir="$data/server/db" --unsafe-no-fsync --log-level=warn
	log "Running kube-apiserver"
	keep kube-apiserver "$kube" kube-apiserver --etcd-servers=http://127.0.0.1:2379 --secure-port=6443 \
		--advertise-address="$address" --service-cluster-ip-range="$service_network" \
		--tls-cert-file="$tls/serving.crt" --tls-private-key-file="$tls/serving.key" --client-ca-file="$tls/ca.crt" --enable-bootstrap-token-auth \
		--kubelet-client-certificate="$tls/admin.crt" --kubelet-client-key="$tls/admin.key" --kubelet-preferred-address-types=InternalIP \
		--authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged \
		--service-account-issuer=https://kubernetes.default.svc.cluster.local \
		--service-account-key-file="$tls/service-accounts.key" --service-account-signing-key-file="$tls/service-accounts.key" \
		"${api_server_options[@]}"
	keep kube-controller-manager "$kube" kube-controller-manager --kubeconfig="$data/server/kube-controller-manager.conf" \
		--leader-elect=false --use-service-account-credentials --kube-api-qps=1000 --kube-api-burst=1000 \
		--service-account-private-key-file="$tls/service-accounts.key" --root-ca-file="$tls/ca.crt" \
		--cluster-signing-cert-file="$tls/ca.crt" --cluster-signing-key-file="$tls/ca.key" \
		--allocate-node-cidrs --cluster-cidr="$pod_network" --controllers='*,bootstrapsigner,tokencleaner' "${controller_options[@]}"
	keep kube-scheduler "$kube" kube-scheduler --kubeconfig="$data/server/kube-scheduler.conf" \
		--leader-elect=false --kube-api-qps=1000 --kube-api-burst=1000 "${scheduler_options[@]}"
}

# write_rights: what nodes may do, here with the identity of the node for kube-proxy and the pod network too
write_rights() {
	local joining
	joining=$(bootstrap_token)
	sed "s|TOKEN_ID|${joining%.*}|; s|TOKEN_SECRET|${joining#*.}|" /usr/share/k3s/rights.yaml
}

# join_server: as an agent
join_server() {
	authority=$agent/ca.crt
	until curl --silent --insecure --fail "$server_url/api/v1/namespaces/kube-public/configmaps/kube-root-ca.crt" |
		jq -er '.data["ca.crt"]' >"$authority"; do
		log "Waiting to retrieve agent configuration; server is not ready"
		sleep 2
	done
	kubeconfig "$agent/bootstrap.conf" "$server_url" "$authority" "{token: $(bootstrap_token)}"
}

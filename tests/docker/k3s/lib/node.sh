# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# The node: kubelet and kube-proxy, with the labels and annotations that k3s is reported to set.

as_node() { "$kube" kubectl --kubeconfig="$agent/node.conf" "$@"; }

# start_node ARGUMENT...: the command line, which an annotation repeats
start_node() {
	local joining=()
	[ "$role" = server ] || joining=(--bootstrap-kubeconfig="$agent/bootstrap.conf" --cert-dir="$agent/pki")
	write_kubelet_configuration >"$agent/etc/kubelet.yaml"
	keep kubelet "$kube" kubelet --kubeconfig="$agent/node.conf" "${joining[@]}" --config="$agent/etc/kubelet.yaml" \
		--node-ip="$address" --hostname-override="$name" --provider-id="k3s://$name" \
		--node-labels="node.kubernetes.io/instance-type=k3s,beta.kubernetes.io/instance-type=k3s$labels" \
		${taints:+--register-with-taints="${taints#,}"} "${kubelet_options[@]}"
	until [ -e "$agent/node.conf" ] && as_node get node "$name" >/dev/null 2>&1; do sleep .3; done
	log "Successfully registered node $name"
	as_node annotate --overwrite node "$name" k3s.io/hostname="$name" k3s.io/internal-ip="$address" \
		k3s.io/node-args="$(jq -nc '$ARGS.positional' --args -- "$@")" >/dev/null
	# A node may not give itself a role.
	[ "$role" = agent ] || "$kube" kubectl label --overwrite node "$name" node-role.kubernetes.io/control-plane=true >/dev/null
	# Connection tracking limits belong to the machine: the node leaves them alone.
	keep kube-proxy "$kube" kube-proxy --kubeconfig="$agent/node.conf" --hostname-override="$name" --proxy-mode=iptables \
		--cluster-cidr="$pod_network" --conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0 \
		"${proxy_options[@]}"
}

write_kubelet_configuration() {
	# It must not begin with a brace: then kubelet would read it as JSON.
	cat <<-END
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		authentication: {x509: {clientCAFile: $authority}}
		cgroupDriver: cgroupfs
		failCgroupV1: false
		failSwapOn: false
		containerRuntimeEndpoint: unix://$socket
		clusterDNS: [$dns_address]
		clusterDomain: cluster.local
		serializeImagePulls: false
		imageGCHighThresholdPercent: 100
		evictionHard: {memory.available: 1Mi, nodefs.available: 0%, imagefs.available: 0%}
	END
}

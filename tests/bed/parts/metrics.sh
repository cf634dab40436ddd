# shellcheck shell=bash
# The metrics API (`kubectl top`, autoscaling): sigs.k8s.io/metrics-server beside the API server.
metrics_folder=$(cd "${BASH_SOURCE[0]%/*}/metrics" && pwd)

# shellcheck source=SCRIPTDIR/shared/module-program.bash
. "${BASH_SOURCE[0]%/*}/shared/module-program.bash"

metrics_packages() {
	echo jq
}

metrics_build() {
	module_program metrics-server sigs.k8s.io/metrics-server@v0.9.0 ./cmd/metrics-server
}

metrics_start() {
	local access=$BED_DIR/admin.conf
	mkdir -p "$BED_DIR/metrics" # for the certificate that it makes itself
	# The request's limit must not be the resolution, and twice the resolution is what the first numbers take.
	keep metrics "$BED_BIN/metrics-server" --kubeconfig="$access" --authentication-kubeconfig="$access" \
		--authorization-kubeconfig="$access" --secure-port=4443 --cert-dir="$BED_DIR/metrics" \
		--metric-resolution=10s --kubelet-request-timeout=2s --kubelet-insecure-tls \
		--kubelet-preferred-address-types=InternalIP --kubelet-use-node-status-port
}

# Available means that the API server reaches it. Numbers come after two scrapes, 20 seconds later: whoever
# needs them polls.
metrics_ready() {
	sed "s/BED_IP/$BED_IP/" "$metrics_folder/metrics.yml" | k apply -f - >/dev/null
	wait_for 60 "the metrics API" metrics metrics_available
}

metrics_available() {
	[ "$(k get apiservice v1beta1.metrics.k8s.io \
		-o 'jsonpath={.status.conditions[?(@.type=="Available")].status}')" = True ]
}

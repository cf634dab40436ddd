# shellcheck shell=bash
# NetworkPolicy, enforced: sigs.k8s.io/kube-network-policies, which sends the packets of selected pods through
# a netfilter queue to user space and answers for each new connection.
netpol_folder=$(cd "${BASH_SOURCE[0]%/*}/netpol" && pwd)

# shellcheck source=SCRIPTDIR/shared/module-program.bash
. "${BASH_SOURCE[0]%/*}/shared/module-program.bash"

netpol_packages() {
	printf '%s\n' curl jq nftables patch util-linux
}

netpol_build() {
	local module=sigs.k8s.io/kube-network-policies@v1.1.0 package=./cmd/kube-network-policies/standard
	if netpol_kernel_has_queue_expression; then
		module_program kube-network-policies "$module" "$package"
	else
		module_program kube-network-policies-target "$module" "$package" "$netpol_folder/queue-target.patch"
	fi
}

# The program asks nftables for its own queue expression, which a kernel without CONFIG_NFT_QUEUE does not
# have. The patched one asks for xtables' NFQUEUE target instead, the same queue by its older name. It also
# lets replies pass by their connection's state alone: such a kernel has no CONFIG_NETFILTER_NETLINK_GLUE_CT either,
# without which a verdict cannot label the connection. Tried on a network namespace of its own, for only the
# running kernel knows.
netpol_kernel_has_queue_expression() {
	unshare --net sh -c 'nft add table inet t && nft add chain inet t c && nft add rule inet t c queue num 98' 2>/dev/null
}

netpol_start() {
	local name=kube-network-policies-target
	! netpol_kernel_has_queue_expression || name=kube-network-policies
	# No plug-in for the container runtime, which is too old for it: addresses come from the API alone.
	# The bed's node is called as its host is.
	keep netpol "$BED_BIN/$name" --kubeconfig="$BED_DIR/admin.conf" --nfqueue-id=98 --disable-nri
}

netpol_ready() {
	wait_for 60 "the enforcement of network policies" netpol curl -fsS -o /dev/null "http://$BED_IP:9080/metrics"
}

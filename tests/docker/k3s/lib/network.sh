# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# The pod network: CNI configuration from this node's pod CIDR, a route to each other node's, masquerade to the outside.

keep_network() {
	local pause=1 list node cidr at rule
	while sleep "$pause"; do
		list=$(as_node get nodes -o json | jq -r '.items[] | select(.spec.podCIDR) |
			[.metadata.name, .spec.podCIDR, (.status.addresses[] | select(.type == "InternalIP").address)] | @tsv') || continue
		while read -r node cidr at; do
			[ -n "$at" ] || continue
			if [ "$node" = "$name" ]; then
				write_network "$cidr"
				pause=5
			else
				ip route replace "$cidr" via "$at"
			fi
		done <<<"$list"
		rule=(POSTROUTING -s "$pod_network" '!' -d "$pod_network" -m addrtype '!' --dst-type LOCAL -j MASQUERADE)
		iptables -w -t nat -C "${rule[@]}" 2>/dev/null || iptables -w -t nat -A "${rule[@]}"
	done 2>>"$logs/network.log"
}

# write_network CIDR: a file that is moved into the folder from elsewhere is not noticed by containerd
write_network() {
	local file=$agent/etc/cni/net.d/10-k3s.conflist wanted
	wanted=$(jq -cn --arg subnet "$1" '{cniVersion: "0.4.0", name: "cbr0", plugins: [
		{type: "ptp", mtu: 1500, ipMasq: false, ipam: {type: "host-local", dataDir: "/run/cni-ipam-state",
			routes: [{dst: "0.0.0.0/0"}], ranges: [[{subnet: $subnet}]]}},
		{type: "portmap", capabilities: {portMappings: true}}]}')
	[ "$(cat "$file" 2>/dev/null)" = "$wanted" ] || { echo "$wanted" >"$file.new" && mv "$file.new" "$file"; }
}

# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# Cluster DNS, a process behind the Service kube-dns; and the folder of manifests, where k3d adds names to it.

hosts=/run/k3s/NodeHosts

start_dns() {
	[ -e "$data/server/manifests/coredns.yaml" ] || write_dns_manifest >"$data/server/manifests/coredns.yaml"
	cat >"$data/server/Corefile" <<-END
		.:53 {
			errors
			hosts $hosts {
				fallthrough
			}
			kubernetes cluster.local in-addr.arpa ip6.arpa {
				kubeconfig $KUBECONFIG
				pods insecure
				fallthrough in-addr.arpa ip6.arpa
			}
			forward . /etc/resolv.conf
		}
	END
	touch "$hosts"
	"$kube" kubectl apply -f - >"$logs/dns.log" 2>&1 <<-END
		apiVersion: discovery.k8s.io/v1
		kind: EndpointSlice
		metadata: {name: kube-dns-standin, namespace: kube-system, labels: {kubernetes.io/service-name: kube-dns}}
		addressType: IPv4
		endpoints: [{addresses: ["$address"]}]
		ports: [{name: dns, port: 53, protocol: UDP}, {name: dns-tcp, port: 53, protocol: TCP}]
	END
	keep coredns coredns -conf "$data/server/Corefile"
}

# write_dns_manifest: k3d rewrites NodeHosts in this file
write_dns_manifest() {
	cat <<-END
		apiVersion: v1
		kind: ConfigMap
		metadata:
		  name: coredns
		  namespace: kube-system
		data:
		  NodeHosts: ""
		---
		apiVersion: v1
		kind: Service
		metadata:
		  name: kube-dns
		  namespace: kube-system
		spec:
		  clusterIP: $dns_address
		  ports:
		  - {name: dns, port: 53, protocol: UDP}
		  - {name: dns-tcp, port: 53, protocol: TCP}
	END
}

# keep_manifests: applies what is in the folder when it changes, and gives NodeHosts to DNS
keep_manifests() {
	local now seen=''
	while :; do
		# shellcheck disable=SC2012 # times and sizes are what is wanted
		now=$(ls -l --time-style=full-iso "$data/server/manifests")
		if [ "$now" != "$seen" ] && "$kube" kubectl apply -f "$data/server/manifests" >>"$logs/manifests.log" 2>&1; then seen=$now; fi
		if "$kube" kubectl -n kube-system get configmap coredns -o 'jsonpath={.data.NodeHosts}' >"$hosts.new" 2>/dev/null &&
			! cmp -s "$hosts.new" "$hosts"; then
			cat "$hosts.new" >"$hosts"
		fi
		sleep 2
	done
}

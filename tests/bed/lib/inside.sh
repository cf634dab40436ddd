#!/bin/bash
# The first process of a bed, in mount, network, process, IPC and host name namespaces of its own: when it
# ends, all of the bed ends. It sets the namespaces up, starts every program, and keeps them running.
# From outside come BED_N, BED_DIR, BED_IP, BED_HOME, BED_BIN, BED_SOURCE, BED_VERSION and BED_PARTS.
set -euo pipefail
# shellcheck source=SCRIPTDIR/say.sh
. "$BED_SOURCE/lib/say.sh"
# shellcheck source=SCRIPTDIR/parts.sh
. "$BED_SOURCE/lib/parts.sh"
# shellcheck source=SCRIPTDIR/supervise.sh
. "$BED_SOURCE/lib/supervise.sh"
PATH=$BED_BIN/$BED_VERSION:$BED_BIN:$PATH

# within SECONDS WHAT COMMAND...: polls; gives the bed up at the limit
within() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" 2>/dev/null; do
		[ "$SECONDS" -lt "$end" ] || die "$what did not come"
		sleep .01
	done
}

set_up_network() {
	hostname n1
	ip link set lo up
	within 20 "the link from outside" ip link set eth0 up
	ip addr add "$BED_IP/24" dev eth0
	ip route add default via "${BED_IP%.2}.1"
	echo 1 >/proc/sys/net/ipv4/ip_forward
}

set_up_mounts() {
	local names
	mount --bind "$BED_DIR/lib" /var/lib
	mount --bind "$BED_DIR/log" /var/log
	mount -t tmpfs tmpfs /run
	# /etc/resolv.conf can be a link into /run, where there is nothing any more.
	names=$(readlink -m /etc/resolv.conf)
	[[ $names != /run/* ]] || { mkdir -p "$(dirname "$names")"; : >"$names"; }
	echo "nameserver $BED_IP" >/run/resolv.conf
	mount --bind /run/resolv.conf "$names"
	mount --make-rshared / # kubelet passes mounts on to containers
}

as() { echo "--kubeconfig=$BED_DIR/$1.conf"; }

start_control_plane() {
	local tls=$BED_DIR/tls
	# What a crash of the machine would lose is of no interest here: the folder goes with the bed.
	keep etcd etcd --data-dir="$BED_DIR/etcd" --unsafe-no-fsync --log-level=warn
	keep kube-apiserver kube-apiserver \
		--etcd-servers=http://127.0.0.1:2379 --advertise-address="$BED_IP" --service-cluster-ip-range=10.96.0.0/16 \
		--tls-cert-file="$tls/server.crt" --tls-private-key-file="$tls/server.key" \
		--token-auth-file="$BED_DIR/tokens" --client-ca-file="$tls/ca.crt" \
		--authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction --allow-privileged \
		--kubelet-client-certificate="$tls/kubelet-client.crt" --kubelet-client-key="$tls/kubelet-client.key" \
		--kubelet-preferred-address-types=InternalIP \
		--requestheader-client-ca-file="$tls/ca.crt" --requestheader-allowed-names=front-proxy-client \
		--requestheader-username-headers=X-Remote-User --requestheader-group-headers=X-Remote-Group \
		--requestheader-extra-headers-prefix=X-Remote-Extra- \
		--proxy-client-cert-file="$tls/front-proxy-client.crt" --proxy-client-key-file="$tls/front-proxy-client.key" \
		--service-account-issuer=https://kubernetes.default.svc.cluster.local \
		--service-account-key-file="$tls/service-accounts.pub" --service-account-signing-key-file="$tls/service-accounts.key"
	# The rate limits: with the defaults a controller waits for its turn 5 s after start.
	keep kube-controller-manager kube-controller-manager "$(as kube-controller-manager)" \
		--leader-elect=false --use-service-account-credentials --kube-api-qps=1000 --kube-api-burst=1000 \
		--service-account-private-key-file="$tls/service-accounts.key" --root-ca-file="$tls/ca.crt" \
		--cluster-signing-cert-file="$tls/ca.crt" --cluster-signing-key-file="$tls/ca.key" \
		--flex-volume-plugin-dir=/var/lib/kubelet/volume-plugins
	keep kube-scheduler kube-scheduler "$(as kube-scheduler)" --leader-elect=false --kube-api-qps=1000 --kube-api-burst=1000
}

api_server_is_ready() { curl --silent --fail --max-time 5 --cacert "$BED_DIR/tls/ca.crt" --output /dev/null "https://$BED_IP:6443/readyz"; }

# Before the API server has its own roles it refuses everybody, and kube-proxy would then ask again only
# seconds later. (The others recover at once, and use the time to start.)
start_proxy() {
	within 120 "the API server, for kube-proxy," api_server_is_ready
	# Connection tracking limits belong to the machine: the bed leaves them alone.
	keep kube-proxy kube-proxy "$(as kube-proxy)" --proxy-mode=iptables --cluster-cidr=10.244.0.0/16 \
		--conntrack-max-per-core=0 --conntrack-tcp-timeout-established=0 --conntrack-tcp-timeout-close-wait=0
}

start_node() {
	keep registry docker-registry serve "$BED_DIR/registry.yml"
	keep containerd containerd --config "$BED_DIR/containerd.toml"
	start_proxy &
	keep coredns coredns -conf "$BED_DIR/Corefile"
	keep provisioner provisioner "$BED_DIR/admin.conf" /var/lib/volumes
	each_part start
	within 30 "containerd's socket" test -S /run/containerd/containerd.sock
	keep kubelet kubelet "$(as kubelet)" --config="$BED_DIR/kubelet.yml" --node-ip="$BED_IP"
}

load_parts "$BED_PARTS"
set_up_network
set_up_mounts
start_control_plane
start_node
wait

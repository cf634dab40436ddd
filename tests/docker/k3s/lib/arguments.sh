# shellcheck shell=bash
# shellcheck disable=SC2034 # used by the files beside this one
# The command line, as far as k3d and the tests use it; the rest is named in the log, and ignored.

data=/var/lib/rancher/k3s
logs=/var/log/k3s
agent=$data/agent
tls=$data/server/tls
socket=/run/k3s/containerd/containerd.sock

name=${K3S_NODE_NAME:-$(hostname)}
token=${K3S_TOKEN:-standin}
server_url=${K3S_URL:-}
kubeconfig_copy=${K3S_KUBECONFIG_OUTPUT:-}
pod_network=10.42.0.0/16
service_network=10.43.0.0/16
with_dns=yes
with_storage=yes
labels='' taints=''
names=() api_server_options=() controller_options=() scheduler_options=() kubelet_options=() proxy_options=()

# read_arguments server|agent OPTION...
read_arguments() {
	role=$1
	shift
	while [ $# -gt 0 ]; do
		case $1 in --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;; esac
		case $1 in
		--cluster-init) shift && continue ;; # one server only, here
		--tls-san) names+=("$2") ;;
		--token | -t) token=$2 ;;
		--server | -s) server_url=$2 ;;
		--node-name) name=$2 ;;
		--node-label) labels+=,$2 ;;
		--node-taint) taints+=,$2 ;;
		--cluster-cidr) pod_network=$2 ;;
		--service-cidr) service_network=$2 ;;
		--kube-apiserver-arg) api_server_options+=("--$2") ;;
		--kube-controller-manager-arg) controller_options+=("--$2") ;;
		--kube-scheduler-arg) scheduler_options+=("--$2") ;;
		--kubelet-arg) kubelet_options+=("--$2") ;;
		--kube-proxy-arg) proxy_options+=("--$2") ;;
		--disable)
			case $2 in
			coredns) with_dns='' ;;
			local-storage) with_storage='' ;;
			esac
			;;
		*)
			log "stand-in: ignoring $1" warning
			shift
			continue
			;;
		esac
		shift 2
	done
	dns_address=${service_network%.*.*}.0.10
}

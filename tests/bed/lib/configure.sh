# shellcheck shell=bash
# What is written into a new bed's folder before its first start.

configure() {
	mkdir -p tls cni certs.d/_default registry lib/kubelet
	make_certificates
	make_users
	configure_kubelet >kubelet.yml
	configure_containerd >containerd.toml
	configure_network >cni/bed.conflist
	configure_registry >registry.yml
	configure_dns >Corefile
	# A copy, not links: the registry writes into files when a tag moves.
	cp -r "$BED_HOME/images/registry/." registry/
	each_part configure
}

configure_kubelet() {
	# It must not begin with a brace: then kubelet would read it as JSON.
	cat <<-EOF
		apiVersion: kubelet.config.k8s.io/v1beta1
		kind: KubeletConfiguration
		authentication: {x509: {clientCAFile: $BED_DIR/tls/ca.crt}}
		cgroupDriver: cgroupfs
		cgroupRoot: /bed$BED_N
		failCgroupV1: false
		failSwapOn: false
		containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
		volumePluginDir: /var/lib/kubelet/volume-plugins
		clusterDNS: [$BED_IP]
		clusterDomain: cluster.local
		maxPods: 250
		serializeImagePulls: false
		imageGCHighThresholdPercent: 100
		evictionHard: {memory.available: 1Mi, nodefs.available: 0%, imagefs.available: 0%}
	EOF
}

configure_containerd() {
	# oom_score_adj below that of containerd itself needs a capability that small machines lack.
	cat <<-EOF
		version = 2
		[plugins.'io.containerd.internal.v1.opt']
		path = '/var/lib/containerd/opt'
		[plugins.'io.containerd.grpc.v1.cri']
		sandbox_image = 'docker.io/bed/pause:1'
		restrict_oom_score_adj = true
		registry = {config_path = '$BED_DIR/certs.d'}
		[plugins.'io.containerd.grpc.v1.cri'.cni]
		bin_dir = '/usr/lib/cni'
		conf_dir = '$BED_DIR/cni'
	EOF
	# Whatever registry an image names, the node pulls it from the bed's own.
	echo '[host."http://127.0.0.1:5000"]' >certs.d/_default/hosts.toml
}

configure_network() {
	jq -n '{cniVersion: "1.0.0", name: "bed", plugins: [
		{type: "ptp", ipMasq: true, ipam: {type: "host-local", ranges: [[{subnet: "10.244.0.0/16"}]], routes: [{dst: "0.0.0.0/0"}]}},
		{type: "portmap", capabilities: {portMappings: true}}]}'
}

configure_registry() {
	cat <<-EOF
		version: 0.1
		log: {level: warn, accesslog: {disabled: true}}
		storage: {filesystem: {rootdirectory: $BED_DIR/registry}, delete: {enabled: true}}
		http: {addr: ':5000'}
	EOF
}

configure_dns() {
	cat <<-EOF
		.:53 {
			errors
			kubernetes cluster.local 10.96.0.0/16 {
				kubeconfig $BED_DIR/admin.conf
			}
		}
	EOF
}

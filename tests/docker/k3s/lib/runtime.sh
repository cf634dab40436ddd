# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# containerd, and the registries that it is told of.

start_runtime() {
	local archive
	rm -rf "$agent/certs.d"
	mkdir -p "$agent/certs.d"
	[ ! -e /etc/rancher/k3s/registries.yaml ] || read_mirrors </etc/rancher/k3s/registries.yaml
	cat >"$agent/etc/containerd.toml" <<-END
		version = 2
		root = "$agent/containerd"
		state = "/run/k3s/containerd"
		[grpc]
		address = "$socket"
		[plugins.'io.containerd.grpc.v1.cri']
		sandbox_image = 'docker.io/bed/pause:1'
		restrict_oom_score_adj = true
		registry = {config_path = '$agent/certs.d'}
		[plugins.'io.containerd.grpc.v1.cri'.cni]
		bin_dir = '/usr/lib/cni'
		conf_dir = '$agent/etc/cni/net.d'
	END
	keep containerd containerd --config "$agent/etc/containerd.toml"
	until ctr version >/dev/null 2>&1; do sleep .1; done
	for archive in /usr/share/k3s/images/*.tar; do
		ctr images import "$archive" >/dev/null || die "the image $archive cannot be taken"
	done
	log "Containerd is now running"
}

# read_mirrors: the `mirrors` of k3s's registries.yaml, for containerd; what else is in it is ignored
read_mirrors() {
	local line text inside='' host=''
	while IFS= read -r line; do
		text=${line#"${line%%[! ]*}"}
		text=${text//\"/}
		case $line in
		mirrors:*)
			inside=yes
			continue
			;;
		[a-z]*) inside='' ;;
		esac
		[ -n "$inside" ] || continue
		case $text in
		endpoint:* | rewrite:*) ;;
		'- http'*)
			mkdir -p "$agent/certs.d/$host"
			printf '[host."%s"]\n' "${text#- }" >>"$agent/certs.d/$host/hosts.toml"
			;;
		*:) host=${text%:} ;;
		esac
	done
}

# shellcheck shell=bash
# shellcheck disable=SC2154 # bin and version come from `layer`
# The images of kind's system pods: one layer for all, unpacked into the node's own containerd, so that a node has nothing to
# fetch.

# make_pods ROOT FOLDER: FOLDER/images.tar
make_pods() {
	local root=$1 to=$2 layer=$2/layer archive=$2/archive names
	# The names that one folder has for another, so that a program is found wherever an image's command looks for it.
	mkdir -p "$layer"/{usr/bin,usr/sbin,usr/lib,tmp,etc,run,var} "$archive"
	ln -s usr/bin "$layer/bin"
	ln -s usr/sbin "$layer/sbin"
	ln -s usr/lib "$layer/lib"
	ln -s usr/lib "$layer/lib64"
	ln -s . "$layer/usr/local"
	cp "$KUBE" "$layer/usr/bin/kube"
	for names in kube-apiserver kube-controller-manager kube-scheduler kube-proxy etcd; do ln -s kube "$layer/usr/bin/$names"; done
	cp "$bin"/{coredns,local-path-provisioner} "$BED_BIN/pause" "$root/usr/bin/busybox" "$layer/usr/bin/"
	for names in $("$root/usr/bin/busybox" --list); do [ -e "$layer/usr/bin/$names" ] || ln -s busybox "$layer/usr/bin/$names"; done
	copy_packet_filter "$root" "$layer"

	tar -C "$layer" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$archive/layer.tar" .
	digest=$(sha256sum <"$archive/layer.tar")
	digest=${digest%% *}
	names=$("$KUBE" kubeadm config images list --kubernetes-version "$version")
	echo '[]' >"$archive/manifest.json"
	# shellcheck disable=SC2046 # lists of names
	{
		pod_image "$archive" pods null $(grep -v -e coredns -e pause <<<"$names") localhost/pods:local
		pod_image "$archive" coredns '["/usr/bin/coredns"]' $(grep coredns <<<"$names")
		pod_image "$archive" pause '["/usr/bin/pause"]' $(grep pause <<<"$names") "$(sandbox_image)"
	}
	tar -C "$archive" -cf "$to/images.tar" manifest.json pods.json coredns.json pause.json layer.tar
	rm -rf "$layer" "$archive"
}

# sandbox_image: the pause container's image, as containerd on the node is told
sandbox_image() { sed -nE 's/^ *sandbox_image = "(.*)"/\1/p' "$files/etc/containerd/config.toml"; }

# pod_image ARCHIVE NAME ENTRYPOINT TAG...
pod_image() {
	local archive=$1 name=$2
	jq -cn --argjson entrypoint "$3" --arg layer "sha256:$digest" --arg architecture "$(dpkg --print-architecture)" '{
		architecture: $architecture, os: "linux", config: {Env: ["PATH=/usr/sbin:/usr/bin"], Entrypoint: $entrypoint},
		rootfs: {type: "layers", diff_ids: [$layer]}}' >"$archive/$name.json"
	jq -c --arg file "$name.json" '. + [{Config: $file, RepoTags: ($ARGS.positional | unique), Layers: ["layer.tar"]}]' \
		"$archive/manifest.json" --args "${@:4}" >"$archive/manifest.new"
	mv "$archive/manifest.new" "$archive/manifest.json"
}

# copy_packet_filter ROOT LAYER: what kube-proxy runs. The extensions of iptables have libraries of their own.
copy_packet_filter() (
	layer=$2
	cd "$1" || exit 1
	extensions=$(find usr/lib -type d -name xtables)
	programs="usr/sbin/xtables-nft-multi usr/sbin/nft usr/sbin/conntrack usr/bin/kmod"
	# shellcheck disable=SC2086 # a list of names
	cp -a --parents $programs "$extensions" "$layer"
	for program in $programs "$extensions"/*.so; do chroot . ldd "/$program"; done | grep -o '/lib[^ ]*' | sort -u |
		while read -r library; do cp -L --parents "usr$library" "$layer"; done
	if [ -d "$layer/usr/lib64" ]; then
		mv "$layer"/usr/lib64/* "$layer/usr/lib/"
		rmdir "$layer/usr/lib64"
	fi
	for name in iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore; do
		ln -sf xtables-nft-multi "$layer/usr/sbin/$name"
	done
	ln -sf kmod "$layer/usr/bin/modprobe"
)

# unpack_pods FOLDER TO: FOLDER/images.tar in containerd's storage below TO, with a containerd that lives for this alone
unpack_pods() {
	local folder=$1 store=$2/var/lib/containerd socket containerd tries
	socket=$(mktemp -d)/c # a socket's path is at most 107 characters
	mkdir -p "$store"
	mount -t tmpfs tmpfs /opt # where it makes a folder
	containerd --config /dev/null --root "$store" --state "$folder/state" --address "$socket" >"$folder/containerd.log" 2>&1 &
	containerd=$!
	for ((tries = 0; tries < 300; tries++)); do
		! ctr --address "$socket" version >/dev/null 2>&1 || break
		sleep .1
	done
	ctr --address "$socket" --namespace k8s.io images import --digests "$folder/images.tar" >/dev/null ||
		{ tail -n 20 "$folder/containerd.log" >&2; return 1; }
	# It is unpacked: the archive of it is not needed any more (kind's nodes discard theirs too).
	ctr --address "$socket" --namespace k8s.io content rm "sha256:$digest" >/dev/null
	kill "$containerd"
	wait "$containerd" || :
	rm -f "$store/io.containerd.content.v1.content/blobs/sha256/$digest"
	rm -rf "$(dirname "$socket")"
}

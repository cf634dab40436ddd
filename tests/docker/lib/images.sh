# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# The images that every Docker for tests begins with, kept as dockerd itself stores them: `up` links them, and loads nothing.

kind_image=sindri-test/kind-node:local
k3s_image=k3d-standin/k3s:local
tools_image=k3d-standin/tools:local
balancer_image=k3d-standin/proxy:local
registry_image=sindri-test/registry:local
shell_image=sindri/shell:1
ssh_image=sindri/ssh:1
# A name without a registry, as `docker build -t` leaves it; the same image as the shell's.
local_image=sindri:latest

# images_of debian|newest: where they are kept, for each version of dockerd in its own form
images_of() { case $1 in newest) echo "$DOCKER_HOME/images-newest" ;; *) echo "$DOCKER_HOME/images" ;; esac; }

# make_docker_images debian|newest
make_docker_images() {
	local sum target
	target=$(images_of "$1")
	sum=$(sum_of "" "$DOCKER_SOURCE"/{kind,k3s,registry} "$DOCKER_SOURCE"/lib/{images,archive,root,load}.sh "$pins/go.mod" \
		"$DOCKER_HOME"/{debian,root}.sum "$DOCKER_HOME"/bin/{crictl,coredns,local-path-provisioner,k3d-standin}.sum \
		"$BED_BIN"/{newest,pause}.sum "$BED_HOME/images.sum" "$(command -v docker-registry)")
	[ "$1" = debian ] || sum=$(sum_of "$sum" "$BED_BIN/dockerd-newest.sum")
	build_when_changed "$target" "$sum" make_all_docker_images "$1" "$target.new"
}

make_all_docker_images() {
	local version=$1 to=$2 archive=$2/archive layers=$2/layers root_layer layer
	step "making the images (a minute)"
	mkdir -p "$layers"
	new_archive "$archive"
	add_layer "$archive" "$DOCKER_HOME/root"
	root_layer=$layer
	add_kind_image "$archive" "$layers/kind" "$root_layer"
	add_k3d_images "$archive" "$layers" "$root_layer"
	add_registry_image "$archive" "$layers/registry" "$root_layer"
	add_layout "$archive" "$BED_HOME/images/layouts/shell" "$shell_image" "$local_image"
	add_layout "$archive" "$BED_HOME/images/layouts/ssh" "$ssh_image"
	rm -rf "$layers"
	load_archive "$version" "$archive" "$to/data"
	rm -rf "$archive"
}

add_kind_image() {
	local archive=$1 root=$2
	find_go
	KUBE=$BED_BIN/newest/kube unshare --mount --pid --fork --kill-child bash "$DOCKER_SOURCE/kind/layer" "$DOCKER_HOME/root" "$root" >"$DOCKER_HOME/kind-layer.log" 2>&1 ||
		{ tail -n 20 "$DOCKER_HOME/kind-layer.log" >&2; die "making the layer of kind's nodes failed"; }
	step "made the layer of kind's nodes"
	add_layer "$archive" "$root"
	add_image "$archive" '{"Entrypoint": ["/usr/local/bin/entrypoint", "/sbin/init"], "StopSignal": "SIGRTMIN+3",
		"Env": ["container=docker", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}' "$3 $layer" "$kind_image"
}

add_k3d_images() {
	local archive=$1 roots=$2 applet
	bash "$DOCKER_SOURCE/k3s/layer" "$roots/k3s"
	add_layer "$archive" "$roots/k3s"
	add_image "$archive" "$(cat "$DOCKER_SOURCE/k3s/k3s.json")" "$3 $layer" "$k3s_image"

	mkdir -p "$roots"/tools/{bin,app,tmp,etc/confd,run,var/run}
	cp "$DOCKER_HOME/root/usr/bin/busybox" "$roots/tools/bin/"
	for applet in $(/bin/busybox --list); do [ "$applet" = busybox ] || ln -s busybox "$roots/tools/bin/$applet"; done
	cp "$DOCKER_HOME/bin/k3d-standin" "$roots/tools/app/k3d-tools"
	add_layer "$archive" "$roots/tools"
	add_image "$archive" '{"Entrypoint": ["/app/k3d-tools"], "WorkingDir": "/app", "Env": ["PATH=/bin"]}' "$layer" "$tools_image"
	add_image "$archive" '{"Entrypoint": ["/app/k3d-tools"], "Cmd": ["proxy"], "WorkingDir": "/app", "Env": ["PATH=/bin"]}' "$layer" "$balancer_image"
}

# As the registry image that people know: /bin/registry, port 5000, a volume.
add_registry_image() {
	local archive=$1 root=$2
	mkdir -p "$root"/usr/bin "$root/etc/docker/registry"
	cp "$(command -v docker-registry)" "$root/usr/bin/registry"
	cp "$DOCKER_SOURCE/registry/config.yml" "$root/etc/docker/registry/"
	add_layer "$archive" "$root"
	add_image "$archive" '{"Entrypoint": ["/bin/registry", "serve"], "Cmd": ["/etc/docker/registry/config.yml"],
		"ExposedPorts": {"5000/tcp": {}}, "Volumes": {"/var/lib/registry": {}},
		"Env": ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"]}' "$3 $layer" "$registry_image"
}

# load_archive debian|newest ARCHIVE DATA: what dockerd keeps of the images, below DATA
load_archive() {
	local version=$1 archive=$2 data=$3 log=$DOCKER_HOME/load.log
	step "loading the images"
	unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc \
		bash "$DOCKER_SOURCE/lib/load.sh" "$version" "$archive" "$data" >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "loading the images failed (all of it: $log)"; }
	# The images, and nothing of this dockerd: Debian's keeps them in the first two, the newest in the third.
	find "$data" -mindepth 1 -maxdepth 1 ! -name image ! -name overlay2 ! -name containerd -exec rm -rf {} +
	[ "$version" = newest ] || rm -rf "$data/containerd"
}

# shellcheck shell=bash
# Container images from folders, with tar and jq alone, and a registry's storage that has them.

# image LAYOUT USER COMMAND_JSON ROOT...: an OCI image layout; every ROOT is a layer
image() {
	local layout=$1 user=$2 command=$3 root layers='[]' differences='[]' configuration manifest
	shift 3
	mkdir -p "$layout/blobs/sha256"
	for root in "$@"; do
		add_blob "$layout" application/vnd.oci.image.layer.v1.tar < <(
			tar -C "$root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - .
		)
		layers=$(jq -c ". + [$blob]" <<<"$layers")
		differences=$(jq -c ". + [$blob.digest]" <<<"$differences")
	done
	configuration=$(jq -cn --arg user "$user" --argjson command "$command" --argjson differences "$differences" --arg architecture "$(image_architecture)" '{
		architecture: $architecture, os: "linux", rootfs: {type: "layers", diff_ids: $differences},
		config: ({Cmd: $command, Env: ["PATH=/bin:/sbin"], WorkingDir: "/"} + if $user == "" then {} else {User: $user} end)}')
	add_blob "$layout" application/vnd.oci.image.config.v1+json <<<"$configuration"
	manifest=$(jq -cn --argjson configuration "$blob" --argjson layers "$layers" '{
		schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: $configuration, layers: $layers}')
	add_blob "$layout" application/vnd.oci.image.manifest.v1+json <<<"$manifest"
	jq -cn --argjson manifest "$blob" '{schemaVersion: 2, manifests: [$manifest]}' >"$layout/index.json"
	echo '{"imageLayoutVersion":"1.0.0"}' >"$layout/oci-layout"
}

# add_blob LAYOUT MEDIA_TYPE: keeps standard input under its digest; its descriptor is then in $blob
add_blob() {
	local file digest size
	file=$(mktemp "$1/blobs/new.XXXXXX")
	cat >"$file"
	digest=$(sha256sum <"$file")
	digest=${digest%% *}
	size=$(stat -c %s "$file")
	mv "$file" "$1/blobs/sha256/$digest"
	blob="{\"mediaType\":\"$2\",\"digest\":\"sha256:$digest\",\"size\":$size}"
}

image_architecture() { case $(uname -m) in aarch64) echo arm64 ;; *) echo amd64 ;; esac; }

image_digest() { jq -r '.manifests[0].digest' "$1/index.json"; }

# store_image LAYOUT REPOSITORY TAG STORAGE: puts the image where docker-registry's file storage has it
# after a push, so that starting a registry with images is a copy of a folder
store_image() {
	local layout=$1 tag=$3 blobs=$4/docker/registry/v2/blobs/sha256 repository=$4/docker/registry/v2/repositories/$2 manifest file digest
	manifest=$(image_digest "$layout")
	for file in "$layout"/blobs/sha256/*; do
		digest=$(basename "$file")
		mkdir -p "$blobs/${digest::2}/$digest"
		cp "$file" "$blobs/${digest::2}/$digest/data"
		[ "sha256:$digest" = "$manifest" ] || link_blob "$repository/_layers/sha256/$digest" "sha256:$digest"
	done
	link_blob "$repository/_manifests/revisions/sha256/${manifest#sha256:}" "$manifest"
	link_blob "$repository/_manifests/tags/$tag/index/sha256/${manifest#sha256:}" "$manifest"
	link_blob "$repository/_manifests/tags/$tag/current" "$manifest"
}

link_blob() {
	mkdir -p "$1"
	printf %s "$2" >"$1/link"
}

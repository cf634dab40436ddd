# shellcheck shell=bash
# Images for Docker, with tar and jq alone: a folder that `docker load` reads when it comes as an archive. Layers that
# images share are in it once.

# new_archive FOLDER
new_archive() {
	mkdir -p "$1/layers"
	echo '[]' >"$1/manifest.json"
}

# add_layer ARCHIVE ROOT: a folder as a layer; its digest is then in $layer
add_layer() {
	local file
	file=$(mktemp "$1/layers/new.XXXXXX")
	tar -C "$2" --sort=name --numeric-owner --xattrs --xattrs-include='*' -cf "$file" .
	layer=$(sha256sum <"$file")
	layer=${layer%% *}
	mv "$file" "$1/layers/$layer.tar"
}

# add_image ARCHIVE CONFIGURATION LAYERS TAG...: CONFIGURATION as in {"Cmd": ["/bin/sh"]}, LAYERS a list in a word
add_image() {
	local archive=$1 configuration=$2 layers file
	# shellcheck disable=SC2086 # the list
	layers=$(jq -cn '$ARGS.positional' --args $3)
	shift 3
	file=$(jq -cn --argjson config "$configuration" --argjson layers "$layers" --arg architecture "$(image_architecture)" '{
		architecture: $architecture, os: "linux", created: "2026-01-01T00:00:00Z", config: $config,
		rootfs: {type: "layers", diff_ids: ($layers | map("sha256:" + .))}}' | keep_by_digest "$archive")
	note_image "$archive" "$file" "$(jq -c 'map("layers/" + . + ".tar")' <<<"$layers")" "$@"
}

# add_layout ARCHIVE LAYOUT TAG...: an image that tests/bed/lib/image.sh made, with the same identity
add_layout() {
	local archive=$1 layout=$2 blobs=$2/blobs/sha256 manifest file digest layers='[]'
	shift 2
	manifest=$blobs/$(jq -r '.manifests[0].digest | ltrimstr("sha256:")' "$layout/index.json")
	file=$(keep_by_digest "$archive" <"$blobs/$(jq -r '.config.digest | ltrimstr("sha256:")' "$manifest")")
	for digest in $(jq -r '.layers[].digest | ltrimstr("sha256:")' "$manifest"); do
		cp "$blobs/$digest" "$archive/layers/$digest.tar"
		layers=$(jq -c --arg layer "layers/$digest.tar" '. + [$layer]' <<<"$layers")
	done
	note_image "$archive" "$file" "$layers" "$@"
}

# keep_by_digest ARCHIVE: standard input as DIGEST.json; prints that name
keep_by_digest() {
	local file name
	file=$(mktemp "$1/new.XXXXXX")
	cat >"$file"
	name=$(sha256sum <"$file")
	name=${name%% *}.json
	mv "$file" "$1/$name"
	echo "$name"
}

# note_image ARCHIVE CONFIGURATION_FILE LAYER_FILES TAG...
note_image() {
	local archive=$1
	jq -c --arg file "$2" --argjson layers "$3" '. + [{Config: $file, RepoTags: $ARGS.positional, Layers: $layers}]' \
		"$archive/manifest.json" --args "${@:4}" >"$archive/manifest.new"
	mv "$archive/manifest.new" "$archive/manifest.json"
}

# shellcheck shell=bash
# Both registries: push, pull, list, delete; and what only the one with the referrers API can do.
# Sourced by ../test, which gives:
: "${work:?}" "${bed:?}" "${number:?}"

copy() { # copy FROM TO: between registries; without being told, skopeo compresses layers, which makes another image
	skopeo copy -q --preserve-digests --src-tls-verify=false --dest-tls-verify=false "docker://$1" "docker://$2"
}

digest_of() { # digest_of REFERENCE: of the manifest's very bytes
	skopeo inspect --raw --tls-verify=false "docker://$1" | sha256sum | sed 's/^\([0-9a-f]*\).*/sha256:\1/'
}

status_of() { # status_of CURL-ARGUMENTS...: the number of the answer
	curl -sS -o "$work/answer" -w '%{http_code}' "$@"
}

digest=${SINDRI_TEST_IMAGE_SLEEP#*@}

pushes() {
	copy "$SINDRI_TEST_IMAGE_SLEEP" "$1/parts/sleep:one" && copy "$SINDRI_TEST_IMAGE_SLEEP" "$1/parts/sleep:two"
}
pulls() {
	equal "$digest" digest_of "$1/parts/sleep:one" && equal "$digest" digest_of "$1/parts/sleep@$digest"
}
tags_of() {
	curl -fsS "http://$1/v2/parts/sleep/tags/list" | jq -r '.tags | sort | join(",")'
}

for registry in "$SINDRI_TEST_REGISTRY" "$SINDRI_TEST_REGISTRY_REFERRERS"; do
	check "registry $registry: push two tags" pushes "$registry"
	check "registry $registry: pull by tag and by digest" pulls "$registry"
	check "registry $registry: list tags" equal one,two tags_of "$registry"
done

referrers=http://$SINDRI_TEST_REGISTRY_REFERRERS/v2/parts/sleep

check "plain registry: no referrers API" equal 404 status_of \
	"http://$SINDRI_TEST_REGISTRY/v2/parts/sleep/referrers/$digest"

tags_in_pages() {
	local first
	first=$(curl -fsS -D "$work/headers" "$referrers/tags/list?n=1" | jq -r '.tags | join(",")')
	[ "$first" = one ] || { echo "first page: $first"; return 1; }
	grep -qi '^link: <.*last=one.*>; *rel="\?next' "$work/headers" || { cat "$work/headers"; return 1; }
}
check "referrers: tags come in pages when asked for" tags_in_pages

referrers_of_image() { # follow the pages; writes their number, prints the names
	local next="/v2/parts/sleep/referrers/$digest$1" pages=0
	while [ -n "$next" ]; do
		curl -fsS -D "$work/headers" "http://$SINDRI_TEST_REGISTRY_REFERRERS$next" | jq -r '.manifests[].digest' || return 1
		pages=$((pages + 1))
		next=$(tr -d '\r' <"$work/headers" | sed -n 's/^[Ll]ink: <\([^>]*\)>.*/\1/p')
	done
	echo "$pages" >"$work/pages"
}
referrers_counted() {
	referrers_of_image "$1" | wc -l
}

push_artifact() { # push_artifact NUMBER: a manifest about the image; prints its digest
	local kind=application/vnd.oci.image.manifest.v1+json empty manifest
	empty="sha256:$(printf '{}' | sha256sum | cut -d ' ' -f 1)"
	manifest=$(jq -cn --arg kind "$kind" --arg subject "$digest" --arg empty "$empty" --arg number "$1" \
		--argjson size "$(skopeo inspect --raw --tls-verify=false "docker://$SINDRI_TEST_IMAGE_SLEEP" | wc -c)" '
		{mediaType: "application/vnd.oci.empty.v1+json", digest: $empty, size: 2} as $nothing |
		{schemaVersion: 2, mediaType: $kind, artifactType: ("application/vnd.sindri.test." + (($number | tonumber) % 2 | tostring)),
		 config: $nothing, layers: [$nothing], subject: {mediaType: $kind, digest: $subject, size: $size},
		 annotations: {number: $number, filler: ("x" * 400)}}')
	local name
	name="sha256:$(printf %s "$manifest" | sha256sum | cut -d ' ' -f 1)"
	curl -fsS -D "$work/headers" -X PUT -H "Content-Type: $kind" --data-binary "$manifest" "$referrers/manifests/$name" >&2 || return 1
	grep -qi "^oci-subject: $digest" "$work/headers" || { cat "$work/headers" >&2; return 1; }
	echo "$name"
}

artifacts() {
	local place number
	place=$(curl -fsS -D - -o /dev/null -X POST "$referrers/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
	case $place in
		/*) place=http://$SINDRI_TEST_REGISTRY_REFERRERS$place ;;
	esac
	case $place in
		*\?*) place="$place&" ;;
		*) place="$place?" ;;
	esac
	curl -fsS -X PUT -H 'Content-Type: application/octet-stream' --data-binary '{}' \
		"${place}digest=sha256:$(printf '{}' | sha256sum | cut -d ' ' -f 1)" || return 1
	for number in {1..30}; do
		push_artifact "$number" >>"$work/artifacts" || return 1
	done
}
check "referrers: none yet is an empty list, not an error" equal "" referrers_of_image ""
check "referrers: thirty artifacts about the image, each answered with OCI-Subject" artifacts

all_in_pages() {
	referrers_of_image "" | sort >"$work/found"
	[ "$(cat "$work/pages")" -gt 1 ] || { echo "pages: $(cat "$work/pages")"; return 1; }
	diff "$work/found" <(sort "$work/artifacts")
}
check "referrers: all thirty, on more than one page" all_in_pages
check "referrers: by artifact type, half of them" equal 15 referrers_counted '?artifactType=application/vnd.sindri.test.1'

delete_one() {
	local name
	name=$(head -n 1 "$work/artifacts")
	[ "$(status_of -X DELETE "$referrers/manifests/$name")" = 202 ] || { cat "$work/answer"; return 1; }
	equal 404 status_of "$referrers/manifests/$name" || return 1
	referrers_of_image "" | grep -qF "$name" && { echo "still listed: $name"; return 1; }
	equal 29 referrers_counted ""
}
check "referrers: what is deleted is gone from the list, and nothing else" delete_one

comes_back_with_everything() {
	"$bed" kill "$number" referrers >&2 && within 20 curl -fsS "$referrers/tags/list" &&
		equal 29 referrers_counted "" && equal "$digest" digest_of "$SINDRI_TEST_REGISTRY_REFERRERS/parts/sleep:two"
}
check "referrers: a killed registry comes back with everything in it" comes_back_with_everything

only_there() {
	copy "$SINDRI_TEST_IMAGE_SLEEP" "$SINDRI_TEST_REGISTRY_REFERRERS/only-here/sleep:1" &&
		equal 404 status_of "http://$SINDRI_TEST_REGISTRY/v2/only-here/sleep/manifests/1"
}
runs() {
	k run only-here --image "$SINDRI_TEST_REGISTRY_REFERRERS/only-here/sleep@$digest" &&
		k wait --for=condition=Ready --timeout=30s pod/only-here
}
check "referrers: an image that no other registry has" only_there
check "referrers: the node pulls it from there" runs

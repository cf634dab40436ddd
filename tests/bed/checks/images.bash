# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# The images and the registry that has them.

need_bed "$number"
new_namespace images >/dev/null 2>&1
new_namespace anything privileged >/dev/null 2>&1
registry=http://$(value SINDRI_TEST_REGISTRY)

# digest_of NAME TAG_OR_DIGEST: as the registry says
digest_of() {
	curl --silent --fail --head --header 'Accept: application/vnd.oci.image.manifest.v1+json' "$registry/v2/sindri/$1/manifests/$2" |
		tr -d '\r' | sed -n 's/^[Dd]ocker-[Cc]ontent-[Dd]igest: //p'
}

for name in sleep shell ssh crash root; do
	reference=$(value "SINDRI_TEST_IMAGE_${name^^}")
	check "the registry serves $name by its digest" equal "${reference#*@}" digest_of "$name" "${reference#*@}"
	check "the registry serves $name by its tag" equal "${reference#*@}" digest_of "$name" 1
done
check "the registry does not serve a digest that it has not" fails digest_of sleep "sha256:$(printf 0%.0s {1..64})"

for name in sleep shell ssh; do
	apply_pod images "$name" "$(value "SINDRI_TEST_IMAGE_${name^^}")" >/dev/null
done
apply_pod images crash "$(value SINDRI_TEST_IMAGE_CRASH)" >/dev/null
apply_pod images root "$(value SINDRI_TEST_IMAGE_ROOT)" >/dev/null
apply_pod images root-as-1000 "$(value SINDRI_TEST_IMAGE_ROOT)" '{}' '{"securityContext": {"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}}}' >/dev/null
pod root "$(value SINDRI_TEST_IMAGE_ROOT)" '{"securityContext": {}}' '{"securityContext": {}}' | k -n anything apply -f - >/dev/null
apply_pod images missing "10.200.$number.2:5000/sindri/missing:1" >/dev/null

for name in sleep shell ssh; do
	check "$name runs under restricted Pod Security" pod_runs images "$name"
	check "$name runs as uid 1000" equal 1000 k -n images exec "$name" -- id -u
done
check "ssh answers on 2222" within 10 equal SSH-2.0 k -n images exec shell -- sh -c "nc -w 2 $(field images ssh .status.podIP) 2222 </dev/null | head -c 7"
check "crash ends with status 3" within 30 equal 3 field images crash '.status.containerStatuses[0].state.terminated.exitCode'
check "crash says so" says "crash: this program ends with status 3" k -n images logs crash
check "root is refused under restricted Pod Security" within 30 says "image will run as root" field images root '.status.containerStatuses[0].state.waiting.message'
check "root as uid 1000 ends with status 1" within 30 equal 1 field images root-as-1000 '.status.containerStatuses[0].state.terminated.exitCode'
check "root as uid 1000 says what it needs" says "this image needs root: uid 1000 cannot write" k -n images logs root-as-1000
check "root runs where it may" pod_runs anything root
check "root runs as root there" equal 0 k -n anything exec root -- id -u
check "an image that is not there is not pulled" within 30 says "ImagePull" field images missing '.status.containerStatuses[0].state.waiting.reason'

# Grace is 20 s: a program that ignored SIGTERM would take that long.
ends_soon() {
	local started=$SECONDS
	k -n images delete pod "$1" --wait --timeout 30s && [ $((SECONDS - started)) -lt 10 ]
}
for name in sleep shell ssh; do check "$name ends soon when it is told to" ends_soon "$name"; done

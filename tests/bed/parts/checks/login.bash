# shellcheck shell=bash
# The registry that wants a login: in with it, not without.
# Sourced by ../test, which gives:
: "${work:?}"

with_login() { # with_login PASSWORD PATH: the number of the answer
	curl -sS -o "$work/answer" -w '%{http_code}' -K - "http://$SINDRI_TEST_REGISTRY_LOGIN/v2/$2" \
		<<<"user = $SINDRI_TEST_REGISTRY_LOGIN_USER:$1"
}
node_is_refused() {
	k run stranger --image "$SINDRI_TEST_REGISTRY_LOGIN/sindri/sleep@${SINDRI_TEST_IMAGE_SLEEP#*@}" --image-pull-policy Always &&
		within 60 waits_for_a_login && k delete pod stranger --now
}
waits_for_a_login() {
	k get pod stranger -o jsonpath='{.status.containerStatuses[0].state.waiting.reason}' | grep -E 'ErrImagePull|ImagePullBackOff'
}

check "login: the plain registry's images, with it" equal 200 with_login "$SINDRI_TEST_REGISTRY_LOGIN_PASSWORD" sindri/sleep/tags/list
check "login: nothing with another" equal 401 with_login wrong sindri/sleep/tags/list
check "login: nothing without" equal 401 curl -sS -o /dev/null -w '%{http_code}' "http://$SINDRI_TEST_REGISTRY_LOGIN/v2/"
check "login: the node does not get the image without" node_is_refused

# shellcheck shell=bash
# What the parts hold is there again after the whole bed has crashed.
# Sourced by ../test, after the others; they give:
: "${bed:?}" "${number:?}" "${version:?}" "${parts:?}" "${redis:?}" "${digest:?}" "${identity[*]:?}"

crash() {
	"$bed" down "$number" --keep && "$bed" up "$number" --version "$version" --parts "$parts"
}
check "kept: the bed crashes and comes back" crash
check "kept: Redis has its list and its password" equal b say_to_redis "${redis%%@*}" LINDEX parts 0
check "kept: the registry has its referrers" equal 29 referrers_counted ""
check "kept: what was signed is still verified" verify 3_keyless_rekor2 verify "${identity[@]}" \
	"$SINDRI_TEST_REGISTRY_REFERRERS/signed/3-keyless-rekor2@$digest"
check "kept: and the services sign again" goes_on
check "kept: the metrics API answers again" within 60 node_numbers
# The pods are those from before, started again, with other addresses.
check "kept: all may talk" within 60 greets stranger server
check "kept: only friends to the server" friends_only
check "kept: the stranger is cut off" within 20 silent stranger server
check "kept: the friend is not" within 20 greets friend server

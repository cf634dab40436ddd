# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Three beds beside each other: two of the newest version, one of the oldest; none sees another.

need_bed "$number"
check "a second bed, of the oldest version, comes up beside it" "$bed" up "$other" --version oldest
check "a third bed, of the newest version, comes up beside them" "$bed" up "$third"

server_version() { on "$1" version -o json | jq -r .serverVersion.gitVersion; }
pinned() { sed -nE 's/^(require|\t)[ ]*k8s.io\/kubernetes (v[0-9.]+)$/\2/p' "$here/$1/go.mod"; }
check "the newest is what kube/go.mod says" equal "$(pinned kube)" server_version "$number"
check "the oldest is what kube-oldest/go.mod says" equal "$(pinned kube-oldest)" server_version "$other"

# sees PATTERN: processes in the first bed's process namespace that are another bed's
sees() { nsenter --target "$(first "$number")" --pid --mount -- bash -c 'cat /proc/[0-9]*/cmdline 2>/dev/null' | tr '\0' '\n' | grep -F "$1"; }

k create namespace only-here >/dev/null 2>&1
check "a namespace of the first is in the first" k get namespace only-here
for each in "$other" "$third"; do
	check "a namespace of the first is not in bed $each" refused NotFound on "$each" get namespace only-here
	check "a token of the first is nothing in bed $each" refused Unauthorized on "$each" --token "$(head -n 1 "$(folder "$number")/tokens" | cut -d , -f 1)" get --raw /version/x
	check "a process of bed $each is not seen in the first" fails sees "$(folder "$each")"
done
check "a process of the first is seen in the first" sees "$(folder "$number")"
k delete namespace only-here --wait=false >/dev/null

tree "$(first "$third")" >"$work/processes-third"
check "the third goes down" "$bed" down "$third"
check "nothing of the third is left" leaves_nothing "$third"
check "no process of the third is left" all_gone <"$work/processes-third"
check "the first does not mind" k get --raw /readyz

# The same workload on the oldest version; on the newest it is gone through in detail.
on "$other" create namespace oldest-works >/dev/null 2>&1
# shellcheck source=/dev/null
(. "$(folder "$other")/env" && pod runs "$SINDRI_TEST_IMAGE_SLEEP") | on "$other" -n oldest-works apply -f - >/dev/null
check "a pod runs on the oldest version" within 30 equal true on "$other" -n oldest-works get pod runs -o 'jsonpath={.status.containerStatuses[0].ready}'
check "the oldest goes down, with a pod" "$bed" down "$other"
check "nothing of the oldest is left" leaves_nothing "$other"

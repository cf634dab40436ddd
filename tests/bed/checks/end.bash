# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Going down: the machine is as it was before.

need_bed "$number"
new_namespace end >/dev/null 2>&1
apply_pod end last "$(value SINDRI_TEST_IMAGE_SLEEP)" >/dev/null
check "a pod runs" pod_runs end last
tree "$(first "$number")" >"$work/processes"
check "the picture of its processes has the pod's" grep -q "^$(pgrep --full --newest '^sh -c trap "exit 0"') " "$work/processes"
check "the bed goes down" "$bed" down "$number"
check "nothing of it is left" leaves_nothing "$number"
check "no process of it is left" all_gone <"$work/processes"
[ ! -e "$work/machine-before" ] || check "links, mounts, packet filter and system folders are as before" equal "$(cat "$work/machine-before")" machine
check "down on a bed that is down succeeds" "$bed" down "$number"
check "status does not show it" fails says "$(printf '%-4s ' "$number")" "$bed" status

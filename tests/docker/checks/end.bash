# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Going down: the machine is as it was before, even where clusters and containers are still there.

need_docker "$number"
check "a container runs" with docker run --detach --publish 127.0.0.1::80 "$(value SINDRI_TEST_IMAGE_LOCAL)"
check "a cluster is there" with k3d cluster create last --no-lb --image "$(value SINDRI_TEST_K3D_IMAGE)" --timeout 120s
check "it goes down" "$docker" down "$number"
check "nothing of it is left" leaves_nothing "$number"
[ ! -e "$work/machine-before" ] || check "links, mounts, packet filter, forwarding and system folders are as before" equal "$(cat "$work/machine-before")" machine
check "status does not show it" fails says "$(printf '%-7s ' "$number")" "$docker" status

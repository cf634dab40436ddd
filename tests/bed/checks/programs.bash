# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Programs that are killed come back; one that is held does not, until it is released.

need_bed "$number"
new_namespace programs >/dev/null 2>&1
apply_pod programs steady "$(value SINDRI_TEST_IMAGE_SLEEP)" >/dev/null
check "a pod runs" pod_runs programs steady
started_at=$(field programs steady '.status.containerStatuses[0].state.running.startedAt')

process_of() { cat "$(folder "$number")/pid/$1"; }
comes_back() {
	local before
	before=$(process_of "$1")
	"$bed" kill "$number" "$1" && within 5 fails equal "$before" process_of "$1"
}
registry_answers() { curl --silent --fail --max-time 2 --output /dev/null "http://10.200.$number.2:5000/v2/"; }

for program in kubelet containerd kube-apiserver etcd; do
	check "$program comes back after it was killed" comes_back "$program"
done
check "the API server is ready again" within 30 k get --raw /readyz
another_runs() { apply_pod programs another "$(value SINDRI_TEST_IMAGE_SLEEP)" && pod_runs programs another; }
check "a pod can be made again" within 60 another_runs
check "the old pod did not notice" equal "$started_at 0" field programs steady '.status.containerStatuses[0].state.running.startedAt} {.status.containerStatuses[0].restartCount'
check "a program can be held" "$bed" hold "$number" registry
check "then it does not answer" fails registry_answers
check "it can be released" "$bed" release "$number" registry
check "then it answers" within 10 registry_answers
check "a program that there is not is named, with those that there are" refused "it has: containerd coredns etcd" "$bed" hold "$number" nonsense

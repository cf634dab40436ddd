# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Starting: what `up` prints and writes, and that it can be repeated and raced.

"$bed" down "$number" >/dev/null 2>&1
machine >"$work/machine-before"

# API servers with this bed's folder in their arguments
api_servers() { pgrep --full --count "^kube-apiserver .*$(folder "$number")/"; }

two_at_once() {
	local one two
	"$bed" up "$number" >"$work/one" & one=$!
	"$bed" up "$number" >"$work/two" & two=$!
	wait "$one" && wait "$two" && cmp "$work/one" "$work/two" && equal 1 api_servers
}

check "two commands that bring the same bed up at once both succeed, with one bed" two_at_once
check "standard output of up is the kubeconfig's path alone" equal "$(folder "$number")/admin.conf" cat "$work/one"
check "up on a bed that is up prints the same path" equal "$(folder "$number")/admin.conf" "$bed" up "$number"
check "up on a bed that is up says so" says "bed $number is up" "$bed" up "$number"
check "up with another version than the running one is refused" refused "is up with version newest" "$bed" up "$number" --version oldest
check "the context is bed-$number" equal "bed-$number" k config current-context
check "status shows it" says "$(printf '%-4s %-8s %-8s' "$number" up newest)" "$bed" status
check "logs lists the programs' logs" says kube-apiserver "$bed" logs "$number"
check "logs shows one" says "Serving securely" "$bed" logs "$number" kube-apiserver -n 1000
nodes_by_environment() { KUBECONFIG=$(value KUBECONFIG) "$(value SINDRI_TEST_KUBECTL)" --context "$(value SINDRI_TEST_CONTEXT)" get nodes -o name; }
check "the environment file names a kubectl that works" equal node/n1 nodes_by_environment
check "the default class is standard" equal "standard" k get storageclass -o 'jsonpath={.items[?(@.metadata.annotations.storageclass\.kubernetes\.io/is-default-class=="true")].metadata.name}'

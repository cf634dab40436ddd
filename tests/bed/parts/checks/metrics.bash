# shellcheck shell=bash
# Numbers from the metrics API. Sourced by ../test.

node_numbers() {
	k top node --no-headers | grep -E '^[^ ]+ +[0-9]+m +[0-9]+% +[1-9][0-9]*Mi '
}
pod_numbers() {
	k top pod --no-headers | grep -E "^$1 +[0-9]+m +[0-9]+Mi"
}
check "metrics: numbers of the node" within 60 node_numbers
check "metrics: numbers of a pod" within 60 pod_numbers only-here

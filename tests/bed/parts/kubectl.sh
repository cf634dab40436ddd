# shellcheck shell=bash
# kubectl as a program of its own, built like a release. Nothing runs in the bed: the bed's own kubectl is one of the
# names of a program that holds all of Kubernetes, and starts slower than what people have.
# shellcheck disable=SC2154 # BED_SOURCE comes from the bed

kubectl_part=${BASH_SOURCE[0]}

kubectl_build() {
	local sum
	sum=$(sum_of "" "$BED_SOURCE/kube/go.mod" "$BED_SOURCE/kube/go.sum" "$kubectl_part")
	build_when_changed "$BED_BIN/kubectl" "$sum" kubectl_make
}

# kubectl_make: BED_BIN/kubectl.new, from the sources and pins of the newest version
kubectl_make() {
	local number flags='' package log=$BED_HOME/build-kubectl.log ticker status=0
	number=$(kubernetes_version newest)
	for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
		flags+=" -X $package.gitVersion=$number -X $package.gitMajor=1 -X $package.gitMinor=$(cut -d . -f 2 <<<"$number")"
		flags+=" -X $package.gitTreeState=clean -X $package.buildDate=2026-01-01T00:00:00Z"
	done
	find_go
	step "building kubectl (the first time takes minutes)"
	tell_progress kubectl "$log" $$ &
	ticker=$!
	# Static, without symbols, with the tags of a release (k8s.io/kubernetes/hack/lib/golang.sh).
	(cd "$BED_SOURCE/kube" && CGO_ENABLED=0 go build -v -trimpath -tags selinux,notest -ldflags "-s -w $flags" \
		-o "$BED_BIN/kubectl.new" k8s.io/kubernetes/cmd/kubectl) >"$log" 2>&1 || status=$?
	kill "$ticker" 2>/dev/null
	wait "$ticker" 2>/dev/null || :
	[ "$status" = 0 ] || { tail -n 30 "$log" >&2; die "building kubectl failed (all of it: $log)"; }
	step "built kubectl"
}

kubectl_env() {
	echo "SINDRI_TEST_KUBECTL_ALONE=$BED_BIN/kubectl"
}

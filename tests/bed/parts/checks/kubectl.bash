# shellcheck shell=bash
# kubectl as a program of its own.
# Sourced by ../test, which gives:
: "${work:?}" "${namespace:?}"

version_of() { "$1" version --client -o json | jq -r .clientVersion.gitVersion; }
is_static() { ! ldd "$1" >"$work/linked" 2>&1; }

check "kubectl: it is that of the newest bed" equal "$(version_of "$SINDRI_BED_HOME/bin/newest/kubectl")" version_of "$SINDRI_TEST_KUBECTL_ALONE"
check "kubectl: it needs nothing else" is_static "$SINDRI_TEST_KUBECTL_ALONE"
check "kubectl: it talks to the bed" "$SINDRI_TEST_KUBECTL_ALONE" --context "$SINDRI_TEST_CONTEXT" get namespace "$namespace"

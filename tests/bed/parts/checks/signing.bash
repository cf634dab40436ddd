# shellcheck shell=bash
# Both cosigns, with a key and without, in both registries: sign, attest, verify, refuse, and what is left
# in the registry afterwards.
# Sourced by ../test, after registries.bash; they give:
: "${work:?}" "${bed:?}" "${number:?}" "${digest:?}"

export COSIGN_PASSWORD='' HOME=$work TUF_ROOT=$work/tuf
trust=$SINDRI_TEST_SIGNING url=$SINDRI_TEST_SIGNING_URL
issuer=https://issuer.example
repository=https://github.com/example/project
workflow=$repository/.github/workflows/build.yml@refs/heads/main
identity=(--certificate-identity "$workflow" --certificate-oidc-issuer "$issuer")
stranger=(--certificate-identity "$repository/.github/workflows/other.yml@refs/heads/main" --certificate-oidc-issuer "$issuer")

two_generations() {
	"$SINDRI_TEST_COSIGN2" sign --help | grep -e --tlog-upload && "$SINDRI_TEST_COSIGN3" sign --help | grep -e --signing-config
}
key_pairs() (
	cd "$work" && "$SINDRI_TEST_COSIGN2" generate-key-pair --output-key-prefix ours &&
		"$SINDRI_TEST_COSIGN3" generate-key-pair --output-key-prefix theirs
)
check "cosign: two generations" two_generations
check "cosign: a key pair from each" key_pairs

cat >"$work/provenance.json" <<-END
	{"buildDefinition": {"buildType": "https://actions.github.io/buildtypes/workflow/v1",
	  "externalParameters": {"workflow": {"ref": "refs/heads/main", "repository": "$repository", "path": ".github/workflows/build.yml"}},
	  "resolvedDependencies": [{"uri": "git+$repository@refs/heads/main", "digest": {"gitCommit": "0123456789abcdef0123456789abcdef01234567"}}]},
	 "runDetails": {"builder": {"id": "$workflow"}}}
END

# A token for a workflow, in a file: cosign 3 takes a long token on its command line for a file's name.
identity_token() {
	curl -fsS -G "$url/token" --data-urlencode "iss=$issuer" --data-urlencode "sub=repo:example/project:ref:refs/heads/main" \
		-d job_workflow_ref=example/project/.github/workflows/build.yml@refs/heads/main -d repository=example/project \
		-d ref=refs/heads/main -d sha=0123456789abcdef0123456789abcdef01234567 -d runner_environment=github-hosted >"$work/token"
}

cosign2() { # with the stand-ins for the public services
	local command=$1
	shift
	# shellcheck disable=SC1091
	(. "$trust/cosign2.env" && "$SINDRI_TEST_COSIGN2" "$command" --rekor-url "$url" "$@")
}

# Each way to sign: what `sign` and `attest` are given. Those that have no key get a fresh token.
as_2_key() { cosign2 "$1" -y --key "$work/ours.key" "${@:2}"; }
as_2_keyless() { identity_token && cosign2 "$1" -y --fulcio-url "$url" --identity-token "$work/token" "${@:2}"; }
as_2_timestamp() { identity_token && cosign2 "$1" -y --fulcio-url "$url" --timestamp-server-url "$url/timestamp" --identity-token "$work/token" "${@:2}"; }
as_3() { "$SINDRI_TEST_COSIGN3" "$1" -y --trusted-root "$trust/trusted_root.json" --signing-config "$trust/signing_config_$2.json" "${@:3}"; }
as_3_bare_key() { "$SINDRI_TEST_COSIGN3" "$1" -y --key "$work/ours.key" --signing-config "$trust/signing_config_none.json" "${@:2}"; }
as_3_key_rekor1() { as_3 "$1" rekor1 --key "$work/ours.key" "${@:2}"; }
as_3_key_rekor2() { as_3 "$1" rekor2 --key "$work/ours.key" "${@:2}"; }
as_3_keyless_rekor1() { identity_token && as_3 "$1" rekor1 --identity-token "$work/token" "${@:2}"; }
as_3_keyless_rekor2() { identity_token && as_3 "$1" rekor2 --identity-token "$work/token" "${@:2}"; }

verify() { # verify WAY COMMAND ARGUMENTS...: with the generation that signed
	local way=$1 command=$2
	shift 2
	case $way in
		2_timestamp) cosign2 "$command" --use-signed-timestamps "$@" ;;
		2_*) cosign2 "$command" "$@" ;;
		3_bare_key) "$SINDRI_TEST_COSIGN3" "$command" --insecure-ignore-tlog "$@" ;;
		3_*) "$SINDRI_TEST_COSIGN3" "$command" --trusted-root "$trust/trusted_root.json" "$@" ;;
	esac
}

left_behind() { # left_behind REGISTRY NAME: the tags without the image's own digest and tag, then referrers' predicate types
	curl -fsS "http://$1/v2/$2/tags/list" | jq -r --arg digest "${digest/:/-}" \
		'[.tags[] | select(. != "image") | sub($digest; "DIGEST")] | sort | join(" ")'
	curl -sS "http://$1/v2/$2/referrers/$digest" | jq -r \
		'[.manifests[]? | .annotations["dev.sigstore.bundle.predicateType"]] | sort | join(" ")' 2>/dev/null || :
}

signs_and_verifies() { # signs_and_verifies WAY REFERENCE RIGHT... -- WRONG...
	local way=$1 reference=$2 right=()
	shift 2
	while [ "$1" != -- ]; do
		right+=("$1")
		shift
	done
	shift
	refused "no " verify "$way" verify "${right[@]}" "$reference" || return 1
	"as_$way" sign "$reference" || return 1
	verify "$way" verify "${right[@]}" "$reference" || return 1
	refused "no matching " verify "$way" verify "$@" "$reference" || return 1
	"as_$way" attest --type slsaprovenance1 --predicate "$work/provenance.json" "$reference" || return 1
	verify "$way" verify-attestation --type slsaprovenance1 "${right[@]}" "$reference" || return 1
	refused "no matching " verify "$way" verify-attestation --type slsaprovenance1 "$@" "$reference"
}

bundles="https://sigstore.dev/cosign/sign/v1 https://slsa.dev/provenance/v1"
for way in 2_key 2_keyless 2_timestamp 3_bare_key 3_key_rekor1 3_key_rekor2 3_keyless_rekor1 3_keyless_rekor2; do
	case $way in
		*_key | *_key_rekor?) right=(--key "$work/ours.pub") wrong=(--key "$work/theirs.pub") ;;
		*) right=("${identity[@]}") wrong=("${stranger[@]}") ;;
	esac
	for registry in "$SINDRI_TEST_REGISTRY" "$SINDRI_TEST_REGISTRY_REFERRERS"; do
		name=signed/${way//_/-}
		copy "$SINDRI_TEST_IMAGE_SLEEP" "$registry/$name:image"
		check "cosign $way in $registry: unsigned refused, signed, verified, another refused, attested" \
			signs_and_verifies "$way" "$registry/$name@$digest" "${right[@]}" -- "${wrong[@]}"
		case $way:$registry in
			2_*) left=$'DIGEST.att DIGEST.sig\n' ;;
			*:"$SINDRI_TEST_REGISTRY") left=$'DIGEST\n' ;;
			*) left=$'\n'$bundles ;;
		esac
		check "cosign $way in $registry: leaves ${left//$'\n'/}" equal "${left%$'\n'}" left_behind "$registry" "$name"
	done
done

# The certificate says of a workflow what Fulcio would: in the old extensions, which cosign compares, and in
# the numbered ones that came after them.
claims_of_the_workflow() {
	local image=$SINDRI_TEST_REGISTRY/signed/2-keyless@$digest
	cosign2 verify "${identity[@]}" --certificate-github-workflow-repository example/project \
		--certificate-github-workflow-ref refs/heads/main "$image" || return 1
	refused "no matching " cosign2 verify "${identity[@]}" --certificate-github-workflow-ref refs/heads/other "$image" || return 1
	curl -fsS -H 'Accept: application/vnd.oci.image.manifest.v1+json' \
		"http://$SINDRI_TEST_REGISTRY/v2/signed/2-keyless/manifests/${digest/:/-}.sig" |
		jq -r '.layers[0].annotations["dev.sigstore.cosign/certificate"]' | openssl x509 -noout -text >"$work/certificate"
	grep -A 1 -F 1.3.6.1.4.1.57264.1.12: "$work/certificate" | grep -qF "$repository" || { cat "$work/certificate"; return 1; }
	grep -A 1 -F 1.3.6.1.4.1.57264.1.14: "$work/certificate" | grep -qF refs/heads/main || { cat "$work/certificate"; return 1; }
}
check "signing: the certificate has the workflow's claims" claims_of_the_workflow

forged_token_refused() {
	identity_token
	sed 's/\.[^.]*$/.AAAA/' "$work/token" >"$work/forged"
	refused "not from this issuer" "$SINDRI_TEST_COSIGN3" sign -y --signing-config "$trust/signing_config_rekor2.json" \
		--identity-token "$work/forged" "$SINDRI_TEST_REGISTRY/signed/2-key@$digest"
}
check "signing: a forged token gets no certificate" forged_token_refused

first_entry() {
	curl -fsS "$url/api/v1/log/entries$1" | jq -r ".[]$2"
}
log_survives() {
	local before name
	before=$(first_entry "?logIndex=0" .body) && [ -n "$before" ] || return 1
	name=$(curl -fsS "$url/api/v1/log/entries?logIndex=0" | jq -r 'keys[0]')
	"$bed" kill "$number" signing >&2 && within 20 curl -fsS "$url/healthz" || return 1
	equal "$before" first_entry "?logIndex=0" .body && equal "$before" first_entry "/$name" .body
}
goes_on() {
	local new=$SINDRI_TEST_REGISTRY_REFERRERS/signed/3-keyless-rekor2@$digest old=$SINDRI_TEST_REGISTRY/signed/2-keyless@$digest
	as_3_keyless_rekor2 sign "$new" && verify 3_keyless_rekor2 verify "${identity[@]}" "$new" &&
		as_2_keyless sign "$old" && verify 2_keyless verify "${identity[@]}" "$old"
}
check "signing: a log that is killed comes back with its entries" log_survives
check "signing: and goes on where it was" goes_on

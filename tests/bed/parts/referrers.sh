# shellcheck shell=bash
# An OCI registry that knows the referrers API, on port 5001: the bed's plain registry does not.
referrers_folder=$(cd "${BASH_SOURCE[0]%/*}/referrers" && pwd)

referrers_build() {
	program registry-referrers "$referrers_folder"
}

referrers_configure() {
	# Without this the node would ask the plain registry for every image, whatever registry it names.
	mkdir -p "$BED_DIR/certs.d/$BED_IP:5001" "$BED_DIR/referrers"
	echo '[host."http://127.0.0.1:5001"]' >"$BED_DIR/certs.d/$BED_IP:5001/hosts.toml"
}

referrers_start() {
	keep referrers "$BED_BIN/registry-referrers" -address :5001 -folder "$BED_DIR/referrers"
}

referrers_ready() {
	wait_for 20 "the registry with the referrers API" referrers curl -fsS -o /dev/null "http://$BED_IP:5001/v2/"
}

referrers_env() {
	echo "SINDRI_TEST_REGISTRY_REFERRERS=$BED_IP:5001"
}

# shellcheck shell=bash
# Keyless signing without the internet: stand-ins for Fulcio, Rekor, a CT log, a timestamp authority and an
# OpenID issuer, all on port 5006. signing/__main__.py tells the rest.
signing_folder=$(cd "${BASH_SOURCE[0]%/*}/signing" && pwd)

# What clients have to trust is written by cosign 3 itself.
# shellcheck source=SCRIPTDIR/cosign.sh
. "${BASH_SOURCE[0]%/*}/cosign.sh"

signing_packages() {
	cosign_packages
	printf '%s\n' curl openssl python3 python3-cryptography
}

signing_build() {
	cosign_build
}

# Debian's own Python, wherever others are: it has the cryptography package. -B: no bytecode in the sources.
signing() {
	/usr/bin/python3 -B "$signing_folder" "$@"
}

signing_configure() {
	local folder=$BED_DIR/signing
	# The last of the files: all is there, kept from an earlier start, and so are the logs.
	[ ! -e "$folder/cosign2.env" ] || return 0
	signing keys "$folder"
	signing trust "$folder" --url "http://$BED_IP:5006" --cosign "$BED_BIN/cosign3"
}

signing_start() {
	keep signing /usr/bin/python3 -B "$signing_folder" serve "$BED_DIR/signing" --url "http://$BED_IP:5006"
}

signing_ready() {
	wait_for 20 "the signing services" signing curl -fsS -o /dev/null "http://$BED_IP:5006/healthz"
}

signing_env() {
	echo "SINDRI_TEST_SIGNING=$BED_DIR/signing"
	echo "SINDRI_TEST_SIGNING_URL=http://$BED_IP:5006"
}

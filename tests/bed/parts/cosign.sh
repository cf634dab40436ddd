# shellcheck shell=bash
# The real cosign, both generations, from Debian's own newer suites. Nothing runs in the bed: two programs
# in the cache. The machine's package lists and installed packages are not touched.

cosign_part=${BASH_SOURCE[0]}

cosign_packages() {
	printf '%s\n' apt ca-certificates debian-archive-keyring dpkg
}

cosign_build() {
	build_when_changed "$BED_BIN/cosign2" "trixie 2" cosign_fetch 2 trixie
	build_when_changed "$BED_BIN/cosign3" "sid 3" cosign_fetch 3 sid
}

# cosign_fetch MAJOR SUITE: BED_BIN/cosignMAJOR.new from SUITE. Debian's unstable suite moves on: what is in
# the cache stays, and a suite that no longer has this generation is an error and not another program.
cosign_fetch() (
	major=$1 suite=$2
	step "fetching cosign $major from Debian $suite"
	work=$(mktemp -d "$BED_HOME/cosign$major.XXXXXX") || exit 1
	trap 'rm -rf "$work"' EXIT
	cd "$work" || exit 1
	mkdir -p lists/partial cache/archives/partial unpacked
	options=(
		-q
		-o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
		-o Dir::Etc::Preferences=/dev/null -o Dir::Etc::PreferencesParts=/dev/null
		-o "Dir::State=$work" -o "Dir::State::Lists=$work/lists" -o Dir::State::status=/dev/null
		-o "Dir::Cache=$work/cache"
		# Only the list of packages: no translations, no catalogue of applications.
		-o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
		# Whatever the machine's own configuration allows: no signature, no cosign.
		-o Acquire::AllowInsecureRepositories=false -o APT::Get::AllowUnauthenticated=false
		-o APT::Update::Error-Mode=any -o Acquire::Retries=3
		# This folder is nobody else's, apt's own user included.
		-o APT::Sandbox::User=root
	)
	mirror=$(cosign_mirror) || exit 1
	echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >sources.list
	cosign_try apt-get "${options[@]}" update
	version=$(apt-cache "${options[@]}" show --no-all-versions cosign | sed -n 's/^Version: //p')
	[ "${version%%.*}" = "$major" ] || die "Debian $suite has cosign '$version', and the tests are for cosign $major:" \
		"name a suite that still has it in $cosign_part, or teach the tests the new one"
	cosign_try apt-get "${options[@]}" download cosign
	cosign_try dpkg -x cosign_*.deb unpacked
	cosign_try unpacked/usr/bin/cosign version
	mv unpacked/usr/bin/cosign "$BED_BIN/cosign$major.new" || exit 1
	step "fetched cosign $version"
)

# cosign_try COMMAND...: what it says is shown only when it fails
cosign_try() {
	"$@" >log 2>&1 || { cat log >&2; die "fetching cosign failed: ${*: -2}"; }
}

# cosign_mirror: where this machine gets Debian from; known once its lists are there.
cosign_mirror() {
	local found
	found=$(cosign_known_mirror)
	if [ -z "$found" ]; then
		apt-get -qq -o DPkg::Lock::Timeout=300 update >&2 || die "the lists of Debian's packages cannot be fetched"
		found=$(cosign_known_mirror)
	fi
	[ -n "$found" ] || die "this machine's package sources name no mirror of Debian"
	echo "$found"
}

cosign_known_mirror() {
	# The $ is for apt: it fills in what it knows of each list.
	# shellcheck disable=SC2016
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1
}

cosign_env() {
	echo "SINDRI_TEST_COSIGN2=$BED_BIN/cosign2"
	echo "SINDRI_TEST_COSIGN3=$BED_BIN/cosign3"
}

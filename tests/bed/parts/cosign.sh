# shellcheck shell=bash
# The real cosign, both generations, from Debian's own newer suites. Nothing runs in the bed: two programs
# in the cache. The machine's package lists and installed packages are not touched.

cosign_packages() {
	printf '%s\n' apt ca-certificates debian-archive-keyring dpkg
}

cosign_build() {
	cosign_fetch 2 trixie
	cosign_fetch 3 sid
}

# cosign_fetch MAJOR SUITE: put cosign MAJOR from SUITE into the cache, once.
cosign_fetch() {
	local major=$1 suite=$2 program=$BED_BIN/cosign$1
	[ ! -x "$program" ] || [ ! -s "$program.version" ] || return 0
	step "fetching cosign $major from Debian $suite"
	(
		set -euo pipefail
		work=$(mktemp -d "$BED_HOME/cosign$major.XXXXXX")
		trap 'rm -rf "$work"' EXIT
		cd "$work"
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
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(cosign_mirror) $suite main" >sources.list
		apt-get "${options[@]}" update >log 2>&1 || { cat log >&2; exit 1; }
		version=$(apt-cache "${options[@]}" show --no-all-versions cosign | sed -n 's/^Version: //p')
		if [ "${version%%.*}" != "$major" ]; then
			echo "Debian $suite has cosign ${version:-no more}, and the tests are for cosign $major:" \
				"name a suite that still has it in ${BASH_SOURCE[0]}, or teach the tests the new one." >&2
			exit 1
		fi
		apt-get "${options[@]}" download cosign >log 2>&1 || { cat log >&2; exit 1; }
		dpkg -x cosign_*.deb unpacked
		unpacked/usr/bin/cosign version >log 2>&1 || { cat log >&2; exit 1; }
		mv unpacked/usr/bin/cosign "$program"
		echo "$version" >version
		mv version "$program.version"
	)
}

# cosign_mirror: where this machine gets Debian from.
cosign_mirror() {
	local found
	# The $ is for apt: it fills in what it knows of each list.
	# shellcheck disable=SC2016
	found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | head -n 1)
	echo "${found:-http://deb.debian.org/debian}"
}

cosign_env() {
	echo "SINDRI_TEST_COSIGN2=$BED_BIN/cosign2"
	echo "SINDRI_TEST_COSIGN3=$BED_BIN/cosign3"
}

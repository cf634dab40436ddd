# shellcheck shell=bash
# Parts: more that can run on a bed. parts/NAME.sh may define NAME_packages, NAME_build, NAME_configure,
# NAME_start, NAME_ready and NAME_env (a dash in NAME is an underscore in these); see README.md.

# load_parts LIST: sources the parts of a list (a,b or "a b"); their names are then in BED_PARTS
load_parts() {
	local part
	BED_PARTS=${1//,/ }
	for part in $BED_PARTS; do
		[ -f "$BED_SOURCE/parts/$part.sh" ] || die "there is no part '$part'; there are: $(all_parts)"
		# shellcheck source=/dev/null
		. "$BED_SOURCE/parts/$part.sh"
	done
	export BED_PARTS
}

all_parts() { find "$BED_SOURCE/parts" -maxdepth 1 -name '*.sh' -printf '%f\n' 2>/dev/null | sed 's/\.sh$//' | sort | tr '\n' ' '; }

# each_part HOOK: calls the hook of every loaded part that defines it
each_part() {
	local part function
	for part in $BED_PARTS; do
		function=${part//-/_}_$1
		! declare -F "$function" >/dev/null || "$function"
	done
}

# shellcheck shell=bash
# shellcheck disable=SC2154 # $work comes from the test
# Checks for shell tests: a line each, and what was said only when one failed. Needs $work, a folder.

passed=0 failed=0

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@" >"$work/said" 2>&1; then
		passed=$((passed + 1))
		echo "ok      $what"
	else
		failed=$((failed + 1))
		echo "FAILED  $what"
		tail -n 15 "$work/said" | sed 's/^/        /'
	fi
}

# report: the last line; fails when a check did
report() {
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}

# refused TEXT COMMAND...: the command fails, and says TEXT
refused() {
	local text=$1 said
	shift
	if said=$("$@" 2>&1); then
		echo "not refused: $*"
		echo "$said"
		return 1
	fi
	grep -qF -- "$text" <<<"$said" || { echo "refused without saying \"$text\": $said"; return 1; }
}

# says TEXT COMMAND...: the command succeeds, and says TEXT
says() {
	local text=$1 said
	shift
	said=$("$@" 2>&1) || { echo "failed: $*: $said"; return 1; }
	grep -qF -- "$text" <<<"$said" || { echo "did not say \"$text\": $said"; return 1; }
}

# equal WANTED COMMAND...: standard output of the command is WANTED
equal() {
	local wanted=$1 said
	shift
	said=$("$@") || { echo "failed: $*"; return 1; }
	[ "$said" = "$wanted" ] || { echo "wanted \"$wanted\", got \"$said\""; return 1; }
}

# fails COMMAND...
fails() { ! "$@"; }

# within SECONDS COMMAND...: the command succeeds at last; says how it failed when it never did
within() {
	local limit=$((SECONDS + $1)) said
	shift
	until said=$("$@" 2>&1); do
		[ "$SECONDS" -lt "$limit" ] || { echo "waited in vain for: $*"; echo "$said"; return 1; }
		sleep .05
	done
}

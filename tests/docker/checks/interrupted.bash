# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Whatever ends `up`, and wherever, the next command cleans up.

images_are_linked() { [ -d "$(folder "$other")/data/overlay2" ]; }
first_process_is_there() { [ -s "$(folder "$other")/first" ]; }
dockerd_starts() { [ -s "$(folder "$other")/log/dockerd.log" ]; }

# signalled SIGNAL CONDITION: `up` gets the signal as soon as the condition holds, and ends
signalled() {
	local up status=0
	# In a session of its own, as in another terminal; and a shell would let it ignore interrupts.
	setsid env --default-signal=INT,QUIT "$docker" up "$other" >"$work/up" 2>&1 &
	up=$!
	within 30 "$2" || { cat "$work/up"; return 1; }
	# An interrupt goes to all of the foreground, as from a keyboard.
	if [ "$1" = INT ]; then kill -INT -- "-$up"; else kill "-$1" "$up"; fi
	wait "$up" || status=$?
	[ "$status" != 0 ] || { echo "it was up already"; return 1; }
	[ "$1" != INT ] || [ "$status" = 130 ] || { echo "it ended with $status, not 130"; return 1; }
}

"$docker" down "$other" >/dev/null 2>&1
for condition in images_are_linked first_process_is_there dockerd_starts; do
	check "up is killed when ${condition//_/ }" signalled KILL "$condition"
	check "down cleans up" "$docker" down "$other"
	check "nothing is left" leaves_nothing "$other"
done
for condition in images_are_linked dockerd_starts; do
	check "up is interrupted when ${condition//_/ }" signalled INT "$condition"
	check "nothing is left, without another command" leaves_nothing "$other"
done
check "up is killed when dockerd starts" signalled KILL dockerd_starts
check "the next up cleans up and comes up" says "did not end well" "$docker" up "$other"
# shellcheck source=/dev/null
run_there() { (. "$(folder "$other")/env" && docker run --detach "$SINDRI_TEST_IMAGE_LOCAL"); }
check "and it runs containers" run_there
check "its first process is killed" kill -9 "$(first "$other")"
check "status shows that it is broken" within 10 says "$(printf '%-7s %-8s' "$other" broken)" "$docker" status
check "up starts it afresh" "$docker" up "$other"
# shellcheck source=/dev/null
containers_there() { (. "$(folder "$other")/env" && docker ps --all --quiet); }
check "with no container of before" equal "" containers_there
check "it goes down" "$docker" down "$other"
check "nothing is left" leaves_nothing "$other"

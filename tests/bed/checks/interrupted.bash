# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Whatever ends `up`, and wherever, the next command cleans up.

folder_is_there() { [ -e "$(folder "$other")/version" ]; }
users_are_written() { [ -e "$(folder "$other")/bob.conf" ]; }
first_process_is_there() { [ -s "$(folder "$other")/first" ]; }
link_is_there() { [ -e "/sys/class/net/bed$other" ]; }
api_server_starts() { [ -s "$(folder "$other")/log/kube-apiserver.log" ]; }
api_server_answers() { grep -qs 'Serving securely' "$(folder "$other")/log/kube-apiserver.log"; }

# signalled SIGNAL CONDITION: `up` gets the signal as soon as the condition holds, and ends
signalled() {
	local up status=0
	# In a session of its own, as in another terminal; and a shell would let it ignore interrupts.
	setsid env --default-signal=INT,QUIT "$bed" up "$other" >"$work/up" 2>&1 &
	up=$!
	within 30 "$2" || { cat "$work/up"; return 1; }
	# An interrupt goes to all of the foreground, as from a keyboard.
	if [ "$1" = INT ]; then kill -INT -- "-$up"; else kill "-$1" "$up"; fi
	wait "$up" || status=$?
	[ "$status" != 0 ] || { echo "it was up already"; return 1; }
	[ "$1" != INT ] || [ "$status" = 130 ] || { echo "it ended with $status, not 130"; return 1; }
}

"$bed" down "$other" >/dev/null 2>&1
for condition in folder_is_there users_are_written first_process_is_there link_is_there api_server_starts api_server_answers; do
	check "up is killed when ${condition//_/ }" signalled KILL "$condition"
	check "down cleans up" "$bed" down "$other"
	check "nothing is left" leaves_nothing "$other"
done
for condition in users_are_written first_process_is_there api_server_answers; do
	check "up is interrupted when ${condition//_/ }" signalled INT "$condition"
	check "nothing is left, without another command" leaves_nothing "$other"
done
check "up is killed when the API server starts" signalled KILL api_server_starts
check "status shows a bed that did not come up" says "$other  starting" "$bed" status
check "the next up cleans up and comes up" says "did not end well" "$bed" up "$other"
check "and it works" on "$other" get --raw /readyz

on "$other" create namespace lost >/dev/null
check "its first process is killed" kill -9 "$(first "$other")"
check "status shows that it is broken" within 10 says "$other  broken" "$bed" status
check "up starts it afresh" "$bed" up "$other"
check "with nothing of before" refused NotFound on "$other" get namespace lost
check "it goes down" "$bed" down "$other"
check "nothing is left" leaves_nothing "$other"

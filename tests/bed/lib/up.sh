# shellcheck shell=bash
# shellcheck disable=SC2154 # some names come from the files beside this one
# Brings a bed up.

# up VERSION PARTS: VERSION may be empty, for the newest or whichever is up
up() {
	load_parts "$2"
	! answer_when_up "$1" || return 0
	build "${1:-newest}"
	start_interruptibly "$BED_SOURCE/bed" start "$BED_N" --version "${1:-newest}" --parts "$2"
}

# answer_when_up VERSION: the whole of `up` on a bed that is up
answer_when_up() {
	lock_bed
	bed_is_up || { let_go "$BED_N"; return 1; }
	refuse_other_bed "$1"
	rm -f "$BED_DIR/kept" # of a `down --keep` that did not come far
	step "bed $BED_N is up"
	echo "$BED_DIR/admin.conf"
}

# start VERSION PARTS
start() {
	load_parts "$2"
	! answer_when_up "$1" || return 0
	lock_bed
	BED_VERSION=$1
	export BED_VERSION
	prepare_folder
	trap 'end_of_up $?' EXIT
	trap 'exit 143' TERM
	cd "$BED_DIR" || die "cannot go to $BED_DIR"
	[ -e tokens ] || configure
	cgroup_create
	start_first_process
	connect_link
	wait_until_ready
	write_environment >"$BED_DIR/env"
	date +%s >ready
	trap '' TERM
	trap - EXIT
	step "bed $BED_N is ready: Kubernetes $(kubernetes_version "$BED_VERSION")${BED_PARTS:+ with $BED_PARTS}"
	echo "$BED_DIR/admin.conf"
}

refuse_other_bed() {
	local part
	BED_VERSION=$(cat "$BED_DIR/version")
	[ -z "$1" ] || [ "$1" = "$BED_VERSION" ] || die "bed $BED_N is up with version $BED_VERSION; end it first: bed down $BED_N"
	for part in $BED_PARTS; do
		grep -qwF -- "$part" "$BED_DIR/parts" || die "bed $BED_N is up without part $part; end it first: bed down $BED_N"
	done
}

# prepare_folder: empty, or what `down --keep` kept; anything else is left of a bed that did not end well
prepare_folder() {
	if [ -e "$BED_DIR/kept" ]; then
		[ "$(cat "$BED_DIR/version")" = "$BED_VERSION" ] ||
			die "bed $BED_N was kept with version $(cat "$BED_DIR/version"); remove it first: bed down $BED_N"
		tear_down # `down --keep` may not have come to its end
		rm -f "$BED_DIR"/{ready,kept} "$BED_DIR"/pid/*
	elif [ -e "$BED_DIR" ] || [ -n "$(bed_processes)" ]; then
		step "bed $BED_N did not end well; cleaning up"
		tear_down
		remove_folder
	fi
	case $BED_DIR in /run/* | /var/lib/* | /var/log/*) die "SINDRI_BED_HOME cannot be below /run, /var/lib or /var/log: a bed has its own" ;; esac
	mkdir -p "$BED_DIR"/{log,pid}
	echo "$BED_VERSION" >"$BED_DIR/version"
	echo "$BED_PARTS" >"$BED_DIR/parts"
	echo "$BED_DIR" >"$number_locks/$BED_N"
}

# end_of_up STATUS: whatever stopped it, nothing is left but the logs
end_of_up() {
	trap '' TERM
	cd /
	tear_down
	if [ "$1" != 143 ]; then
		rm -rf "$BED_HOME/failed/$BED_N"
		mkdir -p "$BED_HOME/failed"
		cp -r "$BED_DIR/log" "$BED_HOME/failed/$BED_N"
		step "bed $BED_N could not be brought up; its logs are in $BED_HOME/failed/$BED_N"
	fi
	remove_folder
}

start_first_process() {
	local outer group descriptor=${lock_descriptors[$BED_N]}
	group=$(cgroup_of_programs)
	# The mark is in the environment before the lock is let go, so whoever gets the lock next sees the
	# process, wherever this one was killed. The rest of the environment (a proxy, say) stays outside, and so do
	# signals that whoever called this ignores: containers would inherit that.
	# shellcheck disable=SC2016 # expanded in there
	env -i --default-signal "PATH=$PATH" HOME=/root LANG=C.UTF-8 "SINDRI_BED_MARK=$BED_DIR" \
		"BED_N=$BED_N" "BED_DIR=$BED_DIR" "BED_IP=$BED_IP" "BED_HOME=$BED_HOME" "BED_BIN=$BED_BIN" \
		"BED_SOURCE=$BED_SOURCE" "BED_VERSION=$BED_VERSION" "BED_PARTS=$BED_PARTS" \
		bash -c 'eval "exec $1>&-"; [ -z "$2" ] || echo $$ >"$2"; exec setsid unshare --mount --uts --ipc --net --pid --fork --kill-child --mount-proc bash "$BED_SOURCE/lib/inside.sh"' \
		bed "$descriptor" "$group" >log/bed.log 2>&1 </dev/null &
	outer=$!
	disown
	wait_for_first_process "$outer"
}

connect_link() {
	ip link add "bed$BED_N" type veth peer name eth0 netns "$(cat first)"
	ip addr add "${BED_IP%.2}.1/24" dev "bed$BED_N"
	ip link set "bed$BED_N" up
}

# get PATH: an answer of the API server, as admin
get() { curl --silent --fail --max-time 5 --cacert tls/ca.crt --header "Authorization: Bearer $(head -n 1 tokens | cut -d , -f 1)" "https://$BED_IP:6443$1"; }

wait_until_ready() {
	wait_for 60 "the API server" kube-apiserver get /readyz
	step "the API server is ready"
	wait_for 30 "the storage classes to be taken" kube-apiserver k apply -f "$BED_SOURCE/manifests/storage.yaml"
	wait_for 30 "the registry" registry curl --silent --fail --max-time 2 "http://$BED_IP:5000/v2/"
	wait_for 60 "the node to be ready" kubelet node_is_ready
	wait_for 30 "the default service account" kube-controller-manager get /api/v1/namespaces/default/serviceaccounts/default
	wait_for 30 "Services to be reachable" kube-proxy in_bed curl --silent --insecure --max-time 0.3 https://10.96.0.1/readyz
	wait_for 30 "cluster DNS" coredns busybox nslookup kubernetes.default.svc.cluster.local "$BED_IP"
	each_part ready
}

# node_is_ready: as kubelet says since this start; a kept bed's node still says so from before
node_is_ready() {
	get /api/v1/nodes/n1 | jq -e --arg since "$(date -u -d "@${started::-6}" +%FT%TZ)" \
		'any(.status.conditions[]; .type == "Ready" and .status == "True" and .lastHeartbeatTime >= $since)'
}

# write_environment: what test programs need to know, as a file for the shell
write_environment() {
	local name layouts=$BED_HOME/images/layouts
	say_value KUBECONFIG "$BED_DIR/admin.conf"
	say_value SINDRI_TEST_CONTEXT "bed-$BED_N"
	say_value SINDRI_TEST_VERSION "$BED_VERSION"
	say_value SINDRI_TEST_KUBECTL "$BED_BIN/$BED_VERSION/kubectl"
	say_value SINDRI_TEST_KUBECONFIG_ALICE "$BED_DIR/alice.conf"
	say_value SINDRI_TEST_KUBECONFIG_BOB "$BED_DIR/bob.conf"
	say_value SINDRI_TEST_REGISTRY "$BED_IP:5000"
	# No registry of a bed has TLS.
	say_value SINDRI_INSECURE_REGISTRIES "$BED_IP:5000,$BED_IP:5001,$BED_IP:5002"
	for name in $image_names; do
		say_value "SINDRI_TEST_IMAGE_${name^^}" "$BED_IP:5000/sindri/$name@$(image_digest "$layouts/$name")"
	done
	each_part env | while IFS='=' read -r name value; do say_value "$name" "$value"; done
}

say_value() { printf 'export %s=%q\n' "$1" "$2"; }

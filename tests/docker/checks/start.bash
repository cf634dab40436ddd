# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# Starting: what `up` prints and writes, and that it can be repeated and raced.

"$docker" down "$number" >/dev/null 2>&1
machine >"$work/machine-before"

daemons() { pgrep --full --count "^dockerd .*$(folder "$number")/"; }

two_at_once() {
	local one two
	"$docker" up "$number" >"$work/one" & one=$!
	"$docker" up "$number" >"$work/two" & two=$!
	wait "$one" && wait "$two" && cmp "$work/one" "$work/two" && equal 1 daemons
}

check "two commands that bring the same Docker up at once both succeed, with one Docker" two_at_once
check "standard output of up is the env file's path alone" equal "$(folder "$number")/env" cat "$work/one"
check "up when it is up prints the same path" equal "$(folder "$number")/env" "$docker" up "$number"
check "up with another version than the running one is refused" refused "is up with version debian" "$docker" up "$number" --version newest
check "status shows it" says "$(printf '%-7s %-8s' "$number" up)" "$docker" status
check "logs lists its logs" says dockerd "$docker" logs "$number"
check "logs shows one" says "API listen on" "$docker" logs "$number" dockerd -n 1000
check "the client on the PATH is the daemon's" equal "$(with docker version --format '{{.Server.Version}}')" with docker version --format '{{.Client.Version}}'
check "it has no container" equal "" with docker ps --all --quiet
for name in KIND_IMAGE K3D_IMAGE REGISTRY_IMAGE IMAGE_LOCAL IMAGE_LOCAL_SHELL IMAGE_LOCAL_SSH; do
	check "it has the image that SINDRI_TEST_$name names" with docker image inspect "$(value "SINDRI_TEST_$name")"
done
check "it has the tools image and the load balancer of k3d" with docker image inspect "$(value K3D_IMAGE_TOOLS)" "$(value K3D_IMAGE_LOADBALANCER)"
check "a container runs" equal "it runs" with docker run --rm "$(value SINDRI_TEST_IMAGE_LOCAL)" echo it runs
check "a privileged one too" equal "it runs" with docker run --rm --privileged --user 0 "$(value SINDRI_TEST_IMAGE_LOCAL)" echo it runs

start_registry() { with docker run --detach --name registry --publish "127.0.0.1::5000" "$(value SINDRI_TEST_REGISTRY_IMAGE)"; }
registry_port() { with docker port registry 5000/tcp | sed 's/.*://'; }
registry_answers() { curl --silent --fail --max-time 2 "http://127.0.0.1:$(registry_port)/v2/"; }
push_and_pull() {
	local image
	image=localhost:$(registry_port)/pushed:1
	with docker tag "$(value SINDRI_TEST_IMAGE_LOCAL)" "$image" && with docker push "$image" && with docker rmi "$image" && with docker pull "$image"
}
taken_port() { with docker run --rm --publish "127.0.0.1:$(registry_port):1" "$(value SINDRI_TEST_IMAGE_LOCAL)" true; }
check "a registry starts, on a port of the machine" start_registry
check "it answers on the machine" within 10 registry_answers
check "an image is pushed to localhost, and pulled" push_and_pull
check "a port that is taken is refused" refused "port is already allocated" taken_port
port_of_the_machine() {
	local port=$((20000 + RANDOM % 10000)) server status=0
	busybox httpd -f -p "127.0.0.1:$port" -h "$work" & server=$!
	within 5 listens "$port" &&
		refused "address already in use" with docker run --rm --publish "127.0.0.1:$port:1" "$(value SINDRI_TEST_IMAGE_LOCAL)" true || status=1
	kill "$server"
	return "$status"
}
check "so is one that a program of the machine has" port_of_the_machine
port=$(registry_port)
check "the registry is removed" with docker rm --force --volumes registry
check "and its port is free again" fails listens "$port"

kill_daemon() { kill -9 "$(pgrep --full "^dockerd .*$(folder "$number")/")"; }
check "a dockerd that is killed is started again" kill_daemon
check "and answers" within 20 with docker version

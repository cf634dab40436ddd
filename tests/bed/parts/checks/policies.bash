# shellcheck shell=bash
# Network policies do what they say. They land a moment after they are made and what was open stays open
# until then, so that every change is polled for.
# Sourced by ../test, which gives:
: "${namespace:?}"

pod() { # pod NAME LABELS COMMAND...: prints the object
	jq -n --arg name "$1" --arg role "$2" --arg image "$SINDRI_TEST_IMAGE_SHELL" '
		{apiVersion: "v1", kind: "Pod", metadata: {name: $name, labels: {role: $role}},
		 spec: {terminationGracePeriodSeconds: 0,
		        containers: [{name: "main", image: $image} + if $ARGS.positional == [] then {} else {command: $ARGS.positional} end]}}' \
		--args -- "${@:3}"
}

pods() {
	{
		pod server server nc -ll -p 8080 -e echo hello
		pod friend friend
		pod stranger stranger
	} | k apply -f - && k expose pod server --port 8080 && k wait --for=condition=Ready --timeout=30s pod/server pod/friend pod/stranger
}
check "policies: a server, a friend and a stranger" pods
server_address=$(k get pod server -o 'jsonpath={.status.podIP}')

greets() { # greets POD HOST: HOST's server greets POD
	[ "$(k exec "$1" -- nc -w 2 "$2" 8080 </dev/null)" = hello ]
}
silent() { # silent POD HOST: it does not, in the time that it would take many times over
	! greets "$@" 2>/dev/null
}
resolves() {
	k exec "$1" -- nslookup "server.$namespace.svc.cluster.local" | grep -qF "$(k get service server -o 'jsonpath={.spec.clusterIP}')"
}

all_may_talk() {
	within 20 greets friend "$server_address" && within 20 greets stranger "$server_address" &&
		within 20 greets friend server && within 20 greets stranger server
}

check "policies: without one, all may talk" all_may_talk

friends_only() {
	k apply -f - <<-END
		apiVersion: networking.k8s.io/v1
		kind: NetworkPolicy
		metadata: {name: friends-only}
		spec:
		  podSelector: {matchLabels: {role: server}}
		  policyTypes: [Ingress]
		  ingress: [{from: [{podSelector: {matchLabels: {role: friend}}}], ports: [{port: 8080}]}]
	END
}

check "policies: only friends to the server" friends_only
check "policies: the stranger is cut off" within 20 silent stranger "$server_address"
check "policies: also through the Service" within 20 silent stranger server
check "policies: the friend is not" greets friend "$server_address"

listens() {
	pod listener listener nc -ll -p 8080 -e echo hello | k apply -f - && k wait --for=condition=Ready --timeout=30s pod/listener
}
check "policies: another one that listens" listens
listener_address=$(k get pod listener -o 'jsonpath={.status.podIP}')
check "policies: what the server asks for itself is answered" within 20 greets server "$listener_address"

check "policies: nor through the Service's name" greets friend server

# Names are answered by a process beside the API server here and by a pod of kube-system elsewhere: port 53
# to anywhere is what allows both.
check "policies: the friend may ask for names and nothing else" k apply -f - <<-END
	apiVersion: networking.k8s.io/v1
	kind: NetworkPolicy
	metadata: {name: names-only}
	spec:
	  podSelector: {matchLabels: {role: friend}}
	  policyTypes: [Egress]
	  egress: [{ports: [{port: 53, protocol: UDP}, {port: 53, protocol: TCP}]}]
END
check "policies: the friend is cut off" within 20 silent friend "$server_address"
check "policies: and still resolves names" resolves friend
check "policies: taken away" k delete networkpolicy --all
check "policies: without them, all may talk again" all_may_talk

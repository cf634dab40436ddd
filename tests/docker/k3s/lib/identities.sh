# shellcheck shell=bash
# shellcheck disable=SC2154 # from arguments.sh
# Certificates and kubeconfigs.

curve=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

make_authority() {
	openssl req -x509 "${curve[@]}" -days 3650 -subj "/CN=k3s-server-ca@$(date +%s)" -keyout "$tls/ca.key" -out "$tls/ca.crt" 2>/dev/null
	openssl genrsa -out "$tls/service-accounts.key" 2048 2>/dev/null
	certificate admin /O=system:masters/CN=system:admin
	certificate kube-controller-manager /CN=system:kube-controller-manager
	certificate kube-scheduler /CN=system:kube-scheduler
	certificate node "/O=system:nodes/CN=system:node:$name"
}

# certificate NAME SUBJECT [EXTENSION]: $tls/NAME.crt and .key
certificate() {
	openssl req -new "${curve[@]}" -subj "$2" -keyout "$tls/$1.key" 2>/dev/null |
		openssl x509 -req -CA "$tls/ca.crt" -CAkey "$tls/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days 365 -out "$tls/$1.crt" \
			-extfile <(echo "extendedKeyUsage=serverAuth,clientAuth"; echo "${3:-}") 2>/dev/null
}

# serving_names: what the API server is called by
serving_names() {
	local each list=IP:$address,IP:127.0.0.1,IP:${service_network%.*.*}.0.1,DNS:localhost,DNS:$name
	list+=,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local
	for each in "${names[@]}"; do
		case $each in *[!0-9.]*) list+=,DNS:$each ;; *) list+=,IP:$each ;; esac
	done
	echo "$list"
}

# kubeconfig FILE SERVER AUTHORITY_FILE USER_YAML: its entries are called `default`, which k3d renames
kubeconfig() {
	cat >"$1.new" <<-END
		apiVersion: v1
		clusters:
		- cluster:
		    certificate-authority-data: $(base64 -w0 "$3")
		    server: $2
		  name: default
		contexts:
		- context:
		    cluster: default
		    user: default
		  name: default
		current-context: default
		kind: Config
		users:
		- name: default
		  user: $4
	END
	chmod 600 "$1.new"
	mv "$1.new" "$1"
}

# user_of NAME: the user of a kubeconfig, by certificate
user_of() { echo "{client-certificate-data: $(base64 -w0 "$tls/$1.crt"), client-key-data: $(base64 -w0 "$tls/$1.key")}"; }

# bootstrap_token: what agents join with; made of the secret that servers and agents are both given
bootstrap_token() {
	local sum
	sum=$(echo -n "$token" | sha256sum)
	echo "${sum:0:6}.${sum:6:16}"
}

# shellcheck shell=bash
# Certificates, users and their kubeconfigs.

# certificate NAME SUBJECT EXTENSION...: tls/NAME.crt and .key, signed by tls/ca
certificate() {
	local name=$1 subject=$2 extensions=() extension signer=(-CA tls/ca.crt -CAkey tls/ca.key)
	shift 2
	for extension; do extensions+=(-addext "$extension"); done
	[ "$name" != ca ] || signer=()
	# A configuration of our own: the system's would make every certificate an authority.
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj "$subject" \
		-config <(printf '[req]\ndistinguished_name=name\n[name]\n') "${signer[@]}" "${extensions[@]}" \
		-keyout "tls/$name.key" -out "tls/$name.crt" 2>>log/openssl.log
}

make_certificates() {
	certificate ca /CN=bed-ca basicConstraints=critical,CA:TRUE keyUsage=critical,keyCertSign,cRLSign,digitalSignature subjectKeyIdentifier=hash
	certificate server /CN=kube-apiserver basicConstraints=critical,CA:FALSE extendedKeyUsage=serverAuth \
		"subjectAltName=IP:$BED_IP,IP:127.0.0.1,IP:10.96.0.1,DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
	certificate kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client basicConstraints=critical,CA:FALSE extendedKeyUsage=clientAuth
	certificate front-proxy-client /CN=front-proxy-client basicConstraints=critical,CA:FALSE extendedKeyUsage=clientAuth
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out tls/service-accounts.key 2>>log/openssl.log
	openssl pkey -in tls/service-accounts.key -pubout -out tls/service-accounts.pub
}

# user NAME USER [GROUP]: a static token, and NAME.conf, a kubeconfig with it
user() {
	local token
	token=$(openssl rand -hex 16)
	echo "$token,$2,$2${3:+,$3}" >>tokens
	cat >"$1.conf" <<-EOF
		apiVersion: v1
		kind: Config
		current-context: bed-$BED_N
		contexts:
		- name: bed-$BED_N
		  context: {cluster: bed-$BED_N, user: $1}
		clusters:
		- name: bed-$BED_N
		  cluster:
		    server: https://$BED_IP:6443
		    certificate-authority-data: $(base64 -w0 tls/ca.crt)
		users:
		- name: $1
		  user: {token: $token}
	EOF
	chmod 600 "$1.conf"
}

make_users() {
	user admin admin system:masters
	user kubelet system:node:n1 system:nodes
	user kube-controller-manager system:kube-controller-manager
	user kube-scheduler system:kube-scheduler
	user kube-proxy system:kube-proxy
	user alice alice # people without any right, until a test gives them one
	user bob bob
}

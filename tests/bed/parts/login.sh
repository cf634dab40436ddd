# shellcheck shell=bash
# A registry that wants a login, on port 5002, with the images of the plain one.

login_configure() {
	local folder=$BED_DIR/login
	mkdir -p "$folder" "$BED_DIR/certs.d/$BED_IP:5002"
	# Without this the node would ask the plain registry, which wants no login.
	echo "[host.\"http://$BED_IP:5002\"]" >"$BED_DIR/certs.d/$BED_IP:5002/hosts.toml"
	openssl rand -hex 16 >"$folder/password"
	# The registry knows bcrypt only, which openssl does not.
	# shellcheck disable=SC2016 # perl's own variables
	perl -e 'chomp(my ($password, $salt) = <STDIN>); print "tester:", crypt($password, q($2b$05$) . $salt), "\n"' \
		<<<"$(cat "$folder/password" && openssl rand -hex 11)" >"$folder/users"
	cat >"$folder/registry.yml" <<-EOF
		version: 0.1
		log: {level: warn, accesslog: {disabled: true}}
		storage: {filesystem: {rootdirectory: $BED_DIR/registry}, maintenance: {readonly: {enabled: true}}}
		auth: {htpasswd: {realm: bed, path: $folder/users}}
		http: {addr: ':5002'}
	EOF
	chmod 600 "$folder"/*
}

login_start() {
	keep login docker-registry serve "$BED_DIR/login/registry.yml"
}

login_ready() {
	wait_for 20 "the registry that wants a login" login login_is_wanted
}

login_is_wanted() {
	[ "$(curl -sS -o /dev/null -w '%{http_code}' "http://$BED_IP:5002/v2/")" = 401 ]
}

login_env() {
	echo "SINDRI_TEST_REGISTRY_LOGIN=$BED_IP:5002"
	echo "SINDRI_TEST_REGISTRY_LOGIN_USER=tester"
	echo "SINDRI_TEST_REGISTRY_LOGIN_PASSWORD=$(cat "$BED_DIR/login/password")"
}

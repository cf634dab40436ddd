# shellcheck shell=bash
# Redis with a password, on port 6379.

redis_packages() {
	# Debian keeps the server's program here too, under the name of one of its other jobs. The package
	# redis-server would add nothing but a service that starts on the machine itself.
	echo redis-tools
}

redis_build() {
	ln -sfn /usr/bin/redis-check-rdb "$BED_BIN/redis-server"
}

redis_configure() {
	local folder=$BED_DIR/redis
	[ ! -s "$folder/password" ] || return 0 # kept from an earlier start, with the data
	mkdir -p "$folder"
	cat >"$folder/redis.conf" <<-EOF
		bind 0.0.0.0
		port 6379
		dir $folder
		appendonly yes
		requirepass $(openssl rand -hex 16 | tee "$folder/password.new")
	EOF
	chmod 600 "$folder"/*
	mv "$folder/password.new" "$folder/password"
}

redis_start() {
	keep redis "$BED_BIN/redis-server" "$BED_DIR/redis/redis.conf"
}

redis_ready() {
	wait_for 20 "Redis" redis redis_answers
}

redis_answers() {
	[ "$(REDISCLI_AUTH=$(cat "$BED_DIR/redis/password") redis-cli -h "$BED_IP" ping 2>/dev/null)" = PONG ]
}

redis_env() {
	echo "SINDRI_TEST_REDIS=redis://:$(cat "$BED_DIR/redis/password")@$BED_IP:6379"
}

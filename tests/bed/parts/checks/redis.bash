# shellcheck shell=bash
# Redis: in with the password, not without.
# Sourced by ../test, which gives:
: "${bed:?}" "${number:?}"

# redis-cli has no use for an address without a user's name, which is what every library takes: taken apart.
redis=${SINDRI_TEST_REDIS#redis://:}
redis_place=${redis#*@}

say_to_redis() { # say_to_redis PASSWORD COMMAND...: it ends well whatever the server answered
	REDISCLI_AUTH=$1 redis-cli -h "${redis_place%:*}" -p "${redis_place#*:}" "${@:2}" 2>&1
}
redis_refuses() {
	say_to_redis "$1" PING | grep -q '^NOAUTH '
}
redis_queue() {
	say_to_redis "${redis%%@*}" RPUSH parts a b && equal a say_to_redis "${redis%%@*}" LPOP parts
}
redis_comes_back() {
	"$bed" kill "$number" redis >&2 && within 20 equal b say_to_redis "${redis%%@*}" LINDEX parts 0
}

check "redis: PING with the password" equal PONG say_to_redis "${redis%%@*}" PING
check "redis: PING without" redis_refuses ""
check "redis: PING with another" redis_refuses wrong
check "redis: a list, as a queue uses it" redis_queue
check "redis: a killed server comes back with what it had" redis_comes_back

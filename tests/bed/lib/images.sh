# shellcheck shell=bash
# The images that tests use. All run as uid 1000 under restricted Pod Security, but `root`, which must not.

image_names="sleep shell ssh crash root"

# busybox as a container's first process is not ended by SIGTERM unless it says so itself
sleeping='trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'

# make_images: BED_HOME/images/layouts/NAME, and BED_HOME/images/registry, a registry's storage with all of them
make_images() {
	local sum
	sum=$(sum_of "" "$BED_SOURCE/lib/image.sh" "$BED_SOURCE/lib/images.sh" "$BED_BIN/pause.sum" /bin/busybox "$(command -v dropbear)" "$(command -v dropbearkey)")
	build_when_changed "$BED_HOME/images" "$sum" make_all_images "$BED_HOME/images.new"
}

make_all_images() {
	local to=$1 roots=$1/roots name
	step "making the images"
	mkdir -p "$roots"/{pause,ssh,crash,root}
	cp "$BED_BIN/pause" "$roots/pause/pause"
	root_of_shell "$roots/shell"
	root_of_ssh "$roots/ssh"
	root_of_root "$roots/root"
	image "$to/layouts/pause" 65535:65535 '["/pause"]' "$roots/pause"
	image "$to/layouts/sleep" 1000:1000 "$(shell_command "$sleeping")" "$roots/shell"
	# Another command than that of `sleep`, for another digest.
	image "$to/layouts/shell" 1000:1000 "$(shell_command "echo ready; $sleeping")" "$roots/shell"
	image "$to/layouts/crash" 1000:1000 "$(shell_command 'echo "crash: this program ends with status 3"; exit 3')" "$roots/shell"
	image "$to/layouts/ssh" 1000:1000 '["/bin/start-ssh"]' "$roots/shell" "$roots/ssh"
	image "$to/layouts/root" "" '["/bin/start-root"]' "$roots/shell" "$roots/root"
	store_image "$to/layouts/pause" bed/pause 1 "$to/registry"
	for name in $image_names; do store_image "$to/layouts/$name" "sindri/$name" 1 "$to/registry"; done
	rm -rf "$roots"
}

shell_command() { jq -cn '$ARGS.positional' --args -- sh -c "$1"; }

root_of_shell() {
	local applet
	mkdir -p "$1"/{bin,etc,tmp,alt/home/developer}
	chmod 1777 "$1/tmp"
	chmod 777 "$1/alt/home/developer"
	cp /bin/busybox "$1/bin/busybox"
	for applet in $(/bin/busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
	done
	printf '%s\n' root:x:0:0::/:/bin/sh developer:x:1000:1000::/alt/home/developer:/bin/sh >"$1/etc/passwd"
	printf '%s\n' root:x:0: developer:x:1000: >"$1/etc/group"
}

# A home on a volume is writable by its group (fsGroup), and an SSH server does not believe keys in such
# a home. So for the server the home is /etc/developer, with keys that `start-ssh` collects under /tmp
# from $AUTHORIZED_KEYS and from the real home, and the login shell goes to the real home.
root_of_ssh() {
	local program library
	mkdir -p "$1"/{bin,etc/developer}
	for program in dropbear dropbearkey; do
		program=$(command -v "$program")
		cp "$program" "$1/bin/"
		ldd "$program" | grep -o '/[^ ]*' | while read -r library; do
			mkdir -p "$1$(dirname "$library")"
			cp -L "$library" "$1$library"
		done
	done
	ln -s /tmp/ssh "$1/etc/developer/.ssh"
	printf '%s\n' root:x:0:0::/:/bin/sh developer:x:1000:1000::/etc/developer:/bin/developer-shell >"$1/etc/passwd"
	printf '%s\n' /bin/sh /bin/developer-shell >"$1/etc/shells"
	cat >"$1/bin/developer-shell" <<-'END'
		#!/bin/sh
		export HOME=/alt/home/developer PATH=/bin:/sbin
		cd "$HOME"
		exec /bin/sh "$@"
	END
	cat >"$1/bin/start-ssh" <<-'END'
		#!/bin/sh
		set -e
		umask 077
		mkdir -p /tmp/ssh
		{ echo "$AUTHORIZED_KEYS"; cat /alt/home/developer/.ssh/authorized_keys 2>/dev/null || :; } >/tmp/ssh/authorized_keys
		[ -e /tmp/ssh/host_key ] || dropbearkey -t ed25519 -f /tmp/ssh/host_key >/dev/null
		exec dropbear -F -E -s -r /tmp/ssh/host_key -p 2222 -P /tmp/ssh/pid
	END
	chmod 755 "$1"/bin/{developer-shell,start-ssh}
}

root_of_root() {
	mkdir -p "$1/bin" "$1/var/lib/only-root"
	cat >"$1/bin/start-root" <<-END
		#!/bin/sh
		if ! echo started 2>/dev/null >/var/lib/only-root/started; then
			echo "this image needs root: uid \$(id -u) cannot write /var/lib/only-root" >&2
			exit 1
		fi
		$sleeping
	END
	chmod 755 "$1/bin/start-root"
}

# shellcheck shell=bash
# Everything that a bed needs, made once; a second time it only looks.

# What each version's directory has: one binary, which does what the name says that it is called by.
kube_names="etcd kube-apiserver kube-controller-manager kube-scheduler kube-proxy kubelet kubectl kubeadm provisioner"

# build VERSION...: for these versions and the loaded parts
build() {
	local version
	mkdir -p "$BED_BIN"
	# shellcheck disable=SC2046 # a list of names
	install_packages $(each_part packages)
	for version; do build_kube "$version"; done
	program coredns "$BED_SOURCE/dns"
	program pause "$BED_SOURCE/pause"
	make_images
	each_part build
}

pins_of() { case $1 in oldest) echo "$BED_SOURCE/kube-oldest" ;; *) echo "$BED_SOURCE/kube" ;; esac; }

kubernetes_version() { sed -nE 's/^(require|\t)[ ]*k8s.io\/kubernetes (v[0-9.]+)$/\2/p' "$(pins_of "$1")/go.mod"; }

# build_kube newest|oldest: the same sources with other pins
build_kube() {
	local version=$1 pins sum
	pins=$(pins_of "$version")
	sum=$(sum_of "" "$BED_SOURCE/kube" "$pins" "$BED_SOURCE/lib/build.sh")
	build_when_changed "$BED_BIN/$version" "$sum" make_kube "$version" "$pins" "$BED_BIN/$version.new"
}

make_kube() {
	local version=$1 pins=$2 to=$3 flags='' package number name
	number=$(kubernetes_version "$version")
	for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
		flags+=" -X $package.gitVersion=$number -X $package.gitMajor=1 -X $package.gitMinor=$(cut -d . -f 2 <<<"$number")"
		flags+=" -X $package.gitTreeState=clean -X $package.buildDate=2026-01-01T00:00:00Z"
	done
	mkdir "$to"
	compile "kube-$version" "$BED_SOURCE/kube" "$flags" "$to/kube" -modfile="$pins/go.mod"
	for name in $kube_names; do ln -s kube "$to/$name"; done
}

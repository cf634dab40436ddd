# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# What the product makes: a Deployment, a volume and a Service in a namespace under restricted Pod Security.

need_bed "$number"
new_namespace work >/dev/null 2>&1
ssh_image=$(value SINDRI_TEST_IMAGE_SSH)
dropbearkey -t ed25519 -f "$work/key" >"$work/key.out" 2>&1
public_key=$(grep '^ssh-ed25519' "$work/key.out")

workload() {
	cat <<-END
		apiVersion: v1
		kind: PersistentVolumeClaim
		metadata: {name: home}
		spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web}
		spec:
		  selector: {matchLabels: {app: web}}
		  strategy: {type: Recreate}
		  template:
		    metadata: {labels: {app: web}}
		    spec:
		      securityContext: {runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000, seccompProfile: {type: RuntimeDefault}}
		      containers:
		      - name: main
		        image: $ssh_image
		        env: [{name: AUTHORIZED_KEYS, value: "$public_key"}]
		        ports: [{containerPort: 2222, protocol: TCP}]
		        readinessProbe: {tcpSocket: {port: 2222}, periodSeconds: 1}
		        resources: {limits: {cpu: 500m, memory: 128Mi}, requests: {cpu: 50m, memory: 64Mi}}
		        securityContext: {allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: {drop: [ALL]}}
		        volumeMounts: [{name: home, mountPath: /alt/home/developer}, {name: tmp, mountPath: /tmp}]
		      volumes: [{name: home, persistentVolumeClaim: {claimName: home}}, {name: tmp, emptyDir: {}}]
		---
		apiVersion: v1
		kind: Service
		metadata: {name: web}
		spec: {type: NodePort, selector: {app: web}, ports: [{port: 2222, protocol: TCP}]}
	END
}

workload >"$work/workload.yml"
k -n work apply -f "$work/workload.yml" >/dev/null
inside() { k -n work exec deployment/web -- "$@"; }
ssh_in() { dbclient -y -y -T -i "$work/key" -p "$(k -n work get service web -o 'jsonpath={.spec.ports[0].nodePort}')" "developer@10.200.$number.2" "$@" </dev/null 2>/dev/null; }
memory_limit() { inside sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null || cat /sys/fs/cgroup/memory.max'; }
processor_limit() { inside sh -c 'cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null || cut -d " " -f 1 /sys/fs/cgroup/cpu.max'; }
banner() { inside sh -c "nc -w 2 $1 2222 </dev/null | head -c 7"; }

check "the Deployment becomes ready" k -n work wait --for=condition=Available deployment/web --timeout=60s
check "its claim is bound" equal Bound k -n work get pvc home -o 'jsonpath={.status.phase}'
check "it runs as uid 1000" equal 1000 inside id -u
check "the volume is writable, through fsGroup" inside sh -c 'echo kept >/alt/home/developer/file'
check "the root file system is read-only, as asked" refused "Read-only file system" inside touch /bin/new
check "the seccomp profile of the runtime is on" says "Seccomp:	2" inside grep Seccomp: /proc/1/status
check "it has no capabilities" says "CapEff:	0000000000000000" inside grep CapEff: /proc/1/status
# Signals 1 to 31: whoever started this may ignore one of the library's own, which nobody can set back.
check "it ignores no signal" says "SigIgn:" inside grep -E '^SigIgn:.0{8}[08]0{7}$' /proc/self/status
check "the memory limit is on" equal 134217728 memory_limit
check "the processor limit is on" equal 50000 processor_limit
check "the Service's short name resolves" says "Address" inside nslookup web.work.svc.cluster.local
check "a name that there is not does not resolve" fails inside nslookup nothing.work.svc.cluster.local
check "the Service is reachable by its name" within 10 equal SSH-2.0 banner web
check "the API server is reachable by its Service's address" inside sh -c "nc -w 2 10.96.0.1 443 </dev/null"
check "ssh on 2222 lets its key in, as developer" within 10 equal developer ssh_in id -un
check "ssh ends in the home on the volume" equal kept ssh_in cat file
check "ssh passes the status on" fails ssh_in false
check "logs are served" says "Not backgrounding" k -n work logs deployment/web
forwards() {
	local forward status
	k -n work port-forward deployment/web :2222 >"$work/forward" 2>&1 &
	forward=$!
	within 10 grep -q 'Forwarding from' "$work/forward" && exec 3<>"/dev/tcp/127.0.0.1/$(sed -nE '1s/.*:([0-9]+) ->.*/\1/p' "$work/forward")" && equal SSH-2.0 head -c 7 <&3
	status=$?
	exec 3>&-
	kill "$forward"
	wait "$forward"
	return "$status"
}
check "port-forward works" forwards
restarted_keeps_file() { k -n work rollout restart deployment/web && k -n work rollout status deployment/web --timeout=60s && equal kept inside cat /alt/home/developer/file; }
check "a fresh pod has the volume as it was" restarted_keeps_file

wants_fsgroup() {
	apply_pod work careless "$(value SINDRI_TEST_IMAGE_SHELL)" '{"command": ["sh", "-c", "touch /home/x"], "volumeMounts": [{"name": "v", "mountPath": "/home"}]}' '{"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "fresh"}}]}' &&
		within 30 equal Failed field work careless .status.phase
}
k -n work apply -f - >/dev/null <<-END
	{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: fresh}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
END
check "a fresh volume is root's: a pod without fsGroup cannot write it" wants_fsgroup

grows() {
	k -n work patch pvc home -p '{"spec": {"resources": {"requests": {"storage": "2Gi"}}}}' &&
		within 20 equal 2Gi k -n work get pvc home -o 'jsonpath={.status.capacity.storage}'
}
check "a volume of class standard grows" grows
check "a volume does not shrink" refused "can not be less than status.capacity" k -n work patch pvc home -p '{"spec": {"resources": {"requests": {"storage": "1Gi"}}}}'

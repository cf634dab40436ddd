# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# What the API server must refuse, and with what words.

need_bed "$number"
new_namespace strict >/dev/null 2>&1
new_namespace limited privileged >/dev/null 2>&1
image=$(value SINDRI_TEST_IMAGE_SLEEP)

make() { k -n "$1" apply -f -; }
privileged_pod() { pod privileged "$image" '{"securityContext": {"privileged": true}}' | make strict; }
check "Pod Security refuses a privileged pod" refused 'violates PodSecurity "restricted:latest": privileged' privileged_pod
root_pod() { pod as-root "$image" '{}' '{"securityContext": {"runAsUser": 0, "seccompProfile": {"type": "RuntimeDefault"}}}' | make strict; }
check "Pod Security refuses a pod as root" refused 'runAsUser=0' root_pod
k label namespace strict pod-security.kubernetes.io/warn=restricted >/dev/null
check "Pod Security warns about a Deployment" says 'would violate PodSecurity' k -n strict create deployment loose --image "$image"
replica_failure() { k -n strict get deployment loose -o 'jsonpath={.status.conditions[?(@.type=="ReplicaFailure")].message}'; }
check "and its ReplicaSet says why there is no pod" within 20 says 'violates PodSecurity' replica_failure

k -n limited apply -f - >/dev/null <<-END
	{apiVersion: v1, kind: ResourceQuota, metadata: {name: small}, spec: {hard: {limits.memory: 256Mi, persistentvolumeclaims: "1"}}}
	---
	{apiVersion: v1, kind: LimitRange, metadata: {name: range}, spec: {limits: [{type: Container, default: {memory: 100Mi}, defaultRequest: {memory: 50Mi}, max: {memory: 200Mi}}]}}
END
quota_is_known() { k -n limited get resourcequota small -o 'jsonpath={.status.hard.persistentvolumeclaims}'; }
check "the quota is taken up" within 10 equal 1 quota_is_known
make_pod() { pod "$1" "$image" "{\"resources\": {\"limits\": {\"memory\": \"$2\"}}}" | make limited; }
check "the LimitRange refuses what is above its maximum" refused 'maximum memory usage per Container is 200Mi, but limit is 201Mi' make_pod big 201Mi
plain_has_default() { apply_pod limited plain "$image" && equal 100Mi field limited plain '.spec.containers[0].resources.limits.memory'; }
check "the LimitRange gives its default" plain_has_default
check "the quota refuses what is more than is left" refused 'exceeded quota: small, requested: limits.memory=200Mi, used: limits.memory=100Mi, limited: limits.memory=256Mi' make_pod more 200Mi
make_claim() { k -n limited apply -f - <<<"{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: $1}, spec: {accessModes: [ReadWriteOnce], storageClassName: $2, resources: {requests: {storage: 1Gi}}}}"; }
check "a claim within the quota is made" make_claim rigid fixed
check "a claim beyond the quota is refused" refused 'exceeded quota: small, requested: persistentvolumeclaims=1' make_claim second standard
fixed_volume_mounts() {
	apply_pod limited mounts "$image" '{"volumeMounts": [{"name": "v", "mountPath": "/v"}]}' \
		'{"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "rigid"}}]}' && pod_runs limited mounts
}
check "a pod with a volume of class fixed runs" fixed_volume_mounts
check "a volume of class fixed does not grow" refused 'the storageclass that provisions the pvc must support resize' k -n limited patch pvc rigid -p '{"spec": {"resources": {"requests": {"storage": "2Gi"}}}}'

check "alice may not list pods" refused 'User "alice" cannot list resource "pods"' as alice -n strict get pods
check "alice may not make a namespace" refused 'User "alice" cannot create resource "namespaces"' as alice create namespace hers
k -n strict create rolebinding alice --clusterrole view --user alice >/dev/null
check "with a RoleBinding alice may" within 10 as alice -n strict get pods
check "but not elsewhere" refused 'User "alice" cannot list resource "pods"' as alice -n limited get pods
check "and bob still may not" refused 'User "bob" cannot list resource "pods"' as bob -n strict get pods
check "a token that there is not is refused" refused 'Unauthorized' as alice --token wrong -n strict get pods
check "a token for a service account works" equal system:serviceaccount:strict:default \
	as alice --token "$(k -n strict create token default)" auth whoami -o 'jsonpath={.status.userInfo.username}'
node_kubelet() { "$home/bin/newest/kubectl" --kubeconfig "$(folder "$number")/kubelet.conf" "$@"; }
check "a node may not read a secret that no pod of it uses" refused 'no relationship found between node' node_kubelet -n strict get secret any
check "a node may not label another node" refused 'is not allowed to' node_kubelet create -f - <<<'{apiVersion: v1, kind: Node, metadata: {name: n2}}'

# shellcheck shell=bash
# shellcheck disable=SC2154 # from `test`
# A bed that is taken down with --keep comes up again as a machine does after a power cut.

need_bed "$number"
new_namespace kept >/dev/null 2>&1
claim_and_pod() {
	k -n kept apply -f - <<<'{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: home}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}' &&
		apply_pod kept survivor "$(value SINDRI_TEST_IMAGE_SHELL)" '{"volumeMounts": [{"name": "home", "mountPath": "/alt/home/developer"}]}' \
			'{"restartPolicy": "Always", "securityContext": {"runAsNonRoot": true, "fsGroup": 1000, "seccompProfile": {"type": "RuntimeDefault"}}, "volumes": [{"name": "home", "persistentVolumeClaim": {"claimName": "home"}}]}' &&
		pod_runs kept survivor && k -n kept exec survivor -- sh -c 'echo before >/alt/home/developer/file'
}
check "a pod writes into its volume" claim_and_pod
environment=$(cat "$(folder "$number")/env")
# As if `down --keep` had been killed after its first step.
touch "$(folder "$number")/kept" && kill -9 "$(first "$number")"
check "a bed whose down --keep was killed comes up with its state" "$bed" up "$number"
check "the pod runs once more" within 60 pod_runs kept survivor
tree "$(first "$number")" >"$work/processes-kept"
check "the bed goes down and keeps its state" "$bed" down "$number" --keep
check "no process is left" all_gone <"$work/processes-kept"
check "nothing but the folder and the number is left" equal "folder $(folder "$number")
number $number is taken" traces "$number"
check "status shows that it is kept" says "$(printf '%-4s %-8s' "$number" kept)" "$bed" status
check "kept state is not started with another version" refused "was kept with version newest" "$bed" up "$number" --version oldest
check "it comes up again" "$bed" up "$number"
check "with the same addresses and images" equal "$environment" cat "$(folder "$number")/env"
restarted() { equal "true 2" field kept survivor '.status.containerStatuses[0].ready} {.status.containerStatuses[0].restartCount'; }
check "the pod runs again" within 60 restarted
check "with what it had written" equal before k -n kept exec survivor -- cat /alt/home/developer/file

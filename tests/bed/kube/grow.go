package main

import (
	"context"
	"log"
	"time"

	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// growClaims does what a storage driver's resizer does: a bound claim that asks for more than its
// volume has gets it. The API server has checked before that the class allows growing.
func growClaims(ctx context.Context, client kubernetes.Interface) {
	look := func(object any) {
		claim, ok := object.(*core.PersistentVolumeClaim)
		if !ok {
			return
		}
		if err := grow(ctx, client, claim); err != nil {
			log.Printf("growing claim %s/%s: %v", claim.Namespace, claim.Name, err)
		}
	}
	// What failed (a conflict, mostly) is tried again at the next resync.
	factory := informers.NewSharedInformerFactory(client, 2*time.Second)
	_, err := factory.Core().V1().PersistentVolumeClaims().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    look,
		UpdateFunc: func(_, object any) { look(object) },
	})
	if err != nil {
		log.Fatal(err)
	}
	factory.Start(ctx.Done())
}

func grow(ctx context.Context, client kubernetes.Interface, claim *core.PersistentVolumeClaim) error {
	asked := claim.Spec.Resources.Requests[core.ResourceStorage]
	has := claim.Status.Capacity[core.ResourceStorage]
	if claim.Status.Phase != core.ClaimBound || asked.Cmp(has) <= 0 {
		return nil
	}
	volume, err := client.CoreV1().PersistentVolumes().Get(ctx, claim.Spec.VolumeName, meta.GetOptions{})
	if err != nil || volume.Annotations["pv.kubernetes.io/provisioned-by"] != provisionerName {
		return err
	}
	volume.Spec.Capacity[core.ResourceStorage] = asked
	if _, err := client.CoreV1().PersistentVolumes().Update(ctx, volume, meta.UpdateOptions{}); err != nil {
		return err
	}
	grown := claim.DeepCopy()
	grown.Status.Capacity[core.ResourceStorage] = asked
	_, err = client.CoreV1().PersistentVolumeClaims(claim.Namespace).UpdateStatus(ctx, grown, meta.UpdateOptions{})
	return err
}

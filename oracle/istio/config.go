package main

import (
	"encoding/json"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	meshconfig "istio.io/api/mesh/v1alpha1"
	"istio.io/istio/pilot/pkg/config/kube/crd"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pkg/config"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/config/schema/resource"
	kubelib "istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/util/protomarshal"
)

const domainSuffix = "cluster.local"

// Objects without a creation time count as created together, so that ties go by name, not by order.
var created = metav1.NewTime(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC))

// inventory holds the objects of a request where istiod looks for them.
type inventory struct {
	configs []config.Config
	kube    []runtime.Object
}

func meshOf(patch json.RawMessage) (*meshconfig.MeshConfig, error) {
	if len(patch) == 0 {
		return mesh.DefaultMeshConfig(), nil
	}
	// Istio ignores unknown fields; in a question they are typing errors.
	if err := protomarshal.ApplyJSONStrict(string(patch), &meshconfig.MeshConfig{}); err != nil {
		return nil, err
	}
	return mesh.ApplyMeshConfig(string(patch), mesh.DefaultMeshConfig())
}

func load(objects []json.RawMessage) (*inventory, error) {
	inv := &inventory{}
	for i, raw := range objects {
		if err := inv.add(raw); err != nil {
			return nil, fmt.Errorf("objects[%d]: %w", i, err)
		}
	}
	return inv, nil
}

func (inv *inventory) add(raw []byte) error {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(raw); err != nil {
		return err
	}
	normalize(object)
	text, err := object.MarshalJSON()
	if err != nil {
		return err
	}
	gvk := object.GroupVersionKind()
	schema, isIstio := collections.Pilot.FindByGroupKind(resource.FromKubernetesGVK(&gvk))
	if isIstio {
		if err := inv.addConfig(schema, text); err != nil {
			return err
		}
	}
	// The ambient index watches the API server, the configuration generators read the config store.
	if isIstio && !features.EnableAmbient {
		return nil
	}
	typed, _, err := kubelib.IstioCodec.UniversalDeserializer().Decode(text, nil, nil)
	if err != nil {
		return err
	}
	inv.kube = append(inv.kube, typed)
	return nil
}

// ConvertObject does not validate: objects that a webhook would refuse are answered too.
func (inv *inventory) addConfig(schema resource.Schema, text []byte) error {
	var object crd.IstioKind
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	converted, err := crd.ConvertObject(schema, &object, domainSuffix)
	if err != nil {
		return fmt.Errorf("%s %s/%s: %w", object.Kind, object.Namespace, object.Name, err)
	}
	inv.configs = append(inv.configs, *converted)
	return nil
}

// normalize does what an API server does and the fake one does not: versions, namespaces, times.
func normalize(object *unstructured.Unstructured) {
	if at := object.GetCreationTimestamp(); at.IsZero() {
		object.SetCreationTimestamp(created)
	}
	gvk := object.GroupVersionKind()
	schema, known := collections.All.FindByGroupKind(resource.FromKubernetesGVK(&gvk))
	if !known {
		return
	}
	object.SetAPIVersion(schema.APIVersion())
	if object.GetNamespace() == "" && !schema.IsClusterScoped() {
		object.SetNamespace(metav1.NamespaceDefault)
	}
}

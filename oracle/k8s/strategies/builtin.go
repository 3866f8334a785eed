package main

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	"k8s.io/kubernetes/pkg/registry/apps/deployment"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/batch/job"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/networkpolicy"
)

// builtin is a kind of the server itself.
type builtin struct {
	gvk   schema.GroupVersionKind
	rules rest.RESTCreateStrategy
}

var codecs = serializer.NewCodecFactory(legacyscheme.Scheme)

func builtins() kinds {
	all := kinds{}
	add := func(group, name string, rules rest.RESTCreateStrategy) {
		gvk := schema.GroupVersionKind{Group: group, Version: "v1", Kind: name}
		all[gvk] = builtin{gvk, rules}
	}
	add("", "Namespace", namespace.Strategy)
	add("", "Service", service.Strategy)
	add("", "ServiceAccount", serviceaccount.Strategy)
	add("apps", "Deployment", deployment.Strategy)
	add("apps", "StatefulSet", statefulset.Strategy)
	add("batch", "CronJob", cronjob.Strategy)
	add("batch", "Job", job.Strategy)
	add("networking.k8s.io", "NetworkPolicy", networkpolicy.Strategy)
	return all
}

func (b builtin) strategy() (rest.RESTCreateStrategy, error) {
	return b.rules, nil
}

func (b builtin) decode(object []byte) (runtime.Object, error) {
	json, _ := runtime.SerializerInfoForMediaType(codecs.SupportedMediaTypes(), runtime.ContentTypeJSON)
	internal := schema.GroupVersion{Group: b.gvk.Group, Version: runtime.APIVersionInternal}
	decoded, _, err := codecs.DecoderToVersion(json.StrictSerializer, internal).Decode(object, &b.gvk, nil)
	if service, ok := decoded.(*core.Service); ok && service.Spec.ClusterIP != "" && len(service.Spec.ClusterIPs) == 0 {
		// the server's allocation of addresses does so before anything is validated
		service.Spec.ClusterIPs = []string{service.Spec.ClusterIP}
	}
	return decoded, err
}

// stored applies defaults again, as reading from storage does: some depend on what the strategy set.
func (b builtin) stored(object runtime.Object) (map[string]any, error) {
	versioned, err := legacyscheme.Scheme.ConvertToVersion(object, b.gvk.GroupVersion())
	if err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(versioned)
	return runtime.DefaultUnstructuredConverter.ToUnstructured(versioned)
}

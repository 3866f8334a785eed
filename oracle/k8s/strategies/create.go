package main

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	apirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
)

// kind is what the steps of a create need to know of one kind in one version.
type kind interface {
	strategy() (rest.RESTCreateStrategy, error)
	// decode is strict; its error is the text after "cannot be handled as".
	decode(object []byte) (runtime.Object, error)
	stored(object runtime.Object) (map[string]any, error)
}

type kinds map[schema.GroupVersionKind]kind

// create does what the server's create handler and store do between body and storage.
func create(k kind, gvk schema.GroupVersionKind, body []byte) (map[string]any, error) {
	strategy, err := k.strategy()
	if err != nil {
		return nil, err
	}
	object, err := k.decode(body)
	if err != nil {
		return nil, apierrors.NewBadRequest(fmt.Sprintf(
			"%s in version %q cannot be handled as a %s: %v", gvk.Kind, gvk.Version, gvk.Kind, err))
	}
	metadata, err := meta.Accessor(object)
	if err != nil {
		return nil, err
	}
	namespace := ""
	if strategy.NamespaceScoped() {
		namespace = metadata.GetNamespace()
		if namespace == "" {
			namespace = "default"
		}
	}
	rest.WipeObjectMetaSystemFields(metadata)
	rest.FillObjectMetaSystemFields(metadata)
	if metadata.GetGenerateName() != "" && metadata.GetName() == "" {
		metadata.SetName(strategy.GenerateName(metadata.GetGenerateName()))
	}
	if err := rest.BeforeCreate(strategy, requestContext(gvk, namespace), object); err != nil {
		return nil, err
	}
	return k.stored(object)
}

// requestContext holds what declarative validation takes the version from.
func requestContext(gvk schema.GroupVersionKind, namespace string) context.Context {
	ctx := apirequest.WithNamespace(context.Background(), namespace)
	return apirequest.WithRequestInfo(ctx, &apirequest.RequestInfo{
		Verb: "create", IsResourceRequest: true, APIGroup: gvk.Group, APIVersion: gvk.Version, Namespace: namespace,
	})
}

package main

import (
	"fmt"

	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/objectmeta"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/crdserverscheme"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
)

type creator struct{}

func (creator) New(gvk schema.GroupVersionKind) (runtime.Object, error) {
	object := &unstructured.Unstructured{}
	object.SetGroupVersionKind(gvk)
	return object, nil
}

// decode follows the server's decoder of custom resources, whose parts are exported but not itself.
func (c *custom) decode(body []byte) (runtime.Object, error) {
	ready, err := c.ready()
	if err != nil {
		return nil, err
	}
	serializer := json.NewSerializerWithOptions(json.DefaultMetaFactory, creator{},
		crdserverscheme.NewUnstructuredObjectTyper(), json.SerializerOptions{Strict: true})
	decoded, _, err := serializer.Decode(body, &c.gvk, nil)
	var faults []error
	if strict, ok := runtime.AsStrictDecodingError(err); ok && decoded != nil {
		faults = strict.Errors()
	} else if err != nil {
		return nil, err
	}
	object, ok := decoded.(*unstructured.Unstructured)
	if !ok {
		return nil, fmt.Errorf("unexpected type %T", decoded)
	}
	unknown, err := coerce(object, ready.schema)
	if err != nil {
		return nil, err
	}
	for _, path := range unknown {
		faults = append(faults, fmt.Errorf("unknown field %q", path))
	}
	if len(faults) > 0 {
		return nil, runtime.NewStrictDecodingError(faults)
	}
	defaulting.Default(object.UnstructuredContent(), ready.schema)
	return object, nil
}

// coerce prunes what the schema does not know, and nulls, and tells the paths of unknown fields.
func coerce(object *unstructured.Unstructured, s *structural.Structural) ([]string, error) {
	gvk := object.GroupVersionKind()
	metadata, found, unknown, err := objectmeta.GetObjectMetaWithOptions(object.Object,
		objectmeta.ObjectMetaOptions{ReturnUnknownFieldPaths: true})
	if err != nil {
		return nil, err
	}
	unknown = append(unknown, pruning.PruneWithOptions(object.Object, s, true,
		structural.UnknownFieldPathOptions{TrackUnknownFieldPaths: true})...)
	defaulting.PruneNonNullableNullsWithoutDefaults(object.Object, s)
	failure, embedded := objectmeta.CoerceWithOptions(nil, object.Object, s, false,
		objectmeta.CoerceOptions{ReturnUnknownFieldPaths: true})
	if failure != nil {
		return nil, failure
	}
	object.SetGroupVersionKind(gvk)
	if found {
		if err := objectmeta.SetObjectMeta(object.Object, metadata); err != nil {
			return nil, err
		}
	}
	return append(unknown, embedded...), nil
}

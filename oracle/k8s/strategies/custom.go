package main

import (
	"fmt"
	"sync"

	"k8s.io/apiextensions-apiserver/pkg/apihelpers"
	"k8s.io/apiextensions-apiserver/pkg/apis/apiextensions"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	structural "k8s.io/apiextensions-apiserver/pkg/apiserver/schema"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/defaulting"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/schema/pruning"
	"k8s.io/apiextensions-apiserver/pkg/apiserver/validation"
	"k8s.io/apiextensions-apiserver/pkg/crdserverscheme"
	"k8s.io/apiextensions-apiserver/pkg/registry/customresource"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apiserver/pkg/registry/rest"
)

// custom is one served version of a CustomResourceDefinition.
type custom struct {
	gvk        schema.GroupVersionKind
	definition *apiextensionsv1.CustomResourceDefinition
	// ready is lazy: compiling the CEL rules of all kinds costs more than most runs ask for.
	ready func() (*compiled, error)
}

type compiled struct {
	rules rest.RESTCreateStrategy
	// schema is of the version asked for, storage of the version that is stored.
	schema, storage *structural.Structural
}

func addVersions(all kinds, definition *apiextensionsv1.CustomResourceDefinition) {
	for _, version := range definition.Spec.Versions {
		if !version.Served {
			continue
		}
		k := &custom{definition: definition}
		k.gvk = schema.GroupVersionKind{
			Group: definition.Spec.Group, Version: version.Name, Kind: definition.Spec.Names.Kind,
		}
		k.ready = sync.OnceValues(k.compile)
		all[k.gvk] = k
	}
}

func (c *custom) compile() (*compiled, error) {
	props, asked, err := schemas(c.definition, c.gvk.Version)
	if err != nil {
		return nil, err
	}
	storageVersion, err := apihelpers.GetCRDStorageVersion(c.definition)
	if err != nil {
		return nil, err
	}
	_, storage, err := schemas(c.definition, storageVersion)
	if err != nil {
		return nil, err
	}
	whole, _, err := validation.NewSchemaValidator(props)
	if err != nil {
		return nil, err
	}
	status, statusValidator, err := statusOf(c.definition, c.gvk.Version, props)
	if err != nil {
		return nil, err
	}
	// No scale and no selectable fields: they matter on other requests than a create.
	namespaced := c.definition.Spec.Scope == apiextensionsv1.NamespaceScoped
	rules := customresource.NewStrategy(crdserverscheme.NewUnstructuredObjectTyper(), namespaced, c.gvk,
		whole, statusValidator, asked, status, nil, nil)
	return &compiled{rules, asked, storage}, nil
}

// schemas returns the schema of a version in the two forms that validation and pruning want.
func schemas(definition *apiextensionsv1.CustomResourceDefinition, version string) (
	*apiextensions.JSONSchemaProps, *structural.Structural, error) {
	published, err := apihelpers.GetSchemaForVersion(definition, version)
	if err != nil {
		return nil, nil, err
	}
	if published == nil {
		return nil, nil, fmt.Errorf("%s has no schema in %s", definition.Name, version)
	}
	internal := &apiextensions.CustomResourceValidation{}
	if err := apiextensionsv1.Convert_v1_CustomResourceValidation_To_apiextensions_CustomResourceValidation(
		published, internal, nil); err != nil {
		return nil, nil, err
	}
	result, err := structural.NewStructural(internal.OpenAPIV3Schema)
	if err != nil {
		return nil, nil, err
	}
	return internal.OpenAPIV3Schema, result, defaulting.PruneDefaults(result)
}

func statusOf(definition *apiextensionsv1.CustomResourceDefinition, version string, props *apiextensions.JSONSchemaProps) (
	*apiextensions.CustomResourceSubresourceStatus, validation.SchemaValidator, error) {
	subresources, err := apihelpers.GetSubresourcesForVersion(definition, version)
	if err != nil || subresources == nil || subresources.Status == nil {
		return nil, nil, err
	}
	status, declared := props.Properties["status"]
	if !declared {
		return &apiextensions.CustomResourceSubresourceStatus{}, nil, nil
	}
	validator, _, err := validation.NewSchemaValidator(&status)
	return &apiextensions.CustomResourceSubresourceStatus{}, validator, err
}

func (c *custom) strategy() (rest.RESTCreateStrategy, error) {
	ready, err := c.ready()
	if err != nil {
		return nil, err
	}
	return ready.rules, nil
}

// stored prunes once more, since storage may be in another version.
func (c *custom) stored(object runtime.Object) (map[string]any, error) {
	ready, err := c.ready()
	if err != nil {
		return nil, err
	}
	content := object.(*unstructured.Unstructured).UnstructuredContent()
	pruning.Prune(content, ready.storage, true)
	defaulting.Default(content, ready.schema)
	return content, nil
}

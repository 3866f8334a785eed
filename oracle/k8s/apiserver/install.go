package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"

	"oracle/k8s/internal/crds"
)

// installCRDs returns when every served version of the definitions answers.
func (s *server) installCRDs(dir string) error {
	definitions, err := crds.Read(dir)
	if err != nil {
		return err
	}
	for _, definition := range definitions {
		if err := s.installCRD(definition); err != nil {
			return err
		}
	}
	for _, definition := range definitions {
		if err := s.waitServed(definition); err != nil {
			return err
		}
	}
	return nil
}

func (s *server) installCRD(definition *apiextensions.CustomResourceDefinition) error {
	body, err := json.Marshal(definition)
	if err != nil {
		return err
	}
	path := "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
	answer, err := s.call(http.MethodPost, path, nil, "application/json", body)
	if err != nil {
		return err
	}
	if answer.status != http.StatusCreated {
		return fmt.Errorf("definition %s: %d %s", definition.Name, answer.status, answer.message())
	}
	return nil
}

// waitServed asks the path itself, since a definition is "Established" a moment before that answers.
func (s *server) waitServed(definition *apiextensions.CustomResourceDefinition) error {
	spec := definition.Spec
	for _, version := range spec.Versions {
		if !version.Served {
			continue
		}
		path := "/apis/" + spec.Group + "/" + version.Name + "/" + spec.Names.Plural
		if err := eventually(path, func() (bool, error) { return s.serves(path) }); err != nil {
			return err
		}
		gvk := groupVersionKind{Group: spec.Group, Version: version.Name, Kind: spec.Names.Kind}
		err := eventually(gvk.String(), func() (bool, error) {
			_, known, err := s.lookup(gvk)
			return known, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

package main

import (
	"encoding/json"
	"fmt"
	"net/http"

	discovery "k8s.io/api/apidiscovery/v2"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

type groupVersionKind = schema.GroupVersionKind

// resource is where a kind is served.
type resource struct {
	root       string
	plural     string
	namespaced bool
}

// path of one object, or of its collection when name is empty.
func (r resource) path(namespace, name string) string {
	path := r.root
	if r.namespaced {
		path += "/namespaces/" + namespace
	}
	path += "/" + r.plural
	if name != "" {
		path += "/" + name
	}
	return path
}

// discover learns all kinds that are served now.
func (s *server) discover() error {
	found := map[groupVersionKind]resource{}
	for _, root := range []string{"/api", "/apis"} {
		answer, err := s.read(root, "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
		if err != nil {
			return err
		}
		if answer.status != http.StatusOK {
			return fmt.Errorf("discovery: %d %s", answer.status, answer.message())
		}
		var groups discovery.APIGroupDiscoveryList
		if err := json.Unmarshal(answer.body, &groups); err != nil {
			return err
		}
		for _, group := range groups.Items {
			addGroup(found, root, group)
		}
	}
	s.resources = found
	return nil
}

func addGroup(found map[groupVersionKind]resource, root string, group discovery.APIGroupDiscovery) {
	if group.Name != "" {
		root += "/" + group.Name
	}
	for _, version := range group.Versions {
		for _, r := range version.Resources {
			if r.ResponseKind == nil {
				continue
			}
			gvk := groupVersionKind{Group: group.Name, Version: version.Version, Kind: r.ResponseKind.Kind}
			found[gvk] = resource{root + "/" + version.Version, r.Resource, r.Scope == discovery.ScopeNamespace}
		}
	}
}

// lookup discovers once more for a kind it does not know, which may be of a new definition.
func (s *server) lookup(gvk groupVersionKind) (resource, bool, error) {
	if r, known := s.resources[gvk]; known {
		return r, true, nil
	}
	if err := s.discover(); err != nil {
		return resource{}, false, err
	}
	r, known := s.resources[gvk]
	return r, known, nil
}

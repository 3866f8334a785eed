package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"k8s.io/apimachinery/pkg/runtime/schema"

	"oracle/k8s/internal/verdict"
	"oracle/lines"
)

type request struct {
	Op     string          `json:"op"`
	Object json.RawMessage `json:"object"`
	DryRun bool            `json:"dryRun"`

	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Namespace  string `json:"namespace"`
	Name       string `json:"name"`
}

// head is the little of an object that tells its path; the server judges the rest.
type head struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	Metadata   struct {
		Name      string `json:"name"`
		Namespace string `json:"namespace"`
	} `json:"metadata"`
}

func (s *server) answer(r request) (lines.Reply, error) {
	switch r.Op {
	case "version":
		// Not of /version: that is only right when set by linker flags.
		return lines.Reply{
			"kubernetes": verdict.Module("k8s.io/kubernetes"),
			"etcd":       verdict.Module("go.etcd.io/etcd/server/v3"),
		}, nil
	case "create", "apply":
		return s.write(r)
	case "get":
		return s.get(r)
	}
	return nil, fmt.Errorf("unknown op %q", r.Op)
}

func (s *server) get(r request) (lines.Reply, error) {
	if r.Name == "" {
		return nil, errors.New("get needs a name")
	}
	target := head{APIVersion: r.APIVersion, Kind: r.Kind}
	target.Metadata.Namespace = r.Namespace
	return s.ask(target, func(at resource, namespace string) (*response, error) {
		return s.call(http.MethodGet, at.path(namespace, r.Name), nil, "", nil)
	})
}

// write sends the object byte by byte as it came, so that duplicate fields reach the server.
func (s *server) write(r request) (lines.Reply, error) {
	var target head
	if err := json.Unmarshal(r.Object, &target); err != nil {
		return nil, fmt.Errorf("object: %w", err)
	}
	query := url.Values{"fieldValidation": {"Strict"}, "fieldManager": {"oracle"}}
	if r.DryRun {
		query.Set("dryRun", "All")
	}
	return s.ask(target, func(at resource, namespace string) (*response, error) {
		if r.Op == "create" {
			return s.call(http.MethodPost, at.path(namespace, ""), query, "application/json", r.Object)
		}
		if target.Metadata.Name == "" {
			return nil, errors.New("apply needs metadata.name")
		}
		query.Set("force", "true")
		return s.call(http.MethodPatch, at.path(namespace, target.Metadata.Name), query, "application/apply-patch+yaml", r.Object)
	})
}

func (s *server) ask(target head, send func(resource, string) (*response, error)) (lines.Reply, error) {
	gv, err := schema.ParseGroupVersion(target.APIVersion)
	if err != nil {
		return nil, err
	}
	at, known, err := s.lookup(gv.WithKind(target.Kind))
	if err != nil {
		return nil, err
	}
	if !known {
		return verdict.NotServed(target.APIVersion, target.Kind), nil
	}
	namespace := target.Metadata.Namespace
	if namespace == "" {
		namespace = "default"
	}
	answer, err := send(at, namespace)
	if err != nil {
		return nil, err
	}
	if answer.status >= http.StatusBadRequest {
		return lines.Reply{"status": answer.status, "message": answer.message()}, nil
	}
	var object map[string]any
	if err := json.Unmarshal(answer.body, &object); err != nil {
		return nil, err
	}
	return verdict.Stored(answer.status, object), nil
}

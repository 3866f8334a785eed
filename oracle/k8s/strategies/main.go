// Program strategies asks the API server's own create strategies for verdicts, without a server:
// strict decoding, defaulting, validation and pruning, but no admission.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"log"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"oracle/k8s/internal/crds"
	"oracle/k8s/internal/verdict"
	"oracle/lines"
)

type request struct {
	Op     string          `json:"op"`
	Object json.RawMessage `json:"object"`
}

func main() {
	dir := flag.String("crds", "", "folder of CustomResourceDefinitions")
	flag.Parse()
	out, err := lines.TakeStdout()
	if err != nil {
		log.Fatal(err)
	}
	kinds := builtins()
	if *dir != "" {
		definitions, err := crds.Read(*dir)
		if err != nil {
			log.Fatal(err)
		}
		for _, definition := range definitions {
			addVersions(kinds, definition)
		}
	}
	if err := lines.Serve(out, kinds.answer); err != nil {
		log.Fatal(err)
	}
}

func (k kinds) answer(r request) (lines.Reply, error) {
	switch r.Op {
	case "version":
		return lines.Reply{"kubernetes": verdict.Module("k8s.io/kubernetes")}, nil
	case "create":
		return k.create(r.Object)
	}
	return nil, fmt.Errorf("unknown op %q", r.Op)
}

func (k kinds) create(object []byte) (lines.Reply, error) {
	var head metav1.TypeMeta
	if err := json.Unmarshal(object, &head); err != nil {
		return nil, err
	}
	kind, known := k[head.GroupVersionKind()]
	if !known {
		return nil, fmt.Errorf("no strategy for kind %q of version %q", head.Kind, head.APIVersion)
	}
	stored, err := create(kind, head.GroupVersionKind(), object)
	if err != nil {
		return verdict.Refused(err)
	}
	return verdict.Stored(201, stored), nil
}

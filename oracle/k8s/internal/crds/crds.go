// Package crds reads CustomResourceDefinitions from the YAML files of a folder.
package crds

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// Read returns the definitions of all YAML files in dir, in order of file and document.
// Documents of other kinds are passed over.
func Read(dir string) ([]*apiextensions.CustomResourceDefinition, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	var all []*apiextensions.CustomResourceDefinition
	for _, file := range files {
		found, err := readFile(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		all = append(all, found...)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no CustomResourceDefinition in the *.yaml files of %s", dir)
	}
	return all, nil
}

func readFile(file string) ([]*apiextensions.CustomResourceDefinition, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	var found []*apiextensions.CustomResourceDefinition
	for {
		crd := &apiextensions.CustomResourceDefinition{}
		err := decoder.Decode(crd)
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if crd.Kind == "CustomResourceDefinition" {
			approve(crd)
			found = append(found, crd)
		}
	}
}

// approve makes up for the annotation that files for `cdk8s import` lack: without it the server
// refuses definitions of groups under k8s.io.
func approve(crd *apiextensions.CustomResourceDefinition) {
	protected := strings.HasSuffix(crd.Spec.Group, ".k8s.io") || strings.HasSuffix(crd.Spec.Group, ".kubernetes.io")
	if protected && crd.Annotations[apiextensions.KubeAPIApprovedAnnotation] == "" {
		if crd.Annotations == nil {
			crd.Annotations = map[string]string{}
		}
		crd.Annotations[apiextensions.KubeAPIApprovedAnnotation] = "unapproved, a copy for tests"
	}
}

// Program netpol asks an engine that is not ours which traffic NetworkPolicies allow.
package main

import (
	"fmt"
	"log"
	"runtime/debug"

	"oracle/lines"
)

const cyclonus = "github.com/mattfenwick/cyclonus"

type request struct {
	Op string `json:"op"`
	world
}

func main() {
	out, err := lines.TakeStdout()
	if err != nil {
		log.Fatal(err)
	}
	if err := lines.Serve(out, answer); err != nil {
		log.Fatal(err)
	}
}

func answer(r request) (lines.Reply, error) {
	switch r.Op {
	case "version":
		return lines.Reply{"cyclonus": moduleVersion(cyclonus)}, nil
	case "matrix":
		return matrix(r.world)
	}
	return nil, fmt.Errorf("unknown op %q", r.Op)
}

func moduleVersion(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == path {
			return dependency.Version
		}
	}
	return "unknown"
}

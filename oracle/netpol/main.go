// Program netpol asks an engine that is not ours which traffic NetworkPolicies allow.
package main

import (
	"fmt"
	"log"
	"runtime/debug"
)

const cyclonus = "github.com/mattfenwick/cyclonus"

type request struct {
	Op string `json:"op"`
	world
}

func main() {
	out, err := takeStdout()
	if err != nil {
		log.Fatal(err)
	}
	if err := serve(out, answer); err != nil {
		log.Fatal(err)
	}
}

func answer(r request) (reply, error) {
	switch r.Op {
	case "version":
		return reply{"cyclonus": moduleVersion(cyclonus)}, nil
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

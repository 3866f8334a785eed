// Program netpol asks engines that are not ours which traffic NetworkPolicies allow.
package main

import (
	"fmt"
	"log"
	"runtime/debug"

	"oracle/lines"
	"oracle/netpol/knp"
)

const cyclonusModule = "github.com/mattfenwick/cyclonus"

type request struct {
	Op string `json:"op"`
	world
}

// oracle keeps the engine that is started once and loads world after world; the other is made from each.
type oracle struct {
	started *knp.Engine
}

func main() {
	out, err := lines.TakeStdout()
	if err != nil {
		log.Fatal(err)
	}
	started, err := knp.New(moduleVersion(knp.Module))
	if err != nil {
		log.Fatal(err)
	}
	if err := lines.Serve(out, oracle{started}.answer); err != nil {
		log.Fatal(err)
	}
}

func (o oracle) answer(r request) (lines.Reply, error) {
	switch r.Op {
	case "version":
		return lines.Reply{"cyclonus": moduleVersion(cyclonusModule), "kube-network-policies": moduleVersion(knp.Module)}, nil
	case "matrix":
		return o.matrix(r.world)
	}
	return nil, fmt.Errorf("unknown op %q", r.Op)
}

func (o oracle) matrix(w world) (lines.Reply, error) {
	w.complete()
	if err := w.check(); err != nil {
		return nil, err
	}
	first, err := newCyclonus(w)
	if err != nil {
		return nil, err
	}
	second, err := newKnp(o.started, w)
	if err != nil {
		return nil, err
	}
	return lines.Reply{"engines": map[string]matrix{
		"cyclonus": matrixOf(first, w), "kube-network-policies": matrixOf(second, w),
	}}, nil
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

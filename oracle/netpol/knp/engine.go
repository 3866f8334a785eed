// Package knp asks kube-network-policies, which is made for packets in the queue of a kernel, without any of those.
package knp

import (
	"context"
	"net"
	"net/netip"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// Engine answers for one world at a time.
type Engine struct {
	controller                 *networkpolicy.Controller
	namespaces, pods, policies cache.Store
}

// New fails for a version of the module other than the one whose inside this package knows.
func New(version string) (*Engine, error) {
	if err := checkVersion(version); err != nil {
		return nil, err
	}
	if err := checkLayout(); err != nil {
		return nil, err
	}
	// Nothing is requested: informers that do not run have the stores that are filled here.
	client := kubernetes.New(nil)
	factory := informers.NewSharedInformerFactory(client, 0)
	namespaces, pods := factory.Core().V1().Namespaces(), factory.Core().V1().Pods()
	policies := factory.Networking().V1().NetworkPolicies()
	// The plug-in of the container runtime stays enabled, though unconnected: without it an address of no pod is a panic.
	config := networkpolicy.Config{NodeName: "none"}
	controller, err := networkpolicy.NewController(client, policies, namespaces, pods, nil, nil, nil, nil, config)
	if err != nil {
		return nil, err
	}
	return &Engine{controller, namespaces.Informer().GetStore(), pods.Informer().GetStore(), policies.Informer().GetStore()}, nil
}

// Load forgets the world before. Objects are expected as the API server stores them: the engine reads an empty
// list of rules as one that allows everything, and panics at a port without protocol.
func (e *Engine) Load(namespaces []*core.Namespace, pods []*core.Pod, policies []*networking.NetworkPolicy) error {
	if err := replace(e.namespaces, namespaces); err != nil {
		return err
	}
	if err := replace(e.pods, pods); err != nil {
		return err
	}
	return replace(e.policies, policies)
}

func replace[T any](store cache.Store, objects []T) error {
	all := make([]any, 0, len(objects))
	for _, object := range objects {
		all = append(all, object)
	}
	return store.Replace(all, "")
}

// Allows is the engine's verdict on the first packet of a connection.
func (e *Engine) Allows(source, destination netip.Addr, protocol core.Protocol, port int) bool {
	return evaluatePacket(e.controller, context.Background(), packet{
		srcIP: net.IP(source.AsSlice()), dstIP: net.IP(destination.AsSlice()), proto: protocol, dstPort: port,
	})
}

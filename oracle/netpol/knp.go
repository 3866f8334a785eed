package main

import (
	"net/netip"

	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"oracle/netpol/knp"
)

// knpEngine (kube-network-policies) takes addresses, and finds pods, names of ports and policies by itself.
type knpEngine struct {
	engine    *knp.Engine
	addresses map[string]netip.Addr
}

func newKnp(e *knp.Engine, w world) (*knpEngine, error) {
	addresses := map[string]netip.Addr{}
	var namespaces []*core.Namespace
	for _, n := range w.Namespaces {
		namespaces = append(namespaces, &core.Namespace{ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: n.Labels}})
	}
	var pods []*core.Pod
	for _, p := range w.Pods {
		addresses[p.IP] = netip.MustParseAddr(p.IP)
		pods = append(pods, p.object(addresses[p.IP]))
	}
	for _, ip := range w.Externals {
		addresses[ip] = netip.MustParseAddr(ip)
	}
	return &knpEngine{e, addresses}, e.Load(namespaces, pods, w.Policies)
}

func (p pod) object(ip netip.Addr) *core.Pod {
	var ports []core.ContainerPort
	for _, own := range p.Ports {
		ports = append(ports, core.ContainerPort{Name: own.Name, ContainerPort: int32(own.Port), Protocol: own.Protocol})
	}
	return &core.Pod{
		ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: p.ID, Labels: p.Labels},
		Spec:       core.PodSpec{Containers: []core.Container{{Ports: ports}}},
		Status:     core.PodStatus{Phase: core.PodRunning, PodIPs: []core.PodIP{{IP: ip.String()}}},
	}
}

func (k *knpEngine) allows(source, destination endpoint, p port) bool {
	return k.engine.Allows(k.addresses[source.ip], k.addresses[destination.ip], p.Protocol, p.Port)
}

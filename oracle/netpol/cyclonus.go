package main

import "github.com/mattfenwick/cyclonus/pkg/matcher"

// cyclonusEngine takes the two ends of a connection as they are described to it.
type cyclonusEngine struct {
	policy *matcher.Policy
	peers  map[string]*matcher.TrafficPeer
}

func newCyclonus(w world) (*cyclonusEngine, error) {
	marks := &markers{}
	marked, err := marks.replaceAll(w.Policies)
	if err != nil {
		return nil, err
	}
	return &cyclonusEngine{matcher.BuildNetworkPolicies(false, marked), peersOf(w, marks)}, nil
}

// peersOf is called when all markers are known.
func peersOf(w world, marks *markers) map[string]*matcher.TrafficPeer {
	namespaces := map[string]map[string]string{}
	for _, namespace := range w.Namespaces {
		namespaces[namespace.Name] = marks.carried(namespace.Labels)
	}
	peers := map[string]*matcher.TrafficPeer{}
	for _, p := range w.Pods {
		peers[p.IP] = &matcher.TrafficPeer{IP: p.IP, Internal: &matcher.InternalPeer{
			Namespace: p.Namespace, NamespaceLabels: namespaces[p.Namespace], PodLabels: marks.carried(p.Labels),
		}}
	}
	for _, ip := range w.Externals {
		peers[ip] = &matcher.TrafficPeer{IP: ip}
	}
	return peers
}

func (c *cyclonusEngine) allows(source, destination endpoint, p port) bool {
	return c.allowsWay(source, destination, p, true) && c.allowsWay(source, destination, p, false)
}

// allowsWay asks for each name that the destination gives the port, since the engine takes but one.
func (c *cyclonusEngine) allowsWay(source, destination endpoint, p port, ingress bool) bool {
	traffic := matcher.Traffic{
		Source: c.peers[source.ip], Destination: c.peers[destination.ip], ResolvedPort: p.Port, Protocol: p.Protocol,
	}
	for _, name := range namesOf(destination, p) {
		traffic.ResolvedPortName = name
		if c.policy.IsIngressOrEgressAllowed(&traffic, ingress).IsAllowed() {
			return true
		}
	}
	return false
}

// namesOf always has the empty name, which no policy can mention.
func namesOf(destination endpoint, p port) []string {
	names := []string{""}
	for _, own := range destination.ports {
		if own.Port == p.Port && own.Protocol == p.Protocol {
			names = append(names, own.Name)
		}
	}
	return names
}

package main

import (
	"fmt"

	"github.com/mattfenwick/cyclonus/pkg/matcher"

	"oracle/lines"
)

// endpoint is a pod or an external address; ports and id are of pods only.
type endpoint struct {
	matcher.TrafficPeer
	id    string
	ports []port
}

// rows by name of port, as "TCP/80".
type rows map[string][]string

// matrix tells for each port who reaches which pod, and which pod reaches which external address.
func matrix(w world) (lines.Reply, error) {
	w.complete()
	if err := w.check(); err != nil {
		return nil, err
	}
	marks := &markers{}
	marked, err := marks.replaceAll(w.Policies)
	if err != nil {
		return nil, err
	}
	policy := matcher.BuildNetworkPolicies(false, marked)
	pods, externals := w.pods(marks), w.externals()
	inbound, outbound := rows{}, rows{}
	for _, p := range w.Ports {
		name := fmt.Sprintf("%s/%d", p.Protocol, p.Port)
		inbound[name] = verdicts(policy, append(pods[:len(pods):len(pods)], externals...), pods, p)
		outbound[name] = verdicts(policy, pods, externals, p)
	}
	answer := lines.Reply{"engines": map[string]rows{"cyclonus": inbound}}
	if len(externals) > 0 {
		answer["outbound"] = map[string]rows{"cyclonus": outbound}
	}
	return answer, nil
}

func (w *world) pods(marks *markers) []endpoint {
	namespaces := map[string]map[string]string{}
	for _, namespace := range w.Namespaces {
		namespaces[namespace.Name] = marks.carried(namespace.Labels)
	}
	var pods []endpoint
	for _, p := range w.Pods {
		peer := matcher.TrafficPeer{IP: p.IP, Internal: &matcher.InternalPeer{
			Namespace: p.Namespace, NamespaceLabels: namespaces[p.Namespace], PodLabels: marks.carried(p.Labels),
		}}
		pods = append(pods, endpoint{peer, p.ID, p.Ports})
	}
	return pods
}

func (w *world) externals() []endpoint {
	var externals []endpoint
	for _, ip := range w.Externals {
		externals = append(externals, endpoint{TrafficPeer: matcher.TrafficPeer{IP: ip}})
	}
	return externals
}

// verdicts has one row per source and one character per destination.
func verdicts(policy *matcher.Policy, from, to []endpoint, p port) []string {
	result := make([]string, 0, len(from))
	for _, source := range from {
		row := make([]byte, 0, len(to))
		for _, destination := range to {
			verdict := byte('0')
			if reaches(policy, source, destination, p) {
				verdict = '1'
			}
			row = append(row, verdict)
		}
		result = append(result, string(row))
	}
	return result
}

func reaches(policy *matcher.Policy, source, destination endpoint, p port) bool {
	// The engine does not know that no policy stands between a pod and itself.
	if source.id != "" && source.id == destination.id {
		return true
	}
	return allows(policy, source, destination, p, true) && allows(policy, source, destination, p, false)
}

// allows asks for each name that the destination gives the port, since the engine takes but one.
func allows(policy *matcher.Policy, source, destination endpoint, p port, ingress bool) bool {
	traffic := matcher.Traffic{
		Source: &source.TrafficPeer, Destination: &destination.TrafficPeer, ResolvedPort: p.Port, Protocol: p.Protocol,
	}
	for _, name := range namesOf(destination, p) {
		traffic.ResolvedPortName = name
		if policy.IsIngressOrEgressAllowed(&traffic, ingress).IsAllowed() {
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

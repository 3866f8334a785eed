package main

import (
	"fmt"
	"net/netip"

	core "k8s.io/api/core/v1"
	networking "k8s.io/api/networking/v1"
)

// world is what a matrix is asked about; policies are given as the API server stores them.
type world struct {
	Namespaces []struct {
		Name   string            `json:"name"`
		Labels map[string]string `json:"labels"`
	} `json:"namespaces"`
	Pods      []pod                       `json:"pods"`
	Externals []string                    `json:"externals"`
	Policies  []*networking.NetworkPolicy `json:"policies"`
	Ports     []port                      `json:"ports"`
}

type pod struct {
	ID        string            `json:"id"`
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	IP        string            `json:"ip"`
	Ports     []port            `json:"ports"`
}

type port struct {
	Name     string        `json:"name"`
	Port     int           `json:"port"`
	Protocol core.Protocol `json:"protocol"`
}

// complete gives what Kubernetes itself adds: the name label of namespaces, and TCP.
func (w *world) complete() {
	for i := range w.Namespaces {
		labels := map[string]string{core.LabelMetadataName: w.Namespaces[i].Name}
		for key, value := range w.Namespaces[i].Labels {
			labels[key] = value
		}
		w.Namespaces[i].Labels = labels
	}
	defaultProtocol(w.Ports)
	for _, p := range w.Pods {
		defaultProtocol(p.Ports)
	}
}

func defaultProtocol(ports []port) {
	for i := range ports {
		if ports[i].Protocol == "" {
			ports[i].Protocol = core.ProtocolTCP
		}
	}
}

// check refuses what an engine would answer with a panic or, worse, with a wrong verdict.
func (w *world) check() error {
	known := map[string]bool{}
	for _, namespace := range w.Namespaces {
		known[namespace.Name] = true
	}
	for _, p := range w.Pods {
		if !known[p.Namespace] {
			return fmt.Errorf("pod %s: namespace %q is not among the namespaces", p.ID, p.Namespace)
		}
		if _, err := netip.ParseAddr(p.IP); err != nil {
			return fmt.Errorf("pod %s: %w", p.ID, err)
		}
	}
	for _, external := range w.Externals {
		if _, err := netip.ParseAddr(external); err != nil {
			return err
		}
	}
	for _, policy := range w.Policies {
		if len(policy.Spec.PolicyTypes) == 0 {
			return fmt.Errorf("policy %s/%s has no policyTypes: give it as stored", policy.Namespace, policy.Name)
		}
		if !known[policy.Namespace] {
			return fmt.Errorf("policy %s: namespace %q is not among the namespaces", policy.Name, policy.Namespace)
		}
	}
	return nil
}

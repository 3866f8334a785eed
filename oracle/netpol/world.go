package main

import (
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

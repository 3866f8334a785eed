package main

import (
	"fmt"
	"net/netip"

	networking "k8s.io/api/networking/v1"
)

// check refuses what an engine would answer with a panic or, worse, with a wrong verdict.
func (w *world) check() error {
	known := names{}
	for _, namespace := range w.Namespaces {
		known[namespace.Name] = true
	}
	if err := w.checkEndpoints(known); err != nil {
		return err
	}
	seen := names{}
	for _, policy := range w.Policies {
		name := policy.Namespace + "/" + policy.Name
		if !known[policy.Namespace] {
			return fmt.Errorf("policy %s: the namespace is not among the namespaces", name)
		}
		if err := seen.add(name); err != nil {
			return err
		}
		if !isAsStored(policy.Spec) {
			return fmt.Errorf("policy %s lacks defaults or has empty lists of rules: give it as stored", name)
		}
	}
	return nil
}

// checkEndpoints wants every address once, since one of the engines knows pods by nothing else.
func (w *world) checkEndpoints(known names) error {
	seen := names{}
	for _, p := range w.Pods {
		if !known[p.Namespace] {
			return fmt.Errorf("pod %s: namespace %q is not among the namespaces", p.ID, p.Namespace)
		}
		if err := seen.add(p.ID); err != nil {
			return err
		}
	}
	pods, externals := w.endpoints()
	for _, one := range append(pods, externals...) {
		address, err := netip.ParseAddr(one.ip)
		if err != nil {
			return err
		}
		if err := seen.add(address.String()); err != nil {
			return err
		}
	}
	return nil
}

func isAsStored(spec networking.NetworkPolicySpec) bool {
	stored := len(spec.PolicyTypes) > 0 && !isEmptyList(spec.Ingress) && !isEmptyList(spec.Egress)
	for _, rule := range spec.Ingress {
		stored = stored && haveProtocols(rule.Ports)
	}
	for _, rule := range spec.Egress {
		stored = stored && haveProtocols(rule.Ports)
	}
	return stored
}

func isEmptyList[T any](list []T) bool {
	return list != nil && len(list) == 0
}

func haveProtocols(ports []networking.NetworkPolicyPort) bool {
	for _, port := range ports {
		if port.Protocol == nil {
			return false
		}
	}
	return true
}

type names map[string]bool

func (n names) add(name string) error {
	if n[name] {
		return fmt.Errorf("%s is there twice", name)
	}
	n[name] = true
	return nil
}

package main

import (
	"fmt"

	networking "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// markers takes the place of the engine's own selector code, which is wrong for NotIn without the key
// and for empty label values: each selector becomes one label, and apimachinery decides who carries it.
type markers struct {
	selectors []labels.Selector
}

// replace registers a selector and returns one that asks for its marker.
func (m *markers) replace(selector *metav1.LabelSelector) error {
	if selector == nil {
		return nil
	}
	parsed, err := metav1.LabelSelectorAsSelector(selector)
	if err != nil {
		return err
	}
	*selector = metav1.LabelSelector{MatchLabels: map[string]string{marker(len(m.selectors)): "yes"}}
	m.selectors = append(m.selectors, parsed)
	return nil
}

// carried are the markers of whoever has these labels.
func (m *markers) carried(real map[string]string) map[string]string {
	carried := map[string]string{}
	for i, selector := range m.selectors {
		if selector.Matches(labels.Set(real)) {
			carried[marker(i)] = "yes"
		}
	}
	return carried
}

func marker(i int) string {
	return fmt.Sprintf("selector-%d", i)
}

// replaceAll changes copies of the policies.
func (m *markers) replaceAll(policies []*networking.NetworkPolicy) ([]*networking.NetworkPolicy, error) {
	var marked []*networking.NetworkPolicy
	for _, original := range policies {
		policy := original.DeepCopy()
		for _, selector := range selectorsOf(&policy.Spec) {
			if err := m.replace(selector); err != nil {
				return nil, fmt.Errorf("policy %s/%s: %w", policy.Namespace, policy.Name, err)
			}
		}
		marked = append(marked, policy)
	}
	return marked, nil
}

func selectorsOf(spec *networking.NetworkPolicySpec) []*metav1.LabelSelector {
	all := []*metav1.LabelSelector{&spec.PodSelector}
	add := func(peers []networking.NetworkPolicyPeer) {
		for _, peer := range peers {
			all = append(all, peer.PodSelector, peer.NamespaceSelector)
		}
	}
	for _, rule := range spec.Ingress {
		add(rule.From)
	}
	for _, rule := range spec.Egress {
		add(rule.To)
	}
	return all
}

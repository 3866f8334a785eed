package main

import (
	"encoding/json"
	"fmt"
	"sort"
	"time"

	listenerv3 "github.com/envoyproxy/go-control-plane/envoy/config/listener/v3"
	"google.golang.org/protobuf/proto"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/util/protomarshal"
)

// The listener that carries the inbound policy, where only one matters.
var onlyListener = map[string]string{sidecar: "virtualInbound", waypoint: "main_internal"}

func listeners(req *request) (reply, error) {
	inv, err := loadProxy(req)
	if err != nil {
		return nil, err
	}
	return withServer(req, inv, func(server *xds.FakeDiscoveryServer) (reply, error) {
		build := func() (reply, error) { return buildListeners(server, req.Proxy) }
		if req.Proxy.Kind == waypoint {
			return settled(build)
		}
		return build()
	})
}

func buildListeners(server *xds.FakeDiscoveryServer, spec proxySpec) (reply, error) {
	p := proxyOf(server, spec)
	built := server.Listeners(p)
	wanted := built
	if name, single := onlyListener[spec.Kind]; single {
		if wanted = named(built, name); len(wanted) == 0 {
			return nil, fmt.Errorf("istiod makes no listener %s for this proxy", name)
		}
	}
	listenerTexts, err := toJSON(wanted)
	if err != nil {
		return nil, err
	}
	routeTexts := []json.RawMessage{}
	if spec.Kind == gateway {
		if routeTexts, err = toJSON(server.RoutesFromListeners(p, built)); err != nil {
			return nil, err
		}
	}
	clusters, err := clusterNames(append(append([]json.RawMessage{}, listenerTexts...), routeTexts...))
	return reply{"listeners": listenerTexts, "routes": routeTexts, "clusters": clusters}, err
}

func named(built []*listenerv3.Listener, name string) []*listenerv3.Listener {
	for _, l := range built {
		if l.Name == name {
			return []*listenerv3.Listener{l}
		}
	}
	return nil
}

func toJSON[T proto.Message](messages []T) ([]json.RawMessage, error) {
	texts := []json.RawMessage{}
	for _, message := range messages {
		text, err := protomarshal.Marshal(message)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

func clusterNames(texts []json.RawMessage) ([]string, error) {
	names := map[string]bool{}
	for _, text := range texts {
		var tree any
		if err := json.Unmarshal(text, &tree); err != nil {
			return nil, err
		}
		collectClusters(tree, names)
	}
	sorted := []string{}
	for name := range names {
		sorted = append(sorted, name)
	}
	sort.Strings(sorted)
	return sorted, nil
}

func collectClusters(tree any, names map[string]bool) {
	switch node := tree.(type) {
	case []any:
		for _, item := range node {
			collectClusters(item, names)
		}
	case map[string]any:
		for key, value := range node {
			if name, isText := value.(string); isText && (key == "cluster" || key == "clusterName") {
				names[name] = true
			}
			if key == "weightedClusters" {
				collectWeighted(value, names)
			}
			collectClusters(value, names)
		}
	}
}

func collectWeighted(value any, names map[string]bool) {
	weighted, _ := value.(map[string]any)
	items, _ := weighted["clusters"].([]any)
	for _, item := range items {
		cluster, _ := item.(map[string]any)
		if name, isText := cluster["name"].(string); isText {
			names[name] = true
		}
	}
}

// settled repeats f until two answers in a row agree: the ambient index works in the background.
func settled(f func() (reply, error)) (reply, error) {
	const pause, limit = 25 * time.Millisecond, 5 * time.Second
	var previous string
	for deadline := time.Now().Add(limit); ; time.Sleep(pause) {
		out, err := f()
		text := fmt.Sprint(err)
		if err == nil {
			encoded, err := json.Marshal(out)
			if err != nil {
				return nil, err
			}
			text = string(encoded)
		}
		if text == previous {
			return out, err
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("istiod's answer does not settle")
		}
		previous = text
	}
}

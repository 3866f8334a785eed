package main

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What Istio's own bootstrap sets; without it some verdicts differ.
var istioRuntime = object{
	"re2.max_program_size.error_level": "32768",
	"envoy.deprecated_features:envoy.config.listener.v3.Listener.hidden_envoy_deprecated_use_original_dst": true,
	"envoy.reloadable_features.http_reject_path_with_fragment":                                             false,
	"envoy.reloadable_features.fixed_heap_use_allocated":                                                   true,
	"envoy.reloadable_features.coalesce_lb_rebuilds_on_batch_update":                                       false,
}

// writeConfiguration puts the bootstrap and the listeners into a folder and returns the path of the bootstrap.
// The listeners are not static ones, because one bad static listener would end Envoy.
func (h *harness) writeConfiguration(folder string, group []*workload) (string, error) {
	listeners := []object{}
	for _, w := range group {
		listener := maps.Clone(w.Listener)
		listener["@type"] = "type.googleapis.com/envoy.config.listener.v3.Listener"
		listeners = append(listeners, listener)
	}
	discovery := filepath.Join(folder, "listeners.json")
	if err := writeJSON(discovery, object{"versionInfo": "1", "resources": listeners}); err != nil {
		return "", err
	}
	bootstrap := filepath.Join(folder, "bootstrap.json")
	return bootstrap, writeJSON(bootstrap, object{
		"node":  object{"id": "oracle", "cluster": "oracle"},
		"admin": object{"address": socketAddress("127.0.0.1", 0)},
		"staticResources": object{
			"clusters": h.clusters(listeners),
			"secrets":  h.secrets(listeners),
		},
		"dynamicResources": object{"ldsConfig": object{"pathConfigSource": object{"path": discovery}}},
		"layeredRuntime":   object{"layers": []object{{"name": "istio", "staticLayer": istioRuntime}}},
	})
}

func writeJSON(path string, value any) error {
	content, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// clusters gives every cluster that is mentioned a loopback backend: the real ones of a sidecar would
// send the connection back to its original destination, which is the listener itself.
func (h *harness) clusters(listeners []object) []object {
	named := map[string]object{
		serverFirstCluster: cluster(serverFirstCluster, h.backends.serverFirst),
		blackHoleCluster:   {"name": blackHoleCluster, "type": "STATIC"},
	}
	add := func(name, address string) {
		if name != "" && named[name] == nil {
			named[name] = cluster(name, address)
		}
	}
	visit := func(node object) {
		if name := text(child(node, "envoyGrpc")["clusterName"]); name != "" {
			named[name] = overHTTP2(cluster(name, h.backends.grpcCheck))
		}
		if name := text(child(node, "serverUri")["cluster"]); name != "" {
			named[name] = cluster(name, h.backends.httpCheck)
		}
		add(text(node["cluster"]), h.backends.app)
		for _, weighted := range objects(child(node, "weightedClusters")["clusters"]) {
			add(text(weighted["name"]), h.backends.app)
		}
	}
	for _, listener := range listeners {
		walk(listener, visit)
	}
	return slices.Collect(maps.Values(named))
}

func cluster(name, address string) object {
	host, port := splitAddress(address)
	endpoint := object{"endpoint": object{"address": socketAddress(host, port)}}
	return object{
		"name": name, "type": "STATIC", "connectTimeout": "5s",
		"loadAssignment": object{"clusterName": name, "endpoints": []object{{"lbEndpoints": []object{endpoint}}}},
	}
}

func overHTTP2(cluster object) object {
	cluster["typedExtensionProtocolOptions"] = object{"envoy.extensions.upstreams.http.v3.HttpProtocolOptions": object{
		"@type":              "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
		"explicitHttpConfig": object{"http2ProtocolOptions": object{}},
	}}
	return cluster
}

// secrets defines every secret that the listeners would fetch from the agent: certificates and trust bundles.
func (h *harness) secrets(listeners []object) []object {
	named := map[string]object{}
	visit := func(node object) {
		if name := text(child(node, "validationContextSdsSecretConfig")["name"]); name != "" {
			named[name] = object{"name": name, "validationContext": object{"trustedCa": inline(h.authority.bundle)}}
		}
		for _, reference := range objects(node["tlsCertificateSdsSecretConfigs"]) {
			name := text(reference["name"])
			named[name] = object{"name": name, "tlsCertificate": object{
				"certificateChain": inline(h.authority.server.certificate),
				"privateKey":       inline(h.authority.server.key),
			}}
		}
	}
	for _, listener := range listeners {
		walk(listener, visit)
	}
	return slices.Collect(maps.Values(named))
}

func inline(pem []byte) object {
	return object{"inlineString": strings.TrimSpace(string(pem)) + "\n"}
}

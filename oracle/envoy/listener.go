package main

import (
	"fmt"
	"slices"
	"strings"
)

type object = map[string]any

const (
	inboundCapturePort = 15006
	blackHoleCluster   = "BlackHoleCluster"
	serverFirstCluster = "oracle-server-first"
)

// adapt turns a listener for captured traffic into one that is bound to the addresses which clients dial.
func (w *workload) adapt(probes []probe) error {
	if w.Listener == nil {
		return fmt.Errorf("there is no listener")
	}
	if w.Kind == "waypoint" {
		w.unwrapTunnel()
	}
	w.bind(probes)
	// without the capture by iptables the original destination is the local address
	w.Listener["listenerFilters"] = without(w.Listener["listenerFilters"], func(filter object) bool {
		return filter["name"] == "envoy.filters.listener.original_dst"
	})
	for _, key := range []string{"useOriginalDst", "bindToPort", "transparent", "freebind", "internalListener"} {
		delete(w.Listener, key)
	}
	dropSecretSources(w.Listener)
	dropIstioFilters(w.Listener)
	for _, i := range w.probes {
		if probes[i].ServerFirst {
			pointTCPAt(w.Listener, serverFirstCluster)
			break
		}
	}
	return w.inlineRoutes(w.Listener)
}

func (w *workload) bind(probes []probe) {
	var addresses []object
	for _, port := range w.ports(probes) {
		addresses = append(addresses, object{"address": socketAddress(w.IP, port)})
	}
	w.Listener["name"] = w.Name
	w.Listener["address"] = addresses[0]["address"]
	w.Listener["additionalAddresses"] = addresses[1:]
	// else another Envoy on the same address would silently share the connections
	w.Listener["enableReusePort"] = false
}

func (w *workload) ports(probes []probe) []int {
	var ports []int
	for _, chain := range objects(w.Listener["filterChains"]) {
		ports = append(ports, number(child(chain, "filterChainMatch")["destinationPort"]))
	}
	ports = append(ports, number(child(w.Listener, "address", "socketAddress")["portValue"]))
	ports = slices.DeleteFunc(ports, func(port int) bool { return port == 0 || port == inboundCapturePort })
	for _, i := range w.probes {
		ports = append(ports, probes[i].Port)
	}
	slices.Sort(ports)
	ports = slices.Compact(ports)
	if len(ports) == 0 {
		// Envoy refuses a listener without an address, and the reason would be about us and not about the listener.
		return []int{inboundCapturePort}
	}
	return ports
}

func socketAddress(ip string, port int) object {
	return object{"socketAddress": object{"address": ip, "portValue": port}}
}

func dropSecretSources(listener object) {
	walk(listener, func(node object) { delete(node, "sdsConfig") })
}

// Filters which only Istio's build of Envoy has; none of them takes part in a decision.
func dropIstioFilters(listener object) {
	walk(listener, func(node object) {
		for _, key := range []string{"filters", "httpFilters"} {
			if node[key] != nil {
				node[key] = without(node[key], isIstioFilter)
			}
		}
	})
}

func isIstioFilter(filter object) bool {
	config := child(filter, "typedConfig")
	for _, key := range []string{"@type", "typeUrl"} {
		if url, _ := config[key].(string); strings.Contains(url, "istio") {
			return true
		}
	}
	return false
}

func pointTCPAt(listener object, cluster string) {
	walk(listener, func(node object) {
		if strings.HasSuffix(text(node["@type"]), ".TcpProxy") {
			delete(node, "weightedClusters")
			node["cluster"] = cluster
		}
	})
}

func (w *workload) inlineRoutes(listener object) (problem error) {
	walk(listener, func(node object) {
		rds, found := node["rds"].(object)
		if !found {
			return
		}
		at := slices.IndexFunc(w.Routes, func(route object) bool { return route["name"] == rds["routeConfigName"] })
		if at < 0 {
			problem = fmt.Errorf("there is no route configuration %v", rds["routeConfigName"])
			return
		}
		delete(node, "rds")
		node["routeConfig"] = w.Routes[at]
	})
	return problem
}

// unwrapTunnel replaces the HBONE tunnel in front of a waypoint by plain mutual TLS, and hands the identity
// of the peer over under the name under which the tunnel would.
func (w *workload) unwrapTunnel() {
	identity := object{"name": "oracle.peer_principal", "typedConfig": object{
		"@type": "type.googleapis.com/envoy.extensions.filters.network.set_filter_state.v3.Config",
		// on a new connection the certificate is not there yet
		"onDownstreamTlsHandshake": []object{{
			"objectKey":    "io.istio.peer_principal",
			"factoryKey":   "envoy.string",
			"formatString": object{"textFormatSource": object{"inlineString": "%DOWNSTREAM_PEER_URI_SAN%"}},
		}},
	}}
	for _, chain := range objects(w.Listener["filterChains"]) {
		filters := without(chain["filters"], func(filter object) bool { return filter["name"] == "connect_authority" })
		chain["filters"] = append([]any{identity}, filters...)
		chain["transportSocket"] = mutualTLS()
	}
	// The chains of sniffed ports are told apart by application protocol: behind TLS only the ALPN can say it.
	w.Listener["listenerFilters"] = append([]any{tlsInspector()}, list(w.Listener["listenerFilters"])...)
}

func tlsInspector() object {
	return object{"name": "oracle.tls_inspector", "typedConfig": object{
		"@type": "type.googleapis.com/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector",
	}}
}

func mutualTLS() object {
	return object{"name": "envoy.transport_sockets.tls", "typedConfig": object{
		"@type":                    "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
		"requireClientCertificate": true,
		"commonTlsContext": object{
			"tlsCertificateSdsSecretConfigs":   []any{object{"name": "default"}},
			"validationContextSdsSecretConfig": object{"name": "ROOTCA"},
		},
	}}
}

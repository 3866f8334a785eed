package main

import (
	"fmt"
	"sort"
	"strconv"

	clusterv3 "github.com/envoyproxy/go-control-plane/envoy/config/cluster/v3"
	corev3 "github.com/envoyproxy/go-control-plane/envoy/config/core/v3"
	endpointv3 "github.com/envoyproxy/go-control-plane/envoy/config/endpoint/v3"
	tlsv3 "github.com/envoyproxy/go-control-plane/envoy/extensions/transport_sockets/tls/v3"

	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/pkg/networking/util"
	authn "istio.io/istio/pilot/pkg/security/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/host"
	"istio.io/istio/pkg/wellknown"
)

const (
	mtls      = "mtls"
	plaintext = "plaintext"
	simple    = "simple"
	mutual    = "mutual"
	auto      = "auto"
)

func client(req *request) (reply, error) {
	inv, err := loadProxy(req)
	if err != nil {
		return nil, err
	}
	return withServer(req, inv, func(server *xds.FakeDiscoveryServer) (reply, error) {
		return clientView(server, req)
	})
}

func clientView(server *xds.FakeDiscoveryServer, req *request) (reply, error) {
	p := proxyOf(server, req.Proxy)
	name := model.BuildSubsetKey(model.TrafficDirectionOutbound, req.Subset, host.Name(req.Host), req.Port)
	cluster, err := clusterNamed(server.Clusters(p), name)
	if err != nil {
		return nil, err
	}
	mode, sni, err := clusterTLS(cluster)
	if err != nil {
		return nil, err
	}
	return reply{"tls": mode, "sni": sni, "endpoints": endpointsOf(assignment(server, p, cluster), mode)}, nil
}

func clusterNamed(clusters []*clusterv3.Cluster, name string) (*clusterv3.Cluster, error) {
	for _, cluster := range clusters {
		if cluster.Name == name {
			return cluster, nil
		}
	}
	return nil, fmt.Errorf("this proxy knows no cluster %s", name)
}

// clusterTLS names the mode of the whole cluster; auto leaves the choice to each endpoint.
func clusterTLS(cluster *clusterv3.Cluster) (mode, sni string, err error) {
	for _, match := range cluster.TransportSocketMatches {
		if match.TransportSocket.GetName() == wellknown.TransportSocketTLS {
			_, sni, err = socketTLS(match.TransportSocket)
			return auto, sni, err
		}
	}
	if cluster.TransportSocket.GetName() != wellknown.TransportSocketTLS {
		return plaintext, "", nil
	}
	return socketTLS(cluster.TransportSocket)
}

func socketTLS(socket *corev3.TransportSocket) (mode, sni string, err error) {
	context := &tlsv3.UpstreamTlsContext{}
	if err := socket.GetTypedConfig().UnmarshalTo(context); err != nil {
		return "", "", err
	}
	common := context.CommonTlsContext
	certificates := common.GetTlsCertificateSdsSecretConfigs()
	switch {
	case len(certificates) > 0 && certificates[0].Name == authn.SDSDefaultResourceName:
		mode = mtls
	case len(certificates) > 0 || len(common.GetTlsCertificates()) > 0:
		mode = mutual
	default:
		mode = simple
	}
	return mode, context.Sni, nil
}

func assignment(server *xds.FakeDiscoveryServer, p *model.Proxy, cluster *clusterv3.Cluster) *endpointv3.ClusterLoadAssignment {
	if cluster.LoadAssignment != nil {
		return cluster.LoadAssignment
	}
	for _, found := range server.Endpoints(p) {
		if found.ClusterName == cluster.Name {
			return found
		}
	}
	return nil
}

func endpointsOf(found *endpointv3.ClusterLoadAssignment, mode string) []map[string]string {
	endpoints := []map[string]string{}
	for _, locality := range found.GetEndpoints() {
		for _, e := range locality.LbEndpoints {
			address := e.GetEndpoint().GetAddress().GetSocketAddress()
			endpoints = append(endpoints, map[string]string{
				"address": address.GetAddress() + ":" + strconv.Itoa(int(address.GetPortValue())),
				"tls":     endpointTLS(e, mode),
			})
		}
	}
	sort.Slice(endpoints, func(i, j int) bool { return endpoints[i]["address"] < endpoints[j]["address"] })
	return endpoints
}

func endpointTLS(e *endpointv3.LbEndpoint, mode string) string {
	if mode != auto {
		return mode
	}
	labels := e.GetMetadata().GetFilterMetadata()[util.EnvoyTransportSocketMetadataKey].GetFields()
	if labels[model.TLSModeLabelShortname].GetStringValue() == model.IstioMutualTLSModeLabel {
		return mtls
	}
	return plaintext
}

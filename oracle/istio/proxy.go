package main

import (
	"fmt"
	"maps"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	gatewayv1 "sigs.k8s.io/gateway-api/apis/v1"

	"istio.io/api/label"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/test"
)

const (
	sidecar  = "sidecar"
	gateway  = "gateway"
	waypoint = "waypoint"

	defaultProxyIP = "10.243.0.1"
	istioVersion   = "1.31.0"
)

var nodeTypes = map[string]model.NodeType{sidecar: model.SidecarProxy, gateway: model.Router, waypoint: model.Waypoint}

type proxySpec struct {
	Kind           string            `json:"kind"`
	Namespace      string            `json:"namespace"`
	Name           string            `json:"name"`
	Labels         map[string]string `json:"labels"`
	ServiceAccount string            `json:"serviceAccount"`
	IP             string            `json:"ip"`
}

// withServer runs f against an istiod that has read everything in the inventory.
func withServer(req *request, inv *inventory, f func(*xds.FakeDiscoveryServer) (reply, error)) (out reply, err error) {
	meshConfig, err := meshOf(req.Mesh)
	if err != nil {
		return nil, fmt.Errorf("mesh: %w", err)
	}
	var answerErr error
	failure := test.Wrap(func(t test.Failer) {
		out, answerErr = guarded(func() (reply, error) {
			return f(xds.NewFakeDiscoveryServer(t, xds.FakeOptions{
				Configs: inv.configs, KubernetesObjects: inv.kube, MeshConfig: meshConfig,
			}))
		})
	})
	if failure != nil {
		return nil, failure
	}
	return out, answerErr
}

// loadProxy reads the objects and adds what the cluster of this proxy must contain besides them.
func loadProxy(req *request) (*inventory, error) {
	p := &req.Proxy
	if _, known := nodeTypes[p.Kind]; !known {
		return nil, fmt.Errorf("proxy.kind must be sidecar, gateway or waypoint, not %q", p.Kind)
	}
	if p.Namespace == "" || p.Name == "" {
		return nil, fmt.Errorf("proxy needs a namespace and a name")
	}
	inv, err := load(req.Objects)
	if err != nil {
		return nil, err
	}
	if p.Kind == waypoint {
		inv.addWaypoint(p)
	}
	inv.addPod(p)
	inv.complete()
	return inv, nil
}

// addPod makes the proxy's pod and the proxy agree with each other; what the request says wins.
func (inv *inventory) addPod(p *proxySpec) {
	pod, found := find[*corev1.Pod](inv, p.Namespace, p.Name)
	if !found {
		pod = &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: p.Namespace, Name: p.Name, CreationTimestamp: created}}
		inv.kube = append(inv.kube, pod)
	}
	merged := map[string]string{}
	maps.Copy(merged, pod.Labels)
	maps.Copy(merged, p.Labels)
	p.Labels = merged
	if p.ServiceAccount == "" {
		p.ServiceAccount = pod.Spec.ServiceAccountName
	}
	if p.IP == "" {
		p.IP = pod.Status.PodIP
	}
	if p.IP == "" {
		p.IP = defaultProxyIP
	}
	pod.Labels, pod.Spec.ServiceAccountName = p.Labels, p.ServiceAccount
	pod.Status.PodIP, pod.Status.PodIPs = p.IP, nil
}

// addWaypoint does the work of istiod's gateway deployment controller, which the fake server lacks.
func (inv *inventory) addWaypoint(p *proxySpec) {
	name := p.Labels[label.IoK8sNetworkingGatewayGatewayName.Name]
	if name == "" {
		name = p.Name
	}
	if p.Labels == nil {
		p.Labels = map[string]string{}
	}
	p.Labels[label.IoK8sNetworkingGatewayGatewayName.Name] = name
	p.Labels[label.GatewayManaged.Name] = constants.ManagedGatewayMeshControllerLabel

	meta := metav1.ObjectMeta{Namespace: p.Namespace, Name: name, CreationTimestamp: created}
	owner, found := find[*gatewayv1.Gateway](inv, p.Namespace, name)
	if !found {
		owner = &gatewayv1.Gateway{ObjectMeta: meta}
		owner.Spec.GatewayClassName = constants.WaypointGatewayClassName
		owner.Spec.Listeners = []gatewayv1.Listener{{Name: "mesh", Port: 15008, Protocol: "HBONE"}}
		inv.kube = append(inv.kube, owner)
	}
	if len(owner.Status.Addresses) == 0 {
		hostname := gatewayv1.HostnameAddressType
		value := fmt.Sprintf("%s.%s.svc.%s", name, p.Namespace, domainSuffix)
		owner.Status.Addresses = []gatewayv1.GatewayStatusAddress{{Type: &hostname, Value: value}}
	}
	if _, found := find[*corev1.Service](inv, p.Namespace, name); !found {
		hbone := "hbone"
		inv.kube = append(inv.kube, &corev1.Service{ObjectMeta: meta, Spec: corev1.ServiceSpec{
			Selector: map[string]string{label.IoK8sNetworkingGatewayGatewayName.Name: name},
			Ports:    []corev1.ServicePort{{Name: "mesh", Port: 15008, AppProtocol: &hbone}},
		}})
	}
}

func proxyOf(server *xds.FakeDiscoveryServer, p proxySpec) *model.Proxy {
	return server.SetupProxy(&model.Proxy{
		Type:            nodeTypes[p.Kind],
		ID:              p.Name + "." + p.Namespace,
		ConfigNamespace: p.Namespace,
		Labels:          p.Labels,
		IPAddresses:     []string{p.IP},
		Metadata: &model.NodeMetadata{
			Namespace:      p.Namespace,
			Labels:         p.Labels,
			ServiceAccount: p.ServiceAccount,
			ClusterID:      constants.DefaultClusterName,
			IstioVersion:   istioVersion,
		},
	})
}

package main

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// complete fills in what the controllers and the defaults of a real cluster would add.
func (inv *inventory) complete() {
	pods, services := all[*corev1.Pod](inv), all[*corev1.Service](inv)
	for i, pod := range pods {
		completePod(pod, i)
	}
	for i, service := range services {
		completeService(service, i)
	}
	sliced := map[string]bool{}
	for _, slice := range all[*discoveryv1.EndpointSlice](inv) {
		sliced[slice.Namespace+"/"+slice.Labels[discoveryv1.LabelServiceName]] = true
	}
	for _, service := range services {
		if len(service.Spec.Selector) > 0 && !sliced[service.Namespace+"/"+service.Name] {
			inv.addSlices(service, pods)
		}
	}
}

func all[T any](inv *inventory) []T {
	var found []T
	for _, object := range inv.kube {
		if typed, ok := object.(T); ok {
			found = append(found, typed)
		}
	}
	return found
}

func find[T metav1.Object](inv *inventory, namespace, name string) (T, bool) {
	for _, object := range all[T](inv) {
		if object.GetNamespace() == namespace && object.GetName() == name {
			return object, true
		}
	}
	var none T
	return none, false
}

func completePod(pod *corev1.Pod, i int) {
	if pod.Status.PodIP == "" {
		pod.Status.PodIP = fmt.Sprintf("10.244.%d.%d", i/250, i%250+1)
	}
	if len(pod.Status.PodIPs) == 0 {
		pod.Status.PodIPs = []corev1.PodIP{{IP: pod.Status.PodIP}}
	}
	if pod.Status.Phase == "" {
		pod.Status.Phase = corev1.PodRunning
		pod.Status.Conditions = append(pod.Status.Conditions, corev1.PodCondition{Type: corev1.PodReady, Status: corev1.ConditionTrue})
	}
	if pod.Spec.ServiceAccountName == "" {
		pod.Spec.ServiceAccountName = "default"
	}
}

func completeService(service *corev1.Service, i int) {
	if service.Spec.ClusterIP == "" && service.Spec.Type != corev1.ServiceTypeExternalName {
		service.Spec.ClusterIP = fmt.Sprintf("10.96.%d.%d", i/250, i%250+1)
	}
	for p := range service.Spec.Ports {
		port := &service.Spec.Ports[p]
		if port.Protocol == "" {
			port.Protocol = corev1.ProtocolTCP
		}
		if port.TargetPort == (intstr.IntOrString{}) {
			port.TargetPort = intstr.FromInt32(port.Port)
		}
	}
}

// One slice per pod, because a named target port may mean another number in each pod.
func (inv *inventory) addSlices(service *corev1.Service, pods []*corev1.Pod) {
	selector := labels.SelectorFromSet(service.Spec.Selector)
	for _, pod := range pods {
		if pod.Namespace != service.Namespace || !selector.Matches(labels.Set(pod.Labels)) {
			continue
		}
		ready := true
		inv.kube = append(inv.kube, &discoveryv1.EndpointSlice{
			ObjectMeta: metav1.ObjectMeta{
				Name: service.Name + "-" + pod.Name, Namespace: service.Namespace, CreationTimestamp: created,
				Labels: map[string]string{discoveryv1.LabelServiceName: service.Name},
			},
			AddressType: discoveryv1.AddressTypeIPv4,
			Endpoints: []discoveryv1.Endpoint{{
				Addresses:  []string{pod.Status.PodIP},
				Conditions: discoveryv1.EndpointConditions{Ready: &ready},
				TargetRef:  &corev1.ObjectReference{Kind: "Pod", Namespace: pod.Namespace, Name: pod.Name},
			}},
			Ports: slicePorts(service, pod),
		})
	}
}

func slicePorts(service *corev1.Service, pod *corev1.Pod) []discoveryv1.EndpointPort {
	var ports []discoveryv1.EndpointPort
	for _, port := range service.Spec.Ports {
		number := targetPort(port, pod)
		if number != 0 {
			ports = append(ports, discoveryv1.EndpointPort{Name: &port.Name, Port: &number, Protocol: &port.Protocol, AppProtocol: port.AppProtocol})
		}
	}
	return ports
}

func targetPort(port corev1.ServicePort, pod *corev1.Pod) int32 {
	if port.TargetPort.Type == intstr.Int {
		return port.TargetPort.IntVal
	}
	for _, container := range pod.Spec.Containers {
		for _, candidate := range container.Ports {
			if candidate.Name == port.TargetPort.StrVal {
				return candidate.ContainerPort
			}
		}
	}
	return 0
}

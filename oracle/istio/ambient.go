package main

import (
	"sort"

	"istio.io/istio/pilot/test/xds"
	"istio.io/istio/pkg/workloadapi/security"
)

func ambient(req *request) (reply, error) {
	inv, err := load(req.Objects)
	if err != nil {
		return nil, err
	}
	inv.complete()
	return withServer(req, inv, func(server *xds.FakeDiscoveryServer) (reply, error) {
		return settled(func() (reply, error) { return ambientState(server) })
	})
}

func ambientState(server *xds.FakeDiscoveryServer) (reply, error) {
	authorizations := []*security.Authorization{}
	remarks := map[string]string{}
	for _, policy := range server.AmbientIndex.Policies(nil) {
		authorizations = append(authorizations, policy.Authorization)
		if status := policy.Binding.Status; status != nil {
			remarks[policy.Authorization.Namespace+"/"+policy.Authorization.Name] = status.Message
		}
	}
	sort.Slice(authorizations, func(i, j int) bool {
		a, b := authorizations[i], authorizations[j]
		return a.Namespace+"/"+a.Name < b.Namespace+"/"+b.Name
	})
	policies, err := toJSON(authorizations)
	return reply{"policies": policies, "remarks": remarks, "workloads": ambientWorkloads(server)}, err
}

func ambientWorkloads(server *xds.FakeDiscoveryServer) []reply {
	workloads := []reply{}
	addresses, _ := server.AmbientIndex.AddressInformation(nil)
	for _, address := range addresses {
		workload := address.GetWorkload()
		if workload == nil {
			continue
		}
		policies := append([]string{}, workload.AuthorizationPolicies...)
		sort.Strings(policies)
		workloads = append(workloads, reply{"name": workload.Name, "namespace": workload.Namespace, "policies": policies})
	}
	sort.Slice(workloads, func(i, j int) bool { return workloadKey(workloads[i]) < workloadKey(workloads[j]) })
	return workloads
}

func workloadKey(workload reply) string {
	return workload["namespace"].(string) + "/" + workload["name"].(string)
}

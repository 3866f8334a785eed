package main

import "fmt"

// endpoint is a pod or an external address; id and ports are of pods only. Engines know it by its address.
type endpoint struct {
	id    string
	ip    string
	ports []port
}

// engine tells whether the policies of one world let source reach a port of destination.
type engine interface {
	allows(source, destination endpoint, p port) bool
}

// rows by name of port, as "TCP/80".
type rows map[string][]string

// matrix tells for each port who reaches which pod, and which pod reaches which external address.
type matrix struct {
	Inside  rows `json:"inside"`
	Outside rows `json:"outside"`
}

func matrixOf(e engine, w world) matrix {
	pods, externals := w.endpoints()
	answer := matrix{rows{}, rows{}}
	for _, p := range w.Ports {
		name := fmt.Sprintf("%s/%d", p.Protocol, p.Port)
		answer.Inside[name] = verdicts(e, append(pods[:len(pods):len(pods)], externals...), pods, p)
		answer.Outside[name] = verdicts(e, pods, externals, p)
	}
	return answer
}

func (w *world) endpoints() (pods, externals []endpoint) {
	for _, p := range w.Pods {
		pods = append(pods, endpoint{p.ID, p.IP, p.Ports})
	}
	for _, ip := range w.Externals {
		externals = append(externals, endpoint{ip: ip})
	}
	return pods, externals
}

// verdicts has one row per source and one character per destination.
func verdicts(e engine, from, to []endpoint, p port) []string {
	result := make([]string, 0, len(from))
	for _, source := range from {
		row := make([]byte, 0, len(to))
		for _, destination := range to {
			verdict := byte('0')
			if reaches(e, source, destination, p) {
				verdict = '1'
			}
			row = append(row, verdict)
		}
		result = append(result, string(row))
	}
	return result
}

func reaches(e engine, source, destination endpoint, p port) bool {
	// No engine knows that no policy stands between a pod and itself.
	if source.ip == destination.ip {
		return true
	}
	return e.allows(source, destination, p)
}

package knp

import (
	"context"
	"fmt"
	"net"
	"reflect"
	_ "unsafe" // for go:linkname

	core "k8s.io/api/core/v1"
	"sigs.k8s.io/kube-network-policies/pkg/networkpolicy"
)

// What the module exports needs the queue of a kernel; packets are evaluated in an unexported method. So that one is
// linked by name, with a copy of its argument's type. No compiler notices when either changes, hence the checks.
const (
	Module      = "sigs.k8s.io/kube-network-policies"
	copiedFrom  = "v0.8.0"
	whatToDoNow = "compare packet, parsePacket and evaluatePacket with its sources, then change copiedFrom"
)

type packet struct {
	id      uint32
	family  core.IPFamily
	srcIP   net.IP
	dstIP   net.IP
	proto   core.Protocol
	srcPort int
	dstPort int
	payload []byte
}

//go:linkname evaluatePacket sigs.k8s.io/kube-network-policies/pkg/networkpolicy.(*Controller).evaluatePacket
func evaluatePacket(c *networkpolicy.Controller, ctx context.Context, p packet) bool

//go:linkname parsePacket sigs.k8s.io/kube-network-policies/pkg/networkpolicy.parsePacket
func parsePacket(b []byte) (packet, error)

func checkVersion(version string) error {
	if version != copiedFrom {
		return fmt.Errorf("%s is %s, known here is %s: %s", Module, version, copiedFrom, whatToDoNow)
	}
	return nil
}

// checkLayout lets the engine's own parser fill a packet, whose fields have to be found where they are looked for.
func checkLayout() error {
	parsed, err := parsePacket([]byte{
		0x45, 0, 0, 41, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, // IPv4, TCP, 10.0.0.1 to 10.0.0.2
		0x30, 0x39, 0, 80, 0, 0, 0, 0, 0, 0, 0, 0, 0x50, 2, 0, 0, 0, 0, 0, 0, // 12345 to 80, 20 bytes of header
		'x',
	})
	if err != nil {
		return err
	}
	expected := packet{
		family: core.IPv4Protocol, srcIP: net.IPv4(10, 0, 0, 1), dstIP: net.IPv4(10, 0, 0, 2),
		proto: core.ProtocolTCP, srcPort: 12345, dstPort: 80, payload: []byte("x"),
	}
	if !reflect.DeepEqual(parsed, expected) {
		return fmt.Errorf("a packet of %s is not laid out as its copy here: %s", Module, whatToDoNow)
	}
	return nil
}

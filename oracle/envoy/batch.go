package main

import (
	"context"
	"fmt"
	"net/netip"
	"runtime/debug"
	"sync"
)

const (
	workers         = 8
	rejectedVerdict = "rejected"
)

// workload is one listener of a batch, on an address of its own.
type workload struct {
	Name     string           `json:"name"`
	IP       string           `json:"ip"`
	Kind     string           `json:"kind"`
	Listener map[string]any   `json:"listener"`
	Routes   []map[string]any `json:"routes"`

	probes []int
}

type batch struct {
	h         *harness
	workloads map[string]*workload
	probes    []probe
	verdicts  []string
	rejected  map[string]string
}

func (h *harness) run(ctx context.Context, workloads []workload, probes []probe) ([]string, map[string]string, error) {
	b := &batch{h, map[string]*workload{}, probes, make([]string, len(probes)), map[string]string{}}
	if err := b.index(workloads); err != nil {
		return nil, nil, err
	}
	var group []*workload
	for i := range workloads {
		w := &workloads[i]
		if err := w.adapt(probes); err != nil {
			b.reject(w, err)
			continue
		}
		group = append(group, w)
	}
	err := b.try(ctx, group)
	return b.verdicts, b.rejected, err
}

func (b *batch) index(workloads []workload) error {
	for i := range workloads {
		w := &workloads[i]
		if b.workloads[w.Name] != nil {
			return fmt.Errorf("listener %q is there twice", w.Name)
		}
		if err := checkLoopback(w.IP); err != nil {
			return fmt.Errorf("listener %q: %w", w.Name, err)
		}
		b.workloads[w.Name] = w
	}
	for i := range b.probes {
		p := &b.probes[i]
		w := b.workloads[p.Listener]
		if w == nil {
			return fmt.Errorf("request %d names the unknown listener %q", i, p.Listener)
		}
		if err := p.check(); err != nil {
			return fmt.Errorf("request %d: %w", i, err)
		}
		w.probes = append(w.probes, i)
	}
	return nil
}

func checkLoopback(ip string) error {
	address, err := netip.ParseAddr(ip)
	if err == nil && !address.IsLoopback() {
		err = fmt.Errorf("%s is not a loopback address", ip)
	}
	return err
}

func (b *batch) reject(w *workload, reason error) {
	b.rejected[w.Name] = reason.Error()
	for _, i := range w.probes {
		b.verdicts[i] = rejectedVerdict
	}
}

// try halves a group that Envoy does not survive until the listener that kills it stands alone:
// a few starts more instead of one per listener.
func (b *batch) try(ctx context.Context, group []*workload) error {
	if len(group) == 0 {
		return nil
	}
	err := b.runGroup(ctx, group)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err == nil {
		return nil
	}
	if len(group) == 1 {
		b.reject(group[0], err)
		return nil
	}
	half := len(group) / 2
	if err := b.try(ctx, group[:half]); err != nil {
		return err
	}
	return b.try(ctx, group[half:])
}

func (b *batch) runGroup(ctx context.Context, group []*workload) error {
	e, err := b.h.startEnvoy(ctx, group)
	if err != nil {
		return err
	}
	defer e.stop()
	refused, err := e.refusedListeners(group)
	if err != nil {
		return err
	}
	var pending []int
	for _, w := range group {
		if reason, found := refused[w.Name]; found {
			b.reject(w, reason)
			continue
		}
		pending = append(pending, w.probes...)
	}
	b.send(ctx, pending)
	return e.aborted()
}

func (b *batch) send(ctx context.Context, pending []int) {
	next := make(chan int)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for i := range next {
				b.verdicts[i] = b.verdict(ctx, &b.probes[i])
			}
		})
	}
	for _, i := range pending {
		next <- i
	}
	close(next)
	all.Wait()
}

// A panic in a worker would end the process, not only the request.
func (b *batch) verdict(ctx context.Context, p *probe) (verdict string) {
	defer func() {
		if problem := recover(); problem != nil {
			verdict = fmt.Sprintf("error: %v %s", problem, debug.Stack())
		}
	}()
	return b.h.send(ctx, p, b.workloads[p.Listener])
}

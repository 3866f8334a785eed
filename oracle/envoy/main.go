// Command envoy-run sends requests through a real Envoy that runs listeners made by istiod, and reports the verdicts.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"
	"time"
)

const gracePeriod = 2 * time.Second

type message struct {
	ID        json.RawMessage `json:"id"`
	Op        string          `json:"op"`
	Issuer    string          `json:"issuer"`
	Listeners []workload      `json:"listeners"`
	Requests  []probe         `json:"requests"`
}

type reply struct {
	ID       json.RawMessage   `json:"id"`
	Error    string            `json:"error,omitempty"`
	JWKS     string            `json:"jwks,omitempty"`
	Verdicts []string          `json:"verdicts,omitzero"`
	Rejected map[string]string `json:"rejected,omitzero"`
}

type harness struct {
	envoyPath   string
	concurrency int
	scratch     string
	authority   *authority
	issuers     *issuers
	backends    *backends
}

func main() {
	// Envoy is told to die with the thread that started it, so that thread must live as long as the process.
	runtime.LockOSThread()
	envoyPath := flag.String("envoy", "", "path of the Envoy binary")
	concurrency := flag.Int("concurrency", 2, "worker threads of Envoy")
	flag.Parse()
	if *envoyPath == "" {
		fmt.Fprintln(os.Stderr, "usage: envoy-run -envoy PATH [-concurrency 2]")
		os.Exit(2)
	}
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer cancel()
	if err := serve(ctx, *envoyPath, *concurrency); err != nil {
		fmt.Fprintln(os.Stderr, "envoy-run:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context, envoyPath string, concurrency int) error {
	h, err := newHarness(envoyPath, concurrency)
	if err != nil {
		return err
	}
	defer os.RemoveAll(h.scratch)
	defer h.backends.close()
	context.AfterFunc(ctx, h.giveUp)
	lines := make(chan []byte)
	go readLines(os.Stdin, lines)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case line, open := <-lines:
			if !open {
				return nil
			}
			if err := answers.Encode(h.answer(ctx, line)); err != nil {
				return err
			}
		}
	}
}

func newHarness(envoyPath string, concurrency int) (*harness, error) {
	ca, err := newAuthority()
	if err != nil {
		return nil, err
	}
	b, err := startBackends(ca)
	if err != nil {
		return nil, err
	}
	scratch, err := os.MkdirTemp("", "envoy-run-")
	if err != nil {
		return nil, err
	}
	return &harness{envoyPath, concurrency, scratch, ca, newIssuers(), b}, nil
}

// giveUp ends the process even when it is stuck in writing a reply that nobody reads.
func (h *harness) giveUp() {
	time.Sleep(gracePeriod)
	_ = os.RemoveAll(h.scratch)
	os.Exit(1)
}

// A Reader and not a Scanner: a batch of many listeners is a line of megabytes.
func readLines(input io.Reader, lines chan<- []byte) {
	defer close(lines)
	reader := bufio.NewReaderSize(input, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 1 {
			lines <- line
		}
		if err != nil {
			return
		}
	}
}

func (h *harness) answer(ctx context.Context, line []byte) (answer reply) {
	var m message
	defer func() {
		if problem := recover(); problem != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", problem, debug.Stack())
			answer = reply{Error: fmt.Sprint(problem)}
		}
		answer.ID = m.ID
	}()
	if err := json.Unmarshal(line, &m); err != nil {
		return reply{Error: err.Error()}
	}
	switch m.Op {
	case "", "run":
		verdicts, rejected, err := h.run(ctx, m.Listeners, m.Requests)
		if err != nil {
			return reply{Error: err.Error()}
		}
		return reply{Verdicts: verdicts, Rejected: rejected}
	case "jwks":
		jwks, err := h.issuers.jwks(m.Issuer)
		if err != nil {
			return reply{Error: err.Error()}
		}
		return reply{JWKS: jwks}
	}
	return reply{Error: fmt.Sprintf("unknown op %q", m.Op)}
}

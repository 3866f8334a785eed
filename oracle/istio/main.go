// Program istio answers questions with the real istiod code, one JSON object per line:
// requests on stdin, replies on stdout in the same order.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"cdk8s-zero-trust/oracle/istio/stdio"
	"istio.io/istio/pkg/log"
)

type request struct {
	ID      json.RawMessage   `json:"id"`
	Op      string            `json:"op"`
	Mesh    json.RawMessage   `json:"mesh"`
	Objects []json.RawMessage `json:"objects"`
	Object  json.RawMessage   `json:"object"`
	Proxy   proxySpec         `json:"proxy"`
	Host    string            `json:"host"`
	Port    int               `json:"port"`
	Subset  string            `json:"subset"`
}

type reply = map[string]any

var operations = map[string]func(*request) (reply, error){
	"version":   version,
	"listeners": listeners,
	"validate":  validate,
	"analyze":   analyze,
	"ambient":   ambient,
	"client":    client,
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	if os.Getenv(workerVariable) != "" {
		quietLogs()
		return serve(os.Stdin, stdio.Replies, handle)
	}
	workers := newDispatcher()
	defer workers.stop()
	return serve(os.Stdin, stdio.Replies, workers.answer)
}

func serve(in io.Reader, out io.Writer, answer func([]byte) []byte) error {
	lines := bufio.NewReader(in)
	for {
		line, readErr := lines.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if _, err := out.Write(append(answer(line), '\n')); err != nil {
				return err
			}
		}
		if readErr == io.EOF {
			return nil
		}
		if readErr != nil {
			return readErr
		}
	}
}

func handle(line []byte) []byte {
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return encode(req.ID, nil, err)
	}
	op, known := operations[req.Op]
	if !known {
		return encode(req.ID, nil, fmt.Errorf("unknown op %q", req.Op))
	}
	out, err := guarded(func() (reply, error) { return op(&req) })
	return encode(req.ID, out, err)
}

func guarded(f func() (reply, error)) (out reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			out, err = nil, fmt.Errorf("panic: %v", p)
			debug.PrintStack()
		}
	}()
	return f()
}

func encode(id json.RawMessage, out reply, err error) []byte {
	if err != nil {
		out = reply{"error": err.Error()}
	}
	out["id"] = id
	if id == nil {
		out["id"] = json.RawMessage("null")
	}
	text, err := json.Marshal(out)
	if err != nil {
		return encode(id, nil, err)
	}
	return text
}

func version(*request) (reply, error) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return nil, fmt.Errorf("binary has no build information")
	}
	for _, module := range info.Deps {
		if module.Path == "istio.io/istio" {
			return reply{"istio": module.Version}, nil
		}
	}
	return nil, fmt.Errorf("istio.io/istio is not among the modules of this binary")
}

func quietLogs() {
	options := log.DefaultOptions()
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
	if err := log.Configure(options); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// istiod reads its feature flags while packages are initialised, so each set of flags needs a process.
const workerVariable = "ORACLE_ISTIO_WORKER"

// Without these the configuration carries filters that only Istio's own Envoy build knows.
var commonFlags = []string{
	workerVariable + "=1",
	"PILOT_ENABLE_METADATA_EXCHANGE=false",
	"PILOT_DISABLE_MX_ALPN=true",
	"PILOT_ENABLE_ALPN_FILTER=false",
	"PILOT_ENABLE_TELEMETRY_LABEL=false",
	"PILOT_ENDPOINT_TELEMETRY_LABEL=false",
}

// A discovery server is never freed completely (about 3 MB each).
const requestsPerWorker = 200

type dispatcher struct{ plain, ambient worker }

func newDispatcher() *dispatcher {
	return &dispatcher{
		plain:   worker{flags: []string{"PILOT_ENABLE_AMBIENT=false"}},
		ambient: worker{flags: []string{"PILOT_ENABLE_AMBIENT=true"}},
	}
}

func (d *dispatcher) stop() {
	d.plain.stop()
	d.ambient.stop()
}

func (d *dispatcher) answer(line []byte) []byte {
	var req request
	if err := json.Unmarshal(line, &req); err != nil {
		return encode(req.ID, nil, err)
	}
	w := &d.plain
	if req.Op == "ambient" || req.Proxy.Kind == waypoint {
		w = &d.ambient
	}
	out, err := w.ask(line)
	if err != nil {
		return encode(req.ID, nil, err)
	}
	return out
}

type worker struct {
	flags   []string
	process *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	errors  *errorTail
	asked   int
}

func (w *worker) ask(line []byte) ([]byte, error) {
	if w.asked >= requestsPerWorker {
		w.stop()
	}
	if w.process == nil {
		if err := w.start(); err != nil {
			return nil, err
		}
	}
	w.asked++
	if _, err := w.in.Write(append(bytes.TrimSpace(line), '\n')); err != nil {
		return nil, w.died()
	}
	out, err := w.out.ReadBytes('\n')
	if err != nil {
		return nil, w.died()
	}
	return bytes.TrimSpace(out), nil
}

func (w *worker) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	process := exec.Command(self)
	process.Env = append(append(os.Environ(), commonFlags...), w.flags...)
	w.errors = &errorTail{}
	process.Stderr = w.errors
	if w.in, err = process.StdinPipe(); err != nil {
		return err
	}
	out, err := process.StdoutPipe()
	if err != nil {
		return err
	}
	w.out = bufio.NewReader(out)
	if err = process.Start(); err != nil {
		return err
	}
	w.process, w.asked = process, 0
	return nil
}

func (w *worker) stop() {
	if w.process == nil {
		return
	}
	w.in.Close()
	_ = w.process.Wait()
	w.process = nil
}

// died is how panics in istiod's own goroutines, which nobody can recover, become replies.
func (w *worker) died() error {
	w.in.Close()
	err := w.process.Wait()
	w.process = nil
	if cause := w.errors.cause(); cause != "" {
		return fmt.Errorf("istiod crashed: %s", cause)
	}
	return fmt.Errorf("istiod crashed: %v", err)
}

// errorTail passes stderr on and remembers its end, which tells why the process ended.
type errorTail struct{ tail []byte }

const tailLimit = 64 << 10

func (e *errorTail) Write(data []byte) (int, error) {
	e.tail = append(e.tail, data...)
	if surplus := len(e.tail) - tailLimit; surplus > 0 {
		e.tail = append([]byte{}, e.tail[surplus:]...)
	}
	return os.Stderr.Write(data)
}

func (e *errorTail) cause() string {
	for _, line := range strings.Split(string(e.tail), "\n") {
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			return line
		}
	}
	return ""
}

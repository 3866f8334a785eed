package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startTimeout  = 30 * time.Second
	longestReason = 400
)

type envoy struct {
	folder string
	admin  string
	stderr bytes.Buffer
	cmd    *exec.Cmd
	done   chan struct{}
}

func (h *harness) startEnvoy(ctx context.Context, group []*workload) (*envoy, error) {
	folder, err := os.MkdirTemp(h.scratch, "run-")
	if err != nil {
		return nil, err
	}
	bootstrap, err := h.writeConfiguration(folder, group)
	if err != nil {
		return nil, err
	}
	e := &envoy{folder: folder, done: make(chan struct{})}
	adminFile := filepath.Join(folder, "admin")
	e.cmd = exec.CommandContext(ctx, h.envoyPath, "-c", bootstrap, "--concurrency", strconv.Itoa(h.concurrency),
		"--disable-hot-restart", "--log-level", "warning", "--log-format", "[%l] %v", "--admin-address-path", adminFile)
	e.cmd.Stderr = &e.stderr
	e.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = e.cmd.Wait()
		close(e.done)
	}()
	if err := e.waitUntilReady(adminFile); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func (e *envoy) waitUntilReady(adminFile string) error {
	for deadline := time.Now().Add(startTimeout); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if err := e.aborted(); err != nil {
			return err
		}
		address, err := os.ReadFile(adminFile)
		if err != nil || len(address) == 0 {
			continue
		}
		e.admin = "http://" + string(address)
		if _, err := e.ask("/ready"); err == nil {
			return nil
		}
	}
	return errors.New("Envoy was not ready in time")
}

func (e *envoy) ask(path string) ([]byte, error) {
	client := http.Client{Timeout: startTimeout}
	response, err := client.Get(e.admin + path)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.New(response.Status)
	}
	return body, err
}

// refusedListeners fails when a listener is neither active nor refused: then Envoy could not read the whole file.
func (e *envoy) refusedListeners(group []*workload) (map[string]error, error) {
	body, err := e.ask("/config_dump?resource=dynamic_listeners")
	if err != nil {
		return nil, e.failure(err)
	}
	var dump struct {
		Configs []struct {
			Name   string
			Active *struct{} `json:"active_state"`
			Error  *struct {
				Details string
			} `json:"error_state"`
		}
	}
	if err := json.Unmarshal(body, &dump); err != nil {
		return nil, err
	}
	refused, known := map[string]error{}, map[string]bool{}
	for _, config := range dump.Configs {
		known[config.Name] = config.Active != nil || config.Error != nil
		if config.Error != nil {
			refused[config.Name] = errors.New(shortReason(config.Error.Details))
		}
	}
	for _, w := range group {
		if !known[w.Name] {
			return nil, e.failure(fmt.Errorf("Envoy does not know the listener %s", w.Name))
		}
	}
	return refused, nil
}

// failure prefers what Envoy itself says to what was noticed from outside.
func (e *envoy) failure(noticed error) error {
	e.stop()
	if reason := lastWords(e.stderr.String()); reason != "" {
		return errors.New(reason)
	}
	return noticed
}

func (e *envoy) aborted() error {
	select {
	case <-e.done:
		return fmt.Errorf("Envoy aborted (%v): %s", e.cmd.ProcessState, lastWords(e.stderr.String()))
	default:
		return nil
	}
}

func (e *envoy) stop() {
	_ = e.cmd.Process.Kill()
	<-e.done
	_ = os.RemoveAll(e.folder)
}

func lastWords(log string) string {
	for _, sign := range []string{"update rejected", "update failure", "xception", "terminate", "ssert", "[critical]"} {
		for line := range strings.Lines(log) {
			if strings.Contains(line, sign) {
				return shortReason(line)
			}
		}
	}
	return ""
}

// shortReason leaves out the dump of the configuration with its path, and the blanks that protobuf varies on purpose.
func shortReason(details string) string {
	for _, start := range []string{"Proto constraint validation failed", "Unable to parse JSON as proto"} {
		if at := strings.Index(details, start); at >= 0 {
			details = details[at:]
		}
	}
	details, _, _ = strings.Cut(details, `: {"`)
	details = strings.Join(strings.Fields(details), " ")
	if len(details) > longestReason {
		details = strings.ToValidUTF8(details[:longestReason], "") + "…"
	}
	return details
}

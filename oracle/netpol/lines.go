// The protocol: one JSON request per line of stdin gets one JSON reply per line of stdout.

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"golang.org/x/sys/unix"
)

// reply holds the fields of a reply but its id.
type reply map[string]any

// takeStdout keeps stdout for replies: whatever libraries print goes to stderr,
// even through a file they opened before.
func takeStdout() (*os.File, error) {
	fd, err := unix.Dup(int(os.Stdout.Fd()))
	if err != nil {
		return nil, err
	}
	if err := unix.Dup2(int(os.Stderr.Fd()), int(os.Stdout.Fd())); err != nil {
		return nil, err
	}
	unix.CloseOnExec(fd)
	return os.NewFile(uintptr(fd), "replies"), nil
}

// serve answers until stdin closes; R is the request without its id.
func serve[R any](out io.Writer, answer func(R) (reply, error)) error {
	in := bufio.NewReader(os.Stdin)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, err := in.ReadBytes('\n')
		if len(bytes.TrimSpace(line)) > 0 {
			if err := encoder.Encode(respond(line, answer)); err != nil {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func respond[R any](line []byte, answer func(R) (reply, error)) (out reply) {
	var envelope struct {
		ID any `json:"id"`
	}
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", p, debug.Stack())
			out = reply{"error": fmt.Sprintf("panic: %v", p)}
		}
		out["id"] = envelope.ID
	}()
	var request R
	err := json.Unmarshal(line, &envelope)
	if err == nil {
		err = json.Unmarshal(line, &request)
	}
	if err != nil {
		return reply{"error": "not a request: " + err.Error()}
	}
	fields, err := answer(request)
	if err != nil {
		return reply{"error": err.Error()}
	}
	return fields
}

// Package lines answers one JSON request per line of stdin with one JSON reply per line of stdout.
package lines

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

// Reply holds the fields of a reply but its id.
type Reply map[string]any

// TakeStdout keeps stdout for replies: whatever libraries print goes to stderr,
// even through a file they opened before.
func TakeStdout() (*os.File, error) {
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

// Serve answers until stdin closes; R is the request without its id.
func Serve[R any](out io.Writer, answer func(R) (Reply, error)) error {
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

func respond[R any](line []byte, answer func(R) (Reply, error)) (out Reply) {
	var envelope struct {
		ID any `json:"id"`
	}
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(os.Stderr, "panic: %v\n%s", p, debug.Stack())
			out = Reply{"error": fmt.Sprintf("panic: %v", p)}
		}
		out["id"] = envelope.ID
	}()
	var request R
	err := json.Unmarshal(line, &envelope)
	if err == nil {
		err = json.Unmarshal(line, &request)
	}
	if err != nil {
		return Reply{"error": "not a request: " + err.Error()}
	}
	fields, err := answer(request)
	if err != nil {
		return Reply{"error": err.Error()}
	}
	return fields
}

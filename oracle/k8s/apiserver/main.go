// Program apiserver runs kube-apiserver and etcd on loopback in this process and asks them for verdicts.
package main

import (
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"time"

	"oracle/lines"
)

func main() {
	crdDir := flag.String("crds", "", "folder of CustomResourceDefinitions")
	flag.Parse()
	out, err := lines.TakeStdout()
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "oracle-apiserver-")
	if err != nil {
		log.Fatal(err)
	}
	err = run(dir, *crdDir, out)
	remove(dir)
	if err != nil {
		// Not by package log, which kube-apiserver turns into its own log.
		fmt.Fprintln(os.Stderr, "apiserver:", err)
		os.Exit(1)
	}
}

func run(dir, crdDir string, out *os.File) error {
	server, err := start(dir)
	if err != nil {
		return err
	}
	// Nothing outlives this process, so stopping the store is enough: a graceful end would take seconds.
	defer server.store.Server.HardStop()
	served := make(chan error, 1)
	go func() { served <- server.serve(crdDir, out) }()
	select {
	case err := <-served:
		return err
	case err := <-server.ended:
		return errors.Join(errors.New("kube-apiserver ended"), err)
	}
}

func (s *server) serve(crdDir string, out *os.File) error {
	if err := s.waitReady(); err != nil {
		return err
	}
	if crdDir != "" {
		if err := s.installCRDs(crdDir); err != nil {
			return err
		}
	}
	return lines.Serve(out, s.answer)
}

// remove tries again, since the store may have been about to write a file.
func remove(dir string) {
	for range 20 {
		if os.RemoveAll(dir) == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// eventually asks again until done says so.
func eventually(what string, done func() (bool, error)) error {
	var last error
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		ok, err := done()
		if ok {
			return nil
		}
		last = err
	}
	return errors.Join(errors.New("waited too long: "+what), last)
}

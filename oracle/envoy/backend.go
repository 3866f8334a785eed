package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	markerHeader   = "x-oracle-backend"
	markerValue    = "reached"
	tcpProbe       = "\x00oracle\n"
	banner         = "220 oracle\r\n"
	tlsRecord      = 0x16
	backendTimeout = 30 * time.Second

	allowedReply = "HTTP/1.1 200 OK\r\n" + markerHeader + ": " + markerValue + "\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
	checkPassed  = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
	checkFailed  = "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)

// backends are the addresses behind the clusters: the application, one that speaks first, and two external authorizers.
type backends struct {
	app, serverFirst, httpCheck, grpcCheck string

	listeners []net.Listener
}

func startBackends(ca *authority) (*backends, error) {
	leaf, err := ca.leaf(serverPrincipal)
	if err != nil {
		return nil, err
	}
	b := &backends{}
	config := &tls.Config{Certificates: []tls.Certificate{*leaf}}
	each := []struct {
		address *string
		serve   func(net.Conn)
	}{
		{&b.app, func(conn net.Conn) { serveApp(conn, config) }},
		{&b.serverFirst, serveFirst},
		{&b.httpCheck, serveCheck},
	}
	for _, e := range each {
		listener, err := b.listen(e.address)
		if err != nil {
			return nil, err
		}
		go acceptAll(listener, e.serve)
	}
	listener, err := b.listen(&b.grpcCheck)
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(answerGRPCCheck), Protocols: &http.Protocols{}}
	server.Protocols.SetUnencryptedHTTP2(true)
	go func() { _ = server.Serve(listener) }()
	return b, nil
}

func (b *backends) listen(address *string) (net.Listener, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	*address = listener.Addr().String()
	b.listeners = append(b.listeners, listener)
	return listener, nil
}

func (b *backends) close() {
	for _, listener := range b.listeners {
		_ = listener.Close()
	}
}

func acceptAll(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(backendTimeout))
			serve(conn)
		}()
	}
}

// serveApp answers raw bytes, HTTP and TLS on one port, because the same cluster is behind chains of all kinds,
// and a permissive port hands the TLS of the client to the application.
func serveApp(conn net.Conn, config *tls.Config) {
	buffered := &bufferedConn{conn, bufio.NewReader(conn)}
	first, err := buffered.reader.Peek(1)
	if err != nil {
		return
	}
	switch first[0] {
	case tlsRecord:
		inner := tls.Server(buffered, config)
		defer inner.Close()
		serveApp(inner, config)
	case tcpProbe[0]:
		_, _ = io.Copy(conn, buffered)
	default:
		serveOnce(buffered, func(string) string { return allowedReply })
	}
}

func serveFirst(conn net.Conn) {
	_, _ = io.WriteString(conn, banner)
	_, _ = io.Copy(conn, conn)
}

func serveCheck(conn net.Conn) {
	serveOnce(&bufferedConn{conn, bufio.NewReader(conn)}, func(head string) string {
		if strings.Contains(strings.ToLower(head), "\nx-ext-authz: deny\r\n") {
			return checkFailed
		}
		return checkPassed
	})
}

// serveOnce is no net/http server, as that would itself refuse the odd paths which are to be asked.
func serveOnce(conn *bufferedConn, respond func(head string) string) {
	var head strings.Builder
	for {
		line, err := conn.reader.ReadString('\n')
		if err != nil {
			return
		}
		head.WriteString(line)
		if strings.TrimSpace(line) == "" {
			break
		}
	}
	_, _ = io.WriteString(conn, respond(head.String()))
	// Closing with unread bytes would reset the connection and could lose the answer.
	_, _ = io.Copy(io.Discard, conn)
}

// answerGRPCCheck is envoy.service.auth.v3.Authorization/Check; it denies like serveCheck.
func answerGRPCCheck(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.Header().Set("content-type", "application/grpc")
	w.Header().Set("trailer", "grpc-status")
	var message []byte
	// an entry of the map of headers: key and value, each after its tag and length
	if bytes.Contains(body, []byte("\x0a\x0bx-ext-authz\x12\x04deny")) {
		message = []byte{0x0a, 2, 0x08, 7} // status { code: PERMISSION_DENIED }
	}
	_, _ = w.Write(append([]byte{0, 0, 0, 0, byte(len(message))}, message...))
	w.Header().Set("grpc-status", "0")
}

// bufferedConn reads through the buffer which has already seen the first bytes.
type bufferedConn struct {
	net.Conn
	reader *bufio.Reader
}

func (c *bufferedConn) Read(p []byte) (int, error) { return c.reader.Read(p) }

func splitAddress(address string) (string, int) {
	host, port, _ := net.SplitHostPort(address)
	n, _ := strconv.Atoi(port)
	return host, n
}

package main

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
)

const emptyMessage = "\x00\x00\x00\x00\x00"

// The answers that Envoy gives to gRPC clients instead of an HTTP status.
var grpcVerdicts = map[string]string{"7": "403", "16": "401"}

// exchangeHTTP2 speaks HTTP/2 "with prior knowledge" over the connection that is already there, because
// net/http would not speak it over TLS with the mesh's own ALPN.
func exchangeHTTP2(ctx context.Context, conn net.Conn, p *probe, path string, headers [][2]string) string {
	request, err := http2Request(ctx, p, path, headers)
	if err != nil {
		return verdictOf(localError{err})
	}
	transport := &http.Transport{
		Protocols:          &http.Protocols{},
		DisableCompression: true,
		DialContext:        func(context.Context, string, string) (net.Conn, error) { return conn, nil },
	}
	transport.Protocols.SetUnencryptedHTTP2(true)
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		if strings.Contains(err.Error(), "invalid") {
			err = localError{err} // net/http would not send it
		}
		return verdictOf(err)
	}
	defer response.Body.Close()
	if p.Protocol == "grpc" {
		return grpcVerdict(response)
	}
	return httpVerdict(response)
}

func http2Request(ctx context.Context, p *probe, path string, headers [][2]string) (*http.Request, error) {
	if !strings.HasPrefix(path, "/") && path != "*" {
		return nil, errors.New("net/http sends no such path over HTTP/2: " + path)
	}
	var body io.Reader
	if p.Protocol == "grpc" {
		body = strings.NewReader(emptyMessage)
	}
	request, err := http.NewRequestWithContext(ctx, p.Method, "http://oracle.test/", body)
	if err != nil {
		return nil, err
	}
	request.Host = p.Host
	// opaque, so that net/http sends the path as it is
	request.URL = &url.URL{Scheme: "http", Host: p.Host, Opaque: "//" + p.Host + path}
	request.Header = http.Header{}
	if p.Protocol == "grpc" {
		request.Header["Content-Type"] = []string{"application/grpc"}
		request.Header["Te"] = []string{"trailers"}
	}
	for _, header := range headers {
		name := http.CanonicalHeaderKey(header[0])
		request.Header[name] = append(request.Header[name], header[1])
	}
	if request.Header["User-Agent"] == nil {
		request.Header["User-Agent"] = []string{""} // else net/http adds its own
	}
	return request, nil
}

func grpcVerdict(response *http.Response) string {
	status := response.Header.Get("grpc-status")
	if verdict := httpVerdict(response); verdict == allowVerdict || status == "" {
		return verdict
	}
	if verdict, known := grpcVerdicts[status]; known {
		return verdict
	}
	return "grpc-" + status
}

package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
)

// response is an HTTP answer of the API with its body.
type response struct {
	status int
	body   []byte
}

func (s *server) call(method, path string, query url.Values, contentType string, body []byte) (*response, error) {
	request, err := http.NewRequest(method, s.base+path+"?"+query.Encode(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Content-Type", contentType)
	return s.send(request)
}

func (s *server) read(path, accept string) (*response, error) {
	request, err := http.NewRequest(http.MethodGet, s.base+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+s.token)
	request.Header.Set("Accept", accept)
	return s.send(request)
}

func (s *server) send(request *http.Request) (*response, error) {
	answer, err := s.client.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return &response{answer.StatusCode, body}, err
}

// message is the text of a refusal.
func (r *response) message() string {
	var status struct {
		Message string `json:"message"`
	}
	if json.Unmarshal(r.body, &status) != nil || status.Message == "" {
		return string(r.body)
	}
	return status.Message
}

// waitReady also waits for the namespace "default", which comes a moment after readiness.
func (s *server) waitReady() error {
	err := eventually("certificate", func() (bool, error) {
		pem, err := os.ReadFile(s.certificate)
		roots := x509.NewCertPool()
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			return false, err
		}
		s.client = &http.Client{Transport: &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true,
		}}
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, path := range []string{"/readyz", "/api/v1/namespaces/default"} {
		if err := eventually(path, func() (bool, error) { return s.serves(path) }); err != nil {
			return err
		}
	}
	return s.discover()
}

func (s *server) serves(path string) (bool, error) {
	answer, err := s.read(path, "*/*")
	if err != nil {
		return false, err
	}
	if answer.status != http.StatusOK {
		return false, fmt.Errorf("%s: %d %s", path, answer.status, answer.message())
	}
	return true, nil
}

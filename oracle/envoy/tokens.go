package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"time"
)

const keyBits = 2048

type token struct {
	In     string                     `json:"in"`
	Name   string                     `json:"name"`
	Prefix *string                    `json:"prefix"`
	Issuer string                     `json:"issuer"`
	Claims map[string]json.RawMessage `json:"claims"`
	State  string                     `json:"state"`
	// names of claims that it lacks, those included which every token has
	Without []string `json:"without"`
}

// issuers holds one key pair per issuer for the life of the process.
type issuers struct {
	mutex  sync.Mutex
	keys   map[string]*rsa.PrivateKey
	forger *rsa.PrivateKey
}

func newIssuers() *issuers {
	return &issuers{keys: map[string]*rsa.PrivateKey{}}
}

func (s *issuers) key(issuer string) (_ *rsa.PrivateKey, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.keys[issuer] == nil {
		s.keys[issuer], err = rsa.GenerateKey(rand.Reader, keyBits)
	}
	return s.keys[issuer], err
}

func (s *issuers) forgedKey() (_ *rsa.PrivateKey, err error) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.forger == nil {
		s.forger, err = rsa.GenerateKey(rand.Reader, keyBits)
	}
	return s.forger, err
}

func (s *issuers) jwks(issuer string) (string, error) {
	key, err := s.key(issuer)
	if err != nil {
		return "", err
	}
	set, err := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "RSA", "alg": "RS256", "use": "sig", "kid": issuer,
		"n": encode64(key.N.Bytes()), "e": encode64(big.NewInt(int64(key.E)).Bytes()),
	}}})
	return string(set), err
}

func (s *issuers) mint(t *token) (string, error) {
	if t.State == "garbage" {
		return "garbage", nil
	}
	signer := s.key
	if t.State == "forged" {
		signer = func(string) (*rsa.PrivateKey, error) { return s.forgedKey() }
	}
	key, err := signer(t.Issuer)
	if err != nil {
		return "", err
	}
	header, err := json.Marshal(map[string]string{"alg": "RS256", "typ": "JWT", "kid": t.Issuer})
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(t.payload())
	if err != nil {
		return "", err
	}
	signed := encode64(header) + "." + encode64(payload)
	digest := sha256.Sum256([]byte(signed))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, digest[:])
	return signed + "." + encode64(signature), err
}

func (t *token) payload() map[string]any {
	now := time.Now()
	claims := map[string]any{"iss": t.Issuer, "iat": now.Add(-2 * time.Hour).Unix(), "exp": now.Add(time.Hour).Unix()}
	for name, value := range t.Claims {
		claims[name] = value
	}
	if t.State == "expired" {
		claims["exp"] = now.Add(-time.Hour).Unix()
	}
	for _, name := range t.Without {
		delete(claims, name)
	}
	return claims
}

func (t *token) check() error {
	switch t.State {
	case "valid", "expired", "forged", "garbage":
	default:
		return fmt.Errorf("unknown state %q of a token", t.State)
	}
	switch t.In {
	case "header", "query", "cookie":
		return nil
	}
	return fmt.Errorf("unknown place %q of a token", t.In)
}

// carry returns the request's path and headers with the tokens in them.
func (s *issuers) carry(tokens []token, path string, headers [][2]string) (string, [][2]string, error) {
	var cookies []string
	for i := range tokens {
		t := &tokens[i]
		value, err := s.mint(t)
		if err != nil {
			return "", nil, err
		}
		switch t.In {
		case "header":
			headers = append(headers, [2]string{orElse(t.Name, "Authorization"), t.prefix() + value})
		case "query":
			path = addQuery(path, orElse(t.Name, "access_token"), value)
		case "cookie":
			cookies = append(cookies, orElse(t.Name, "token")+"="+value)
		}
	}
	if len(cookies) > 0 {
		headers = append(headers, [2]string{"Cookie", strings.Join(cookies, "; ")})
	}
	return path, headers, nil
}

// A header of one's own has no prefix unless the RequestAuthentication names one.
func (t *token) prefix() string {
	if t.Prefix != nil {
		return *t.Prefix
	}
	if t.Name == "" || strings.EqualFold(t.Name, "Authorization") {
		return "Bearer "
	}
	return ""
}

func addQuery(path, name, value string) string {
	path, fragment, found := strings.Cut(path, "#")
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	path += separator + url.QueryEscape(name) + "=" + value
	if found {
		path += "#" + fragment
	}
	return path
}

func encode64(content []byte) string {
	return base64.RawURLEncoding.EncodeToString(content)
}

func orElse(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

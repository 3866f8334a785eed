package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net/url"
	"strings"
	"sync"
	"time"
)

const (
	serverPrincipal = "cluster.local/ns/oracle/sa/server"
	validity        = 24 * time.Hour
)

// authority is the one trust bundle for all trust domains; which domains are let in is decided by
// the prefix check that istiod writes into the listeners.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	leafKey     *ecdsa.PrivateKey
	bundle      []byte
	server      pemPair

	mutex  sync.Mutex
	leaves map[string]*tls.Certificate
}

type pemPair struct{ certificate, key []byte }

func newAuthority() (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	leafKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := certificateTemplate()
	template.Subject = pkix.Name{CommonName: "oracle"}
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, err
	}
	ca := &authority{certificate: certificate, key: key, leafKey: leafKey, bundle: encodePEM("CERTIFICATE", der), leaves: map[string]*tls.Certificate{}}
	return ca, ca.makeServerPair()
}

func (ca *authority) makeServerPair() error {
	leaf, err := ca.leaf(serverPrincipal)
	if err != nil {
		return err
	}
	key, err := x509.MarshalPKCS8PrivateKey(ca.leafKey)
	if err != nil {
		return err
	}
	ca.server = pemPair{encodePEM("CERTIFICATE", leaf.Certificate[0]), encodePEM("PRIVATE KEY", key)}
	return nil
}

// leaf returns the certificate of a principal such as cluster.local/ns/foo/sa/a. Clients from outside of the mesh have none of
// its identities: dns:NAME stands for a name of a host, subject:NAME for a certificate with nothing but a subject.
func (ca *authority) leaf(principal string) (*tls.Certificate, error) {
	ca.mutex.Lock()
	defer ca.mutex.Unlock()
	if leaf := ca.leaves[principal]; leaf != nil {
		return leaf, nil
	}
	template := certificateTemplate()
	if err := identify(template, principal); err != nil {
		return nil, err
	}
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth}
	der, err := x509.CreateCertificate(rand.Reader, template, ca.certificate, &ca.leafKey.PublicKey, ca.key)
	if err != nil {
		return nil, err
	}
	ca.leaves[principal] = &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: ca.leafKey}
	return ca.leaves[principal], nil
}

func identify(template *x509.Certificate, principal string) error {
	if name, found := strings.CutPrefix(principal, "dns:"); found {
		template.DNSNames = []string{name}
		return nil
	}
	if name, found := strings.CutPrefix(principal, "subject:"); found {
		template.Subject = pkix.Name{CommonName: name}
		return nil
	}
	identity, err := url.Parse("spiffe://" + strings.TrimPrefix(principal, "spiffe://"))
	template.URIs = []*url.URL{identity}
	return err
}

func certificateTemplate() *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(validity),
	}
}

func encodePEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

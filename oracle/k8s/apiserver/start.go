package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"

	"go.etcd.io/etcd/server/v3/embed"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

// server is the running pair with what a client needs to reach it.
type server struct {
	base  string
	token string
	// certificate is the file that kube-apiserver writes once it is about to listen.
	certificate string
	client      *http.Client
	resources   map[groupVersionKind]resource
	store       *embed.Etcd
	ended       chan error
}

func start(dir string) (*server, error) {
	// Before anything else: this makes a signal end kube-apiserver, after which the folder is removed.
	command := app.NewAPIServerCommand()
	store, err := startStore(filepath.Join(dir, "etcd"))
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	token, err := writeCredentials(dir)
	if err != nil {
		return nil, err
	}
	s := &server{
		base:        fmt.Sprintf("https://127.0.0.1:%d", port),
		token:       token,
		certificate: filepath.Join(dir, "apiserver.crt"),
		store:       store,
		ended:       make(chan error, 1),
	}
	command.SetArgs(arguments(dir, store.Config().ListenClientUrls[0].String(), port))
	go func() { s.ended <- command.Execute() }()
	return s, nil
}

func startStore(dir string) (*embed.Etcd, error) {
	config := embed.NewConfig()
	config.Dir = dir
	config.UnsafeNoFsync = true
	config.LogLevel = "error"
	config.LogOutputs = []string{"stderr"}
	client, err := loopback()
	if err != nil {
		return nil, err
	}
	peer, err := loopback()
	if err != nil {
		return nil, err
	}
	config.ListenClientUrls, config.AdvertiseClientUrls = []url.URL{client}, []url.URL{client}
	config.ListenPeerUrls, config.AdvertisePeerUrls = []url.URL{peer}, []url.URL{peer}
	config.InitialCluster = config.InitialClusterFromName(config.Name)
	store, err := embed.StartEtcd(config)
	if err != nil {
		return nil, err
	}
	<-store.Server.ReadyNotify()
	return store, nil
}

func arguments(dir, store string, port int) []string {
	key := filepath.Join(dir, "sa.key")
	return []string{
		"--etcd-servers=" + store,
		"--etcd-compaction-interval=0",
		"--bind-address=127.0.0.1",
		"--advertise-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", port),
		"--cert-dir=" + dir,
		"--token-auth-file=" + filepath.Join(dir, "tokens.csv"),
		"--authorization-mode=AlwaysAllow",
		"--service-cluster-ip-range=10.0.0.0/24",
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-signing-key-file=" + key,
		"--service-account-key-file=" + key,
		// No controller makes the "default" accounts that this plugin wants for Pods.
		"--disable-admission-plugins=ServiceAccount",
		"--enable-priority-and-fairness=false",
		"--endpoint-reconciler-type=none",
		"--profiling=false",
	}
}

func loopback() (url.URL, error) {
	port, err := freePort()
	return url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", port)}, err
}

// freePort is a race in principle, but neither server tells the port it took for 0.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

package main

import (
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	_ "github.com/vmware/govmomi/vapi/cluster/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

type ready struct {
	Host        string `json:"host"`
	Port        int    `json:"port"`
	Thumbprint  string `json:"thumbprint"`
	Certificate string `json:"certificate"`
	Faults      string `json:"faults"`
}

func serve(opts options) (stop func(), err error) {
	password, err := readPassword(opts.passwordFile)
	if err != nil {
		return nil, err
	}
	identity, err := newIdentity(opts.folder)
	if err != nil {
		return nil, err
	}
	model, err := newModel(opts.folder)
	if err != nil {
		return nil, err
	}

	model.Service.TLS = &tls.Config{Certificates: []tls.Certificate{identity.certificate}}
	model.Service.Listen = &url.URL{Host: opts.listen, User: url.UserPassword(opts.username, password)}
	model.Service.RegisterEndpoints = true
	control := newControl(model)
	server := model.Service.NewServer()

	listener, err := net.Listen("tcp", opts.control)
	if err != nil {
		return nil, err
	}
	go func() { _ = http.Serve(listener, control.routes()) }()

	address := server.Listener.Addr().(*net.TCPAddr)
	state := ready{
		Host: address.IP.String(), Port: address.Port,
		Thumbprint: identity.thumbprint, Certificate: identity.file,
		Faults: fmt.Sprintf("http://%s", listener.Addr()),
	}
	return model.Remove, writeReady(opts.readyFile, state)
}

func readPassword(file string) (string, error) {
	content, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("reading the password file: %w", err)
	}
	return strings.TrimRight(string(content), "\n"), nil
}

func writeReady(file string, state ready) error {
	if file == "" {
		return nil
	}
	content, err := json.Marshal(state)
	if err != nil {
		return err
	}
	// Renamed into place, so that nobody ever reads half of it.
	partial := filepath.Join(filepath.Dir(file), ".ready.partial")
	if err := os.WriteFile(partial, content, 0o600); err != nil {
		return err
	}
	return os.Rename(partial, file)
}

func newModel(folder string) (*simulator.Model, error) {
	model := simulator.VPX()
	about := &model.ServiceContent.About
	about.Version, about.ApiVersion, about.InstanceUuid = "8.0.2", "8.0.2.0", uuid.NewString()
	model.Datacenter, model.Cluster, model.Host, model.Machine = 0, 0, 0, 0
	model.Datastore, model.Portgroup, model.Pool = 0, 0, 0
	if err := model.Create(); err != nil {
		return nil, err
	}
	applyDelays(nil)
	model.Map().AddHandler(newCompletion())
	return model, buildInventory(model, folder)
}

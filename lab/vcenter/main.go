// Command vcenter is the lab's vCenter: govmomi's simulator with a fixed inventory, verified TLS,
// checked credentials, and a second listener through which tests break things (see control.go).
package main

import (
	"flag"
	"log"
	"os"
	"os/signal"
	"syscall"
)

type options struct {
	listen       string
	control      string
	username     string
	passwordFile string
	folder       string
	readyFile    string
}

func main() {
	var opts options
	flag.StringVar(&opts.listen, "listen", "127.0.0.1:0", "address of the vSphere API")
	flag.StringVar(&opts.control, "control", "127.0.0.1:0", "address of the fault and counter API")
	flag.StringVar(&opts.username, "username", "administrator@vsphere.local", "the one valid user")
	flag.StringVar(&opts.passwordFile, "password-file", "", "file with that user's password")
	flag.StringVar(&opts.folder, "folder", ".", "where datastores and the certificate are kept")
	flag.StringVar(&opts.readyFile, "ready-file", "", "JSON with the addresses, written when all is up")
	flag.Parse()

	stop, err := serve(opts)
	if err != nil {
		log.Fatal(err)
	}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGINT, syscall.SIGTERM)
	<-ended
	stop()
}

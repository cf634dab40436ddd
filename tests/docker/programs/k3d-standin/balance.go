package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"gopkg.in/yaml.v3"
)

// balance serves the ports that k3d writes into a file, as `6443.tcp: [k3d-NAME-server-0]`, and follows its changes. k3d waits
// for the line about worker processes, which is the original's.
func balance(path string) error {
	var last string
	open := map[string]net.Listener{}
	for ; ; time.Sleep(500 * time.Millisecond) {
		content, err := os.ReadFile(path)
		if err != nil || string(content) == last {
			continue // not there yet, or nothing new
		}
		var wanted struct{ Ports map[string][]string }
		if yaml.Unmarshal(content, &wanted) != nil {
			continue // half written
		}
		last = string(content)
		for _, listener := range open {
			listener.Close()
		}
		clear(open)
		for port, hosts := range wanted.Ports {
			number, protocol, _ := strings.Cut(port, ".")
			if protocol != "tcp" {
				fmt.Println("not served:", port)
				continue
			}
			listener, err := net.Listen("tcp", ":"+number)
			if err != nil {
				fmt.Println(err)
				continue
			}
			open[port] = listener
			go serve(listener, number, hosts)
		}
		fmt.Println("start worker processes")
	}
}

// serve gives each connection to the next host, or to the one after it when that does not answer.
func serve(listener net.Listener, port string, hosts []string) {
	var turn atomic.Uint32
	for {
		client, err := listener.Accept()
		if err != nil {
			return // closed, because the ports have changed
		}
		go func() {
			defer client.Close()
			for range hosts {
				host := hosts[int(turn.Add(1))%len(hosts)]
				server, err := net.DialTimeout("tcp", net.JoinHostPort(host, port), 2*time.Second)
				if err != nil {
					continue
				}
				defer server.Close()
				go func() {
					io.Copy(server, client)
					server.(*net.TCPConn).CloseWrite()
				}()
				io.Copy(client, server)
				return
			}
		}()
	}
}

// Command publish is what dockerd starts for every published port instead of docker-proxy, with the same arguments. The
// Docker for tests has a network namespace of its own, and people publish ports to reach them from the machine: so this
// listens in the machine's namespace, and in Docker's own too, where `docker push localhost:PORT` looks for it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// What dockerd is told, on descriptor 3: 0 when the port is published, else 1 and why it is not.
var answer = os.NewFile(3, "dockerd")

func main() {
	proto := flag.String("proto", "tcp", "")
	hostIP := flag.String("host-ip", "", "")
	hostPort := flag.Int("host-port", 0, "")
	containerIP := flag.String("container-ip", "", "")
	containerPort := flag.Int("container-port", 0, "")
	machine := flag.String("machine", os.Getenv("SINDRI_DOCKER_MACHINE"), "the machine's network namespace")
	flag.Bool("use-listen-fd", false, "newer versions of dockerd listen themselves, in Docker's namespace, and hand the socket on as descriptor 4")
	flag.Parse()
	listeners, err := listen(*proto, *machine, net.JoinHostPort(*hostIP, strconv.Itoa(*hostPort)))
	if err != nil {
		fmt.Fprintf(answer, "1\n%v", err)
		answer.Close()
		os.Exit(1)
	}
	target := net.JoinHostPort(*containerIP, strconv.Itoa(*containerPort))
	for _, listener := range listeners {
		go serve(listener, target)
	}
	fmt.Fprint(answer, "0\n")
	answer.Close()
	end := make(chan os.Signal, 1)
	signal.Notify(end, os.Interrupt, syscall.SIGTERM)
	<-end
}

// listen takes the address in the machine's namespace, where it must be free, and in Docker's own where that is possible:
// an address of the machine's network card, for one, is only outside.
func listen(proto, machine, address string) ([]net.Listener, error) {
	if proto != "tcp" {
		return nil, fmt.Errorf("publishing %s ports is not supported by the Docker for tests", proto)
	}
	network := "tcp4"
	if strings.Contains(address, "[") {
		network = "tcp6"
	}
	outside, err := listenIn(machine, network, address)
	if err != nil {
		return nil, err
	}
	listeners := []net.Listener{outside}
	inside, err := listenInside(network, address)
	switch {
	case err == nil:
		listeners = append(listeners, inside)
	case !errors.Is(err, syscall.EADDRNOTAVAIL):
		return nil, err
	}
	return listeners, nil
}

func listenInside(network, address string) (net.Listener, error) {
	if flag.Lookup("use-listen-fd").Value.String() == "true" {
		return net.FileListener(os.NewFile(4, "listener"))
	}
	return net.Listen(network, address)
}

// listenIn makes a socket in another namespace; it stays there when the thread is back.
func listenIn(namespace, network, address string) (net.Listener, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	own, err := os.Open("/proc/thread-self/ns/net")
	if err != nil {
		return nil, err
	}
	defer own.Close()
	other, err := os.Open(namespace)
	if err != nil {
		return nil, fmt.Errorf("no network namespace of the machine: %w", err)
	}
	defer other.Close()
	if err := unix.Setns(int(other.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("entering the machine's network namespace: %w", err)
	}
	listener, listenErr := net.Listen(network, address)
	if err := unix.Setns(int(own.Fd()), unix.CLONE_NEWNET); err != nil {
		return nil, fmt.Errorf("returning to Docker's network namespace: %w", err)
	}
	return listener, listenErr
}

func serve(listener net.Listener, target string) {
	for {
		client, err := listener.Accept()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		go carry(client.(*net.TCPConn), target)
	}
}

// carry copies both ways; the end of one direction is handed on, and the other goes on.
func carry(client *net.TCPConn, target string) {
	defer client.Close()
	connection, err := net.Dial("tcp", target)
	if err != nil {
		return // the client sees its connection end, as with docker-proxy
	}
	server := connection.(*net.TCPConn)
	defer server.Close()
	done := make(chan struct{}, 2)
	copyTo := func(to, from *net.TCPConn) {
		io.Copy(to, from)
		to.CloseWrite()
		from.CloseRead()
		done <- struct{}{}
	}
	go copyTo(server, client)
	go copyTo(client, server)
	<-done
	<-done
}

// Command k3d-standin stands in for the two programs that k3d runs in containers beside the cluster: the tools that hand
// images on, and the load balancer in front of the servers (TCP only). It was written against what k3d asks of them.
package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	arguments := os.Args[1:]
	var err error
	switch {
	case len(arguments) > 0 && arguments[0] == "noop":
		fmt.Println("waiting until it is removed")
		for { // not an empty select: "all goroutines are asleep"
			time.Sleep(12 * time.Hour)
		}
	case len(arguments) > 3 && arguments[0] == "save-image" && arguments[1] == "-d":
		err = saveImages(arguments[2], arguments[3:])
	case len(arguments) == 1 && arguments[0] == "proxy":
		err = balance("/etc/confd/values.yaml")
	default:
		err = fmt.Errorf("usage: noop | save-image -d FILE IMAGE... | proxy")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "k3d-standin:", err)
		os.Exit(1)
	}
}

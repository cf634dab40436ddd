// Command registry-referrers is an OCI registry that keeps everything in a folder and answers the
// referrers API. It is the counterpart of Debian's docker-registry, which does not know that API:
// signatures have to be found on both kinds.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/olareg/olareg"
	"github.com/olareg/olareg/config"
)

func main() {
	address := flag.String("address", ":5001", "where to listen")
	folder := flag.String("folder", "", "where to keep repositories, each as an OCI layout")
	pageBytes := flag.Int64("page-bytes", 16<<10, "size at which a list of referrers continues on another page")
	flag.Parse()
	if *folder == "" || flag.NArg() != 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := serve(*address, *folder, *pageBytes); err != nil {
		fmt.Fprintln(os.Stderr, "registry-referrers:", err)
		os.Exit(1)
	}
}

func serve(address, folder string, pageBytes int64) error {
	yes, no := true, false
	registry := olareg.New(config.Config{
		Storage: config.ConfigStorage{
			StoreType: config.StoreDir,
			RootDir:   folder,
			// A test that deletes something wants to see exactly that gone and nothing else:
			// no collection by the clock, and an untagged manifest stays.
			GC: config.ConfigGC{Frequency: -1, Untagged: &no, EmptyRepo: &no},
		},
		API: config.ConfigAPI{
			DeleteEnabled: &yes,
			Blob:          config.ConfigAPIBlob{DeleteEnabled: &yes},
			// The specification's 4 MiB would take thousands of signatures to fill. With small pages
			// some twenty referrers are enough to see whether a client asks for the second one.
			Referrer: config.ConfigAPIReferrer{Limit: pageBytes},
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelInfo})),
	})
	server := &http.Server{Addr: address, Handler: conforming(registry), ReadHeaderTimeout: 10 * time.Second}
	stop, cancel := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- server.ListenAndServe() }()
	var err error
	select {
	case err = <-ended:
	case <-stop.Done():
		err = server.Shutdown(context.Background())
	}
	return errors.Join(err, registry.Close())
}

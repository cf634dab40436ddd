// Command crictl is the part of crictl that kind asks for: `inspecti IMAGE` and `images`. It is not the whole program because
// that would raise the pins, and all that is compiled for the bed already would be compiled again.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const socket = "unix:///run/containerd/containerd.sock"

func main() {
	arguments := os.Args[1:]
	var err error
	switch {
	case len(arguments) == 2 && arguments[0] == "inspecti":
		err = inspect(arguments[1])
	case len(arguments) == 1 && arguments[0] == "images":
		err = list()
	default:
		err = fmt.Errorf("this crictl knows `inspecti IMAGE` and `images` only, not `%s`", strings.Join(arguments, " "))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "crictl:", err)
		os.Exit(1)
	}
}

// ask opens the runtime's image service for one question.
func ask(question func(context.Context, runtime.ImageServiceClient) error) error {
	connection, err := grpc.NewClient(socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	return question(ctx, runtime.NewImageServiceClient(connection))
}

// inspect prints {"status": {"id": …, "repoTags": […], "repoDigests": […], "size": …}}.
func inspect(image string) error {
	return ask(func(ctx context.Context, images runtime.ImageServiceClient) error {
		answer, err := images.ImageStatus(ctx, &runtime.ImageStatusRequest{Image: &runtime.ImageSpec{Image: image}})
		if err != nil {
			return err
		}
		found := answer.GetImage()
		if found == nil {
			return fmt.Errorf("no such image %q present", image)
		}
		status := map[string]any{"id": found.Id, "repoTags": found.RepoTags, "repoDigests": found.RepoDigests, "size": fmt.Sprint(found.Size)}
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{"status": status})
	})
}

func list() error {
	return ask(func(ctx context.Context, images runtime.ImageServiceClient) error {
		answer, err := images.ListImages(ctx, &runtime.ListImagesRequest{})
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(table, "IMAGE\tIMAGE ID\tSIZE")
		for _, image := range answer.Images {
			fmt.Fprintf(table, "%s\t%s\t%d\n", strings.Join(image.RepoTags, ","), image.Id, image.Size)
		}
		return table.Flush()
	})
}

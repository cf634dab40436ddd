package main

import (
	"bytes"
	"net/http"
	"regexp"
	"strconv"
)

var referrersPath = regexp.MustCompile(`^/v2/.+/referrers/[^/]+$`)

// conforming mends two things in which the registry's answers about referrers differ from the
// distribution specification: an empty list is `null` where an array has to be, and a filtered list
// that was answered before comes back without the header that says so.
func conforming(registry http.Handler) http.Handler {
	return http.HandlerFunc(func(writer http.ResponseWriter, request *http.Request) {
		if request.Method != http.MethodGet || !referrersPath.MatchString(request.URL.Path) {
			registry.ServeHTTP(writer, request)
			return
		}
		answer := answer{ResponseWriter: writer, status: http.StatusOK}
		registry.ServeHTTP(&answer, request)
		body := bytes.Replace(answer.body.Bytes(), []byte(`"manifests":null`), []byte(`"manifests":[]`), 1)
		if answer.status == http.StatusOK && request.URL.Query().Get("artifactType") != "" {
			writer.Header().Set("OCI-Filters-Applied", "artifactType")
		}
		writer.Header().Set("Content-Length", strconv.Itoa(len(body)))
		writer.WriteHeader(answer.status)
		_, _ = writer.Write(body) // a client that has gone away needs no answer
	})
}

// answer holds back what a handler says; headers go through, for they are not sent before the status.
type answer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (a *answer) WriteHeader(status int)         { a.status = status }
func (a *answer) Write(data []byte) (int, error) { return a.body.Write(data) }

// Package verdict gives both programs the same form of answer, so that their answers can be compared.
package verdict

import (
	"errors"
	"net/http"
	"runtime/debug"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"oracle/lines"
)

// Stored is the reply for an accepted object.
func Stored(status int, object map[string]any) lines.Reply {
	return lines.Reply{"status": status, "message": "", "object": withoutClock(object)}
}

// Refused is the reply for a refusal; errors that are no answer of the API stay errors.
func Refused(err error) (lines.Reply, error) {
	var refusal apierrors.APIStatus
	if !errors.As(err, &refusal) {
		return nil, err
	}
	status := refusal.Status()
	return lines.Reply{"status": int(status.Code), "message": status.Message}, nil
}

// NotServed is the reply for a kind that the server has no path for.
func NotServed(apiVersion, kind string) lines.Reply {
	return lines.Reply{
		"status":  http.StatusNotFound,
		"message": "no matches for kind \"" + kind + "\" in version \"" + apiVersion + "\"",
	}
}

// withoutClock drops what differs from run to run, so that recorded replies stay the same.
func withoutClock(object map[string]any) map[string]any {
	for _, field := range []string{"creationTimestamp", "uid", "resourceVersion", "managedFields"} {
		unstructured.RemoveNestedField(object, "metadata", field)
	}
	return object
}

// Module is the version of a module that is linked in.
func Module(path string) string {
	info, _ := debug.ReadBuildInfo()
	for _, dependency := range info.Deps {
		if dependency.Path == path {
			return dependency.Version
		}
	}
	return "unknown"
}

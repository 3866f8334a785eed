package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"

	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/manifests"
	"istio.io/istio/pkg/config/crd"
	"istio.io/istio/pkg/config/schema/collections"
	"istio.io/istio/pkg/webhooks/validation/server"
)

const crdFile = "charts/base/files/crd-all.gen.yaml"

func validate(req *request) (reply, error) {
	object := &unstructured.Unstructured{}
	if err := object.UnmarshalJSON(req.Object); err != nil {
		return nil, err
	}
	if group := object.GroupVersionKind().Group; !strings.HasSuffix(group, ".istio.io") {
		return nil, fmt.Errorf("group %q: only kinds of Istio's own CRDs pass Istio's webhook", group)
	}
	webhook, err := askWebhook(object, req.Object)
	if err != nil {
		return nil, err
	}
	crd, err := checkCRD(object)
	if err != nil {
		return nil, err
	}
	return reply{"webhook": webhook, "crd": crd}, nil
}

var webhookMux = sync.OnceValues(func() (*http.ServeMux, error) {
	mux := http.NewServeMux()
	_, err := server.New(server.Options{Schemas: collections.PilotGatewayAPI(), DomainSuffix: domainSuffix, Mux: mux})
	return mux, err
})

func askWebhook(object *unstructured.Unstructured, raw []byte) (reply, error) {
	mux, err := webhookMux()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(review(object, raw))
	if err != nil {
		return nil, err
	}
	httpRequest := httptest.NewRequest(http.MethodPost, "/validate", bytes.NewReader(body))
	httpRequest.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, httpRequest)

	var answer admissionv1.AdmissionReview
	if err := json.Unmarshal(recorder.Body.Bytes(), &answer); err != nil || answer.Response == nil {
		return nil, fmt.Errorf("webhook answered %d: %s", recorder.Code, recorder.Body)
	}
	message := ""
	if answer.Response.Result != nil {
		message = answer.Response.Result.Message
	}
	warnings := append([]string{}, answer.Response.Warnings...)
	return reply{"allowed": answer.Response.Allowed, "message": message, "warnings": warnings}, nil
}

func review(object *unstructured.Unstructured, raw []byte) *admissionv1.AdmissionReview {
	gvk := object.GroupVersionKind()
	return &admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID:       "oracle",
			Kind:      metav1.GroupVersionKind{Group: gvk.Group, Version: gvk.Version, Kind: gvk.Kind},
			Name:      object.GetName(),
			Namespace: object.GetNamespace(),
			Operation: admissionv1.Create,
			Object:    runtime.RawExtension{Raw: raw},
		},
	}
}

// The validator reads files only.
var crdValidator = sync.OnceValues(func() (*crd.Validator, error) {
	definitions, err := manifests.FS.ReadFile(crdFile)
	if err != nil {
		return nil, err
	}
	file, err := os.CreateTemp("", "istio-crds-*.yaml")
	if err != nil {
		return nil, err
	}
	defer os.Remove(file.Name())
	defer file.Close()
	if _, err := file.Write(definitions); err != nil {
		return nil, err
	}
	return crd.NewValidatorFromFilesWithOptions([]string{file.Name()}, crd.WithoutCRDValidation())
})

func checkCRD(object *unstructured.Unstructured) (reply, error) {
	validator, err := crdValidator()
	if err != nil {
		return nil, err
	}
	// The validator writes defaults into what it is given.
	if err := validator.ValidateCustomResource(object.DeepCopy()); err != nil {
		return reply{"valid": false, "errors": []string{err.Error()}}, nil
	}
	return reply{"valid": true, "errors": []string{}}, nil
}

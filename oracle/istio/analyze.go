package main

import (
	"bytes"
	"fmt"

	"istio.io/istio/pkg/config/analysis/analyzers"
	"istio.io/istio/pkg/config/analysis/diag"
	"istio.io/istio/pkg/config/analysis/local"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/resource"
)

func analyze(req *request) (reply, error) {
	var documents bytes.Buffer
	for _, object := range req.Objects {
		fmt.Fprintf(&documents, "%s\n---\n", object)
	}
	analyzer := local.NewIstiodAnalyzer(analyzers.AllCombined(), "", resource.Namespace(constants.IstioSystemNamespace), nil)
	// The ordinary reader drops pods, namespaces and services, and with them every analyzer that needs
	// these; whichever reader comes first decides for both.
	source := local.ReaderSource{Name: "objects", Reader: &documents}
	if err := analyzer.AddTestReaderKubeSource([]local.ReaderSource{source}); err != nil {
		return nil, err
	}
	if err := analyzer.AddDefaultResources(); err != nil {
		return nil, err
	}
	stop := make(chan struct{})
	defer close(stop)
	result, err := analyzer.Analyze(stop)
	if err != nil {
		return nil, err
	}
	messages := []reply{}
	for _, message := range result.Messages {
		messages = append(messages, describe(message))
	}
	return reply{"messages": messages, "skipped": append([]string{}, result.SkippedAnalyzers...)}, nil
}

func describe(message diag.Message) reply {
	object := ""
	if message.Resource != nil {
		object = message.Resource.Origin.FriendlyName()
	}
	return reply{
		"code":   message.Type.Code(),
		"level":  message.Type.Level().String(),
		"object": object,
		"text":   fmt.Sprintf(message.Type.Template(), message.Parameters...),
	}
}

package main

// Helpers for decoded JSON: Envoy's Go types would bring in a large module for the few fields that are touched here.

// walk visits every object, the outer before the inner ones.
func walk(value any, visit func(object)) {
	switch node := value.(type) {
	case object:
		visit(node)
		for _, inner := range node {
			walk(inner, visit)
		}
	case []object:
		for _, inner := range node {
			walk(inner, visit)
		}
	case []any:
		for _, inner := range node {
			walk(inner, visit)
		}
	}
}

func child(node object, keys ...string) object {
	for _, key := range keys {
		node, _ = node[key].(object)
	}
	return node
}

func list(value any) []any {
	values, _ := value.([]any)
	return values
}

func objects(value any) (found []object) {
	for _, each := range list(value) {
		if node, ok := each.(object); ok {
			found = append(found, node)
		}
	}
	return found
}

func without(value any, unwanted func(object) bool) []any {
	kept := []any{}
	for _, each := range list(value) {
		if node, ok := each.(object); !ok || !unwanted(node) {
			kept = append(kept, each)
		}
	}
	return kept
}

func text(value any) string {
	words, _ := value.(string)
	return words
}

func number(value any) int {
	n, _ := value.(float64)
	return int(n)
}

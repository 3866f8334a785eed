// Package stdio keeps the reply stream clean. Istio packages log to os.Stdout while they are being
// initialised; Go initialises packages in order of import path, so this one, which needs nothing but
// os, runs before every istio.io package.
package stdio

import "os"

// Replies is the real stdout; everybody else gets stderr under the name os.Stdout.
var Replies = os.Stdout

func init() { os.Stdout = os.Stderr }

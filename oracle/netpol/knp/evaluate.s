// Empty on purpose: a package may declare functions without bodies only if it has a file of assembly.

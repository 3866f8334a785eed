/** A Namespace with labels. */
export function namespace(name: string, labels: string): string {
  return `---\n{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: ${labels}}}\n`;
}

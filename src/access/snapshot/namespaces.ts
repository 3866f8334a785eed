import { Labels, Manifest } from '../objects';
import { labels } from './fields';

const NAME_LABEL = 'kubernetes.io/metadata.name';

/** All namespaces that exist or that some object lies in, with the label of their name, which every API server sets. */
export function namespacesOf(manifests: readonly Manifest[], also: Iterable<string> = []): ReadonlyMap<string, Labels> {
  const found = new Map<string, Labels>();
  for (const { object } of manifests) {
    if (object.kind === 'Namespace' && object.apiVersion === 'v1') {
      found.set(object.metadata.name, { ...labels(object.metadata.labels), [NAME_LABEL]: object.metadata.name });
    }
  }
  const imply = (name: string | undefined) => {
    if (name !== undefined && !found.has(name)) {
      found.set(name, { [NAME_LABEL]: name });
    }
  };
  manifests.forEach(({ object }) => imply(object.metadata.namespace));
  [...also].forEach(imply);
  return found;
}

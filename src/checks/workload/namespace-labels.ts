import { Labels } from '../../access/objects';

export const INJECTION = 'istio-injection';
export const REVISION = 'istio.io/rev';
export const DATA_PLANE_MODE = 'istio.io/dataplane-mode';

/** Whether new pods of a namespace get a sidecar, as far as its own labels say. */
export function injects(labels: Labels): boolean {
  return labels[DATA_PLANE_MODE] !== 'ambient' && (labels[INJECTION] === undefined ? labels[REVISION] !== undefined : labels[INJECTION] === 'enabled');
}

/** The labels that bring pods of a namespace into the mesh, each in its own way; all others are void where injection is refused. */
export function meshLabels(labels: Labels): string[] {
  const injection = labels[INJECTION];
  const others = injection === undefined || injection === 'enabled' ? [REVISION, DATA_PLANE_MODE] : [];
  return [INJECTION, ...others].filter((name) => labels[name] !== undefined).map((name) => `${name}=${labels[name]}`);
}

import { meshed, service } from '../found';

/** A Deployment of the mesh with the label `app: web`, and Services for its pods, each with its ports. */
export function deployed(...ports: readonly string[]): string {
  const web = '---\n{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}, spec: {template: {metadata: {labels: {app: web}}}}}\n';
  return meshed('shop') + web + ports.map((port, i) => service('shop', 'web', port).replace('{name: web,', `{name: web-${i},`)).join('');
}

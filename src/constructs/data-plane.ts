/**
 * How the traffic of a mesh reaches its proxies.
 */
export enum DataPlane {
  /** Every pod has an Envoy proxy beside it, put there by injection. */
  SIDECAR = 'sidecar',
}

import { Assumption, Grant } from './grant';

/** The environment variable that names a file to write the recorded grants to at synth. @internal */
export const GRANTS_FILE_VARIABLE = 'CDK8S_ZERO_TRUST_GRANTS_FILE';

/** @internal */
export const GRANTS_FILE_FORMAT = 'zt-grants/1';

/** A grant with everything in words. @internal */
export interface WrittenGrant extends Omit<Grant, 'ports' | 'routes' | 'issuers' | 'claims'> {
  readonly ports: string[];
  readonly routes: string[];
  readonly issuers: string[];
  readonly claims: string[];
}

/** The recorded grants of one cluster. @internal */
export interface ClusterGrants {
  /** The construct path of the cluster; empty for the app. */
  readonly cluster: string;
  readonly grants: WrittenGrant[];
  readonly assumptions: Assumption[];
  /** What the proof of the cluster rests on, and what was accepted by name; apps with an older library say nothing. */
  readonly proof?: { readonly assumptions: string[]; readonly accepted: string[] };
}

/** What a grants file holds. @internal */
export interface GrantsFile {
  readonly format: string;
  readonly clusters: ClusterGrants[];
}

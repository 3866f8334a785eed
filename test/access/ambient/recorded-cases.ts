import * as fs from 'node:fs';
import * as path from 'node:path';
import { Manifest } from '../../../src/access/objects';

/* eslint-disable @typescript-eslint/no-require-imports */
const { casesOf } = require('../../../oracle/lib/cases');
const { policyObjects } = require('../../../oracle/lib/policy-case');
/* eslint-enable @typescript-eslint/no-require-imports */

/** What istiod sent for one case of oracle/cases/ambient, and to which workload it bound it. */
export interface RecordedCase {
  readonly id: string;
  readonly mesh: Record<string, string>;
  readonly manifests: readonly Manifest[];
  readonly expected: { readonly policies: readonly object[]; readonly bound: Readonly<Record<string, readonly string[]>> };
}

/** The workloads of every case, as oracle/suites/ambient.js makes them. */
export const WORKLOADS = [
  { namespace: 'foo', name: 'w', labels: { app: 'w' } },
  { namespace: 'foo', name: 'v', labels: { app: 'v' } },
  { namespace: 'bar', name: 'w', labels: { app: 'w' } },
];

/** All cases of the ambient oracle with what the engine said. */
export function recordedCases(): RecordedCase[] {
  const { verdicts } = JSON.parse(fs.readFileSync(path.join(__dirname, '..', '..', 'conformance', 'ambient.json'), 'utf8'));
  return casesOf('ambient').map((one: { id: string; common: { mesh?: object }; mesh?: object }) => ({
    id: one.id,
    mesh: { ...one.common.mesh, ...one.mesh },
    manifests: policyObjects(one, { namespace: 'foo', name: 'w' }).map((object: Manifest['object']) => ({ object, origin: {} })),
    expected: verdicts[one.id],
  }));
}

import { AccessMap } from '../access/map/access-map';
import { Workload } from '../access/workload';

/** The version of the form. */
export const ACCESS_FORMAT = 'zt-access/1';

/** The whole map for other programs: one edge on a line. */
export function accessJson({ edges, groups, notes }: AccessMap, workloads: readonly Workload[]): string {
  const lists = [
    ['workloads', workloads.map(({ id, namespace, name, kind, mode, serviceAccount }) => ({ id, namespace, name, kind, mode, serviceAccount }))],
    ['edges', edges],
    ...(groups.length === 0 ? [] : [['groups', groups] as const]),
    ...(notes.length === 0 ? [] : [['notes', notes] as const]),
  ] as const;
  const body = lists.map(([name, items]) => `  "${name}": [${items.length === 0 ? '' : `\n    ${items.map((item) => JSON.stringify(item)).join(',\n    ')}\n  `}]`);
  return `{\n  "format": "${ACCESS_FORMAT}",\n${body.join(',\n')}\n}`;
}

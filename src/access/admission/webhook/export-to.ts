import { Opinion } from './opinion';
import { isLabel } from './texts';

/** What may be said besides. */
export interface ExportRules {
  /** `~` is allowed */
  readonly toNobody?: boolean;
  /** the own namespace alone is allowed */
  readonly ownOnly?: boolean;
}

/** Checks who may see an object. */
export function checkExportTo(namespace: string, exportTo: readonly string[], opinion: Opinion, rules: ExportRules = {}): void {
  const seen = new Set<string>();
  for (const entry of exportTo) {
    const key = entry === '.' ? namespace : entry;
    if (seen.has(key)) {
      opinion.error(key === entry ? `duplicate entries in exportTo for entry ${entry}` : `duplicate entries in exportTo: . and current namespace ${namespace}`);
    } else if ((rules.toNobody === true && entry === '~') || visibilityProblem(key) === undefined) {
      seen.add(key);
    } else {
      opinion.errorIf(visibilityProblem(key));
    }
  }
  if (rules.ownOnly === true && seen.size > 0) {
    checkOwnOnly(namespace, seen, opinion);
  }
  if (seen.has('*') && exportTo.length > 1) {
    opinion.error('cannot have both public (*) and non-public exportTo values for a resource');
  }
  if (seen.has('~') && exportTo.length > 1) {
    opinion.error('cannot export service entry to no one (~) and someone');
  }
}

function checkOwnOnly(namespace: string, seen: ReadonlySet<string>, opinion: Opinion): void {
  if (!seen.has(namespace)) {
    opinion.error('destination rule with workload selector cannot have exportTo beyond current namespace');
  } else if (seen.size > 1) {
    opinion.error('destination rule with workload selector cannot have multiple entries in exportTo');
  }
}

function visibilityProblem(entry: string): string | undefined {
  if (entry === '~') {
    return 'exportTo ~ (none) is not allowed for Istio configuration objects';
  }
  return entry === '.' || entry === '*' || isLabel(entry) ? undefined : 'only .,*, or a valid DNS 1123 label is allowed as exportTo entry';
}

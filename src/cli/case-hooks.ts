import { CaseHooks } from '../access/cases/run-case';

/** What cases ask of the checks. */
export const caseHooks: CaseHooks = {
  analysis: () => [],
  needsMtls: () => undefined,
};

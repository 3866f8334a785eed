import { runAccessCase } from './access-case';
import { Case, CaseResult } from './case-file';
import { runConnectivityCase } from './connectivity-case';
import { runChangesCase, runConnectionsCase, runMatrixCase } from './network-cases';
import {
  runAttachmentCase, runEffectiveMtlsCase, runFactCase, runPathCase, runStringCase, runTrustDomainCase, runZtunnelMatchCase,
  runZtunnelTranslationCase,
} from './small-cases';
import { Analysis, runValidityCase } from './validity-case';

/** What is known in another room than this one. */
export interface CaseHooks {
  readonly analysis: Analysis;
  readonly needsMtls: (one: Case, object: string) => boolean | undefined;
}

/** Answers one case. A kind without verdicts is skipped; a case that cannot be answered disagrees, and says why. */
export function runCase(one: Case, hooks: CaseHooks): CaseResult {
  try {
    return answer(one, hooks);
  } catch (error) {
    return { name: one.name, kind: one.kind, agree: 0, disagree: 1, skipped: 0, problem: (error as Error).message };
  }
}

function answer(one: Case, hooks: CaseHooks): CaseResult {
  switch (one.kind) {
    case 'access': return runAccessCase(one);
    case 'np-matrix': return runMatrixCase(one);
    case 'connlist': return runConnectionsCase(one);
    case 'connlist-diff': return runChangesCase(one);
    case 'connectivity': return runConnectivityCase(one);
    case 'validity': return runValidityCase(one, hooks.analysis);
    case 'path-normalization': return runPathCase(one);
    case 'trust-domain': return runTrustDomainCase(one);
    case 'attachment': return runAttachmentCase(one);
    case 'effective-mtls': return runEffectiveMtlsCase(one);
    case 'fact-table': return runFactCase(one, hooks.needsMtls);
    case 'string-match': return runStringCase(one);
    case 'ztunnel-match': return runZtunnelMatchCase(one);
    case 'ztunnel-translation': return runZtunnelTranslationCase(one);
    case 'manifests': return { name: one.name, kind: one.kind, agree: 0, disagree: 0, skipped: 1 };
    default: return {
      name: one.name,
      kind: one.kind,
      agree: 0,
      disagree: 1,
      skipped: 0,
      problem: `there is no kind ${one.kind} in this version`,
    };
  }
}

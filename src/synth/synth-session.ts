import { IConstruct } from 'constructs';
import { oncePerSynth, setSynthToken } from '../values/synth-token';

const CHECKS = Symbol.for('cdk8s-zero-trust.tree-checks');

/** Looks at the whole tree and returns one message per fault. @internal */
export type TreeCheck = (root: IConstruct) => string[];

/**
 * Hangs a check on the root of the construct tree so that it runs once per synth.
 *
 * Reading every object once per chart would cost more than the synth itself. So `synth` and `synthYaml` of this one app instance are
 * wrapped to mark the call: within it a check runs once, without it (`Testing.synth`) always.
 *
 * @internal
 */
export function addTreeCheck(scope: IConstruct, id: string, check: TreeCheck): void {
  checksOf(scope.node.root).set(id, check);
}

function checksOf(root: IConstruct): Map<string, TreeCheck> {
  const holder = root as unknown as Record<symbol, Map<string, TreeCheck> | undefined>;
  const known = holder[CHECKS];
  if (known !== undefined) {
    return known;
  }
  const checks = new Map<string, TreeCheck>();
  Object.defineProperty(root, CHECKS, { value: checks });
  wrap(root, 'synth');
  wrap(root, 'synthYaml');
  root.node.addValidation({ validate: oncePerSynth(() => root, () => [...checks].flatMap(([id, check]) => guarded(id, check, root))) });
  return checks;
}

function wrap(root: IConstruct, method: 'synth' | 'synthYaml'): void {
  const app = root as unknown as Record<string, unknown>;
  const original = app[method];
  if (typeof original !== 'function') {
    return;
  }
  app[method] = (...args: unknown[]) => {
    setSynthToken(root, {});
    try {
      return original.apply(root, args);
    } finally {
      setSynthToken(root, undefined);
    }
  };
}

/** A validation that throws would hide the messages of all others. */
function guarded(id: string, check: TreeCheck, root: IConstruct): string[] {
  try {
    return check(root);
  } catch (error) {
    return [`the check ${id} could not read the app: ${(error as Error).message}`];
  }
}

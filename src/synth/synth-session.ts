import { IConstruct } from 'constructs';

const STATE = Symbol.for('cdk8s-zero-trust.synth-session');

/** Looks at the whole tree and returns one message per fault. @internal */
export type TreeCheck = (root: IConstruct) => string[];

interface State {
  readonly checks: Map<string, TreeCheck>;
  /** A token per `app.synth()`; undefined outside of it, for example in `Testing.synth()`. */
  session?: object;
  done?: { readonly session: object; readonly messages: string[] };
}

/**
 * Hangs a check on the root of the construct tree so that it runs once per synth.
 *
 * cdk8s validates the whole app once per chart and once more, and reading every object each time would cost more than the synth itself. So
 * `synth` and `synthYaml` of this one app instance are wrapped to set a session token: within a session a check runs once, without one
 * (`Testing.synth`) always.
 *
 * @internal
 */
export function addTreeCheck(scope: IConstruct, id: string, check: TreeCheck): void {
  stateOf(scope.node.root).checks.set(id, check);
}

/**
 * Reads something of the finished app once per synth; outside of `app.synth()` each time, because the app may still change.
 *
 * @internal
 */
export function memoPerSynth<T>(scope: IConstruct, read: () => T): () => T {
  let known: { readonly session: object; readonly value: T } | undefined;
  return () => {
    const session = stateOf(scope.node.root).session;
    if (session === undefined) {
      return read();
    }
    if (known?.session !== session) {
      known = { session, value: read() };
    }
    return known.value;
  };
}

function stateOf(root: IConstruct): State {
  const holder = root as unknown as Record<symbol, State | undefined>;
  const known = holder[STATE];
  if (known !== undefined) {
    return known;
  }
  const state: State = { checks: new Map() };
  Object.defineProperty(root, STATE, { value: state });
  wrap(root, 'synth', state);
  wrap(root, 'synthYaml', state);
  root.node.addValidation({ validate: () => runOnce(root, state) });
  return state;
}

function wrap(root: IConstruct, method: 'synth' | 'synthYaml', state: State): void {
  const app = root as unknown as Record<string, unknown>;
  const original = app[method];
  if (typeof original !== 'function') {
    return;
  }
  app[method] = (...args: unknown[]) => {
    state.session = {};
    try {
      return original.apply(root, args);
    } finally {
      state.session = undefined;
    }
  };
}

function runOnce(root: IConstruct, state: State): string[] {
  if (state.session !== undefined && state.done?.session === state.session) {
    return state.done.messages;
  }
  const messages = [...state.checks].flatMap(([id, check]) => guarded(id, check, root));
  if (state.session !== undefined) {
    state.done = { session: state.session, messages };
  }
  return messages;
}

/** A validation that throws would hide the messages of all others. */
function guarded(id: string, check: TreeCheck, root: IConstruct): string[] {
  try {
    return check(root);
  } catch (error) {
    return [`the check ${id} could not read the app: ${(error as Error).message}`];
  }
}

/**
 * Marks one call of `app.synth()` on the root of a construct tree. cdk8s validates the whole app once per chart and once more; within one
 * call nothing changes, so whatever is derived from the finished app is derived once.
 *
 * @internal
 */
const SYNTH_TOKEN = Symbol.for('cdk8s-zero-trust.synth-token');

/** The running synth of a tree; undefined outside of one, for example in `Testing.synth()`. @internal */
export function synthToken(root: object): object | undefined {
  return (root as Record<symbol, object | undefined>)[SYNTH_TOKEN];
}

/** Starts a synth of a tree, or ends it. @internal */
export function setSynthToken(root: object, token: object | undefined): void {
  (root as Record<symbol, object | undefined>)[SYNTH_TOKEN] = token;
}

/**
 * Reads something of the finished app once per synth; outside of one each time, because the app may still change.
 *
 * @internal
 */
export function oncePerSynth<T>(root: () => object, read: () => T): () => T {
  let known: { readonly token: object; readonly value: T } | undefined;
  return () => {
    const token = synthToken(root());
    if (token === undefined) {
      return read();
    }
    if (known?.token !== token) {
      known = { token, value: read() };
    }
    return known.value;
  };
}

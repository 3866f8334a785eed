/** What the engines of a line of Istio do differently from the newest one. */
export interface EngineQuirks {
  /** a dot segment with a parameter (`..;x`) is resolved like one without (Envoy 1.39) */
  readonly resolvesParameters: boolean;
  /** the lines of a repeated header are matched one by one, not joined */
  readonly matchesLines: boolean;
  /** `trustDomains` exists */
  readonly trustDomains: boolean;
  /** names of providers must be DNS labels */
  readonly checksProviderNames: boolean;
}

/** The first patch of a minor version that matches header lines one by one; later minors do from their beginning. */
const LINES_SINCE: Readonly<Record<number, number>> = { 27: 8, 28: 5, 29: 1 };

/** Decides what the proxies of a version do; a version without a patch is the newest patch of its line. */
export function quirksOf(istio: string): EngineQuirks {
  const [major = '1', minorText = '31', patchText] = istio.split(/[.-]/);
  const minor = Number(major) > 1 ? 99 : Number(minorText);
  const patch = patchText === undefined || !/^\d+$/.test(patchText) ? Number.MAX_SAFE_INTEGER : Number(patchText);
  return {
    resolvesParameters: minor >= 31,
    matchesLines: minor >= 30 || patch >= (LINES_SINCE[minor] ?? Number.POSITIVE_INFINITY),
    trustDomains: minor >= 30,
    checksProviderNames: minor >= 30,
  };
}

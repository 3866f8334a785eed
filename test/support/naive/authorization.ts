import { Asked, attaches } from './attach';
import { ruleMatches, Seen } from './rules';
import { listOf, Manifest, NaiveQuery, NaiveWorkload, NaiveWorld, NotModelled, objectsOfKind } from './world';

/** The policies of one action that a proxy carries out. */
export function policiesFor(world: NaiveWorld, workload: NaiveWorkload, action: string, asked?: Asked): Manifest[] {
  return objectsOfKind(world, 'AuthorizationPolicy')
    .filter((policy) => (policy.spec?.action ?? 'ALLOW') === action && attaches(world, policy, workload, asked));
}

/** Only values that are true for Go are; whatever else is there is carried out. */
export function isDryRun(policy: Manifest): boolean {
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(policy.metadata.annotations?.['istio.io/dry-run']);
}

function someRule(world: NaiveWorld, policies: Manifest[], seen: Seen): boolean {
  // every rule is looked at, so that one which no proxy takes is found behind one that matches
  const matches = policies.flatMap((policy) => listOf<Manifest>(policy.spec?.rules).map((rule) => ruleMatches(world, policy, rule, seen)));
  return matches.includes(true);
}

/** DENY, then ALLOW: whether a request or connection is refused. AUDIT decides nothing. */
export function isRefused(world: NaiveWorld, workload: NaiveWorkload, seen: Seen, asked?: Asked): boolean {
  const enforced = (action: string) => policiesFor(world, workload, action, asked).filter((policy) => !isDryRun(policy));
  const denied = someRule(world, enforced('DENY'), seen);
  const allowing = enforced('ALLOW');
  const allowed = allowing.length === 0 || someRule(world, allowing, seen);
  return denied || !allowed;
}

interface Provider {
  readonly name: string;
  readonly http: boolean;
}

/** CUSTOM, before everything else: whether an external authorizer refuses, or nobody can be asked. */
export function isRefusedByAuthorizers(world: NaiveWorld, workload: NaiveWorkload, seen: Seen, query: NaiveQuery, asked?: Asked): boolean {
  const policies = policiesFor(world, workload, 'CUSTOM', asked);
  const trials = policies.filter(isDryRun);
  const real = policies.filter((policy) => !isDryRun(policy));
  if (trials.length > 0) {
    return isRefusedByTrials(world, trials, real, seen);
  }
  const names = [...new Set(real.map((policy) => policy.spec.provider?.name as string | undefined))];
  const several = names.length > 1 && world.mesh?.flags?.PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS !== true;
  return names.some((name) => {
    const own = real.filter((policy) => policy.spec.provider?.name === name);
    const provider = several ? undefined : providerOf(world, name);
    if (provider?.http === true && seen.request === undefined) {
      return false;
    }
    return someRule(world, own, seen) && (provider === undefined || answerOf(query, provider) !== 'ok');
  });
}

/** A trial of CUSTOM is carried out as a denial if its provider is there, and not at all if it is not. */
function isRefusedByTrials(world: NaiveWorld, trials: Manifest[], real: Manifest[], seen: Seen): boolean {
  const provider = providerOf(world, trials[0].spec.provider?.name);
  if (real.length > 0 || trials.length > 1 || (provider?.http === false && seen.request === undefined)) {
    throw new NotModelled('a dry run of CUSTOM beside others, or on TCP with a provider for TCP');
  }
  return provider !== undefined && seen.request !== undefined && someRule(world, trials, seen);
}

function answerOf({ extAuthz }: NaiveQuery, { name }: Provider): string {
  const answer = extAuthz?.[name];
  if (answer === undefined) {
    throw new NotModelled(`the authorizer ${name} is asked, and nobody says what it answers`);
  }
  return answer;
}

function providerOf(world: NaiveWorld, name: string | undefined): Provider | undefined {
  const found: Manifest = world.mesh?.extensionProviders?.find((one) => one.name === name);
  const service: string | undefined = (found?.envoyExtAuthzHttp ?? found?.envoyExtAuthzGrpc)?.service;
  if (found === undefined || (service !== undefined && !isService(world, service))) {
    return undefined;
  }
  return { name: found.name, http: (found.api ?? (found.envoyExtAuthzHttp ? 'http' : 'grpc')) === 'http' };
}

function isService(world: NaiveWorld, host: string): boolean {
  return world.objects.some(({ kind, metadata }) => kind === 'Service'
    && `${metadata.name}.${metadata.namespace}.svc.cluster.local` === host);
}

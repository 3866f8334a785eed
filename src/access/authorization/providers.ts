import { MeshSettings } from '../mesh-settings';
import { Policy } from './policy';
import { CompiledRule, TranslatedPolicy } from './translate';
import { quirksOf } from '../requests/versions';

/** The CUSTOM policies of one provider on one kind of chain. */
export interface CustomChecks {
  readonly provider: string;
  /** whether matching requests are put before the provider, refused because there is none that works, or let pass unasked */
  readonly effect: 'asks' | 'refuses' | 'ignored';
  readonly rules: readonly CompiledRule[];
  /** rules of dry runs: with a provider that works they refuse what they match */
  readonly dryRules: readonly CompiledRule[];
  readonly text: string;
}

/** Hosts that a mesh knows, each with the namespaces that define it. */
export type KnownHosts = ReadonlyMap<string, ReadonlySet<string>>;

/** Decides what the CUSTOM policies of a workload do, provider by provider in the order of their names. */
export function customChecks(
  policies: readonly { readonly policy: Policy; readonly translated: TranslatedPolicy }[],
  chain: 'http' | 'tcp', mesh: MeshSettings, hosts: KnownHosts,
): CustomChecks[] {
  const names = [...new Set(policies.map(({ policy }) => policy.provider))].sort();
  const tooMany = names.length > 1 && String(mesh.flags.PILOT_ENABLE_MULTIPLE_CUSTOM_AUTHZ_PROVIDERS) !== 'true';
  return names.map((provider) => {
    const own = policies.filter(({ policy }) => policy.provider === provider);
    const rules = (dry: boolean) => own.filter(({ policy }) => policy.dryRun === dry).flatMap(({ translated }) => translated.rules);
    const problem = tooMany ? `${names.length} providers at one workload, which the mesh does not take`
      : providerProblem(provider, mesh, hosts);
    if (problem !== undefined) {
      return { provider, effect: 'refuses', rules: rules(false), dryRules: [], text: problem };
    }
    return chain === 'tcp' && apiOf(provider, mesh) === 'http'
      ? { provider, effect: 'ignored', rules: [], dryRules: [], text: `${provider} takes HTTP alone and is not asked about TCP` }
      : { provider, effect: 'asks', rules: rules(false), dryRules: rules(true), text: `${provider} decides` };
  });
}

function apiOf(name: string, mesh: MeshSettings): string | undefined {
  return mesh.extensionProviders.find((provider) => provider.name === name)?.api;
}

function providerProblem(name: string, mesh: MeshSettings, hosts: KnownHosts): string | undefined {
  const [found, ...others] = mesh.extensionProviders.filter((provider) => provider.name === name && provider.api !== 'other');
  if (found === undefined) {
    return `the mesh has no authorizer ${JSON.stringify(name)}`;
  }
  if (others.length > 0) {
    return `the mesh has several providers ${name}`;
  }
  if (quirksOf(mesh.istio).checksProviderNames && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(name)) {
    return `${name} is no name that Istio takes for a provider`;
  }
  return found.service === undefined ? undefined : serviceProblem(found.service, hosts);
}

function serviceProblem(service: string, hosts: KnownHosts): string | undefined {
  const parts = service.split('/');
  const [namespace, host] = parts.length === 2 ? parts : [undefined, service];
  const found = hosts.get(host) ?? new Set<string>();
  const sound = namespace === undefined ? found.size === 1 : found.has(namespace);
  return sound ? undefined : `${found.size > 1 ? 'several namespaces have' : 'there is no'} Service ${service}`;
}

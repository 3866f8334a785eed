import { CompiledPolicy, DIRECTIONS, NetworkRule, portKey } from '../policy';
import { modelOf, NetworkConfig } from './network-tables';

/** Pairs whose policies differ in name, or in what they would mean for workloads that nobody has shown yet. */
export function notStronglyEquivalent(configs: readonly NetworkConfig[]): [NetworkConfig, NetworkConfig][] {
  const meanings = configs.map((config) => modelOf(config).policies.map(meaning).join('\n'));
  return configs.flatMap((a, i) => configs.slice(i + 1).filter((_, j) => meanings[i] !== meanings[i + 1 + j])
    .map((b): [NetworkConfig, NetworkConfig] => [a, b]));
}

function meaning({ ref, namespace, selector, rules, problems }: CompiledPolicy): string {
  const directions = DIRECTIONS.map((direction) => `${direction}: ${rules[direction]?.map(ruleMeaning).sort().join(' or ') ?? 'untouched'}`);
  return `${namespace}/${ref.name} of ${selector.text} ${directions.join(' ')} ${problems.join()}`;
}

function ruleMeaning({ peers, ports }: NetworkRule): string {
  return `${peers?.map(({ key }) => key).sort().join(', ') ?? '*'} on ${ports?.map(portKey).sort().join(', ') ?? '*'}`;
}

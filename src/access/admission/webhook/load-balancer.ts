import type { Message } from './decode';
import { entriesAt, messageAt, messagesAt, numberAt, Opinion, textAt, textsAt } from './opinion';
import { durationProblem } from './texts';

const TOPOLOGY = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone', 'topology.istio.io/subzone'];

/** Checks how requests are spread. */
export function checkLoadBalancer(settings: Message | undefined, detectsOutliers: boolean, opinion: Opinion): void {
  if (settings === undefined) {
    return;
  }
  checkHash(messageAt(settings, 'consistentHash'), opinion);
  const [locality, zone] = [messageAt(settings, 'localityLbSetting'), messageAt(settings, 'zoneAwareLbSetting')];
  opinion.errorIf(locality !== undefined && zone !== undefined ? 'only one of localityLbSetting and zoneAwareLbSetting can be set' : undefined);
  if (locality !== undefined) {
    checkLocality(locality, detectsOutliers, opinion);
  }
  if (zone !== undefined) {
    textsAt(zone, 'failoverPriority').filter((label) => TOPOLOGY.includes(label))
      .forEach((label) => opinion.error(`'failover_priority' for zone aware lb must not use topology label '${label}'`));
    checkFailover(zone, detectsOutliers, opinion);
  }
  const warmup = messageAt(settings, 'warmup');
  if (warmup !== undefined) {
    opinion.errorIf(warmup.duration === undefined ? 'duration is required' : durationProblem(warmup.duration as bigint));
    opinion.errorIf(numberAt(warmup, 'minimumPercent') > 100 ? 'minimumPercent value should be less than or equal to 100' : undefined);
    opinion.errorIf(warmup.aggression !== undefined && numberAt(warmup, 'aggression') <= 0 ? 'aggression should be greater than 0' : undefined);
  }
}

function checkHash(hash: Message | undefined, opinion: Opinion): void {
  if (hash === undefined) {
    return;
  }
  const cookie = messageAt(hash, 'httpCookie');
  if (cookie !== undefined) {
    opinion.errorIf(textAt(cookie, 'name') === '' ? 'name required for HttpCookie' : undefined);
    const names = messagesAt(cookie, 'attributes').map((attribute) => textAt(attribute, 'name'));
    names.forEach((name, i) => opinion.errorIf(name === '' ? 'cookie attribute name cannot be empty'
      : names.indexOf(name) < i ? `duplicate cookie attribute name: ${name}` : undefined));
  }
  if (numberAt(hash, 'minimumRingSize') !== 0) {
    opinion.warn("consistent hash MinimumRingSize is deprecated, use ConsistentHashLB's RingHash configuration instead");
    opinion.errorIf(hash.ringHash !== undefined || hash.maglev !== undefined ? 'only one of MinimumRingSize or Maglev/Ringhash can be specified' : undefined);
  }
  const maglev = messageAt(hash, 'maglev');
  if (maglev !== undefined) {
    const size = numberAt(maglev, 'tableSize');
    opinion.errorIf(size === 0 ? 'tableSize must be set for maglev' : undefined);
    opinion.errorIf(size >= 5_000_011 ? 'tableSize must be less than 5000011 for maglev' : undefined);
    opinion.errorIf(isPrime(size) ? undefined : 'tableSize must be a prime number for maglev');
  }
}

function isPrime(number: number): boolean {
  if (number !== 0 && number < 4) {
    return true;
  }
  if (number % 2 === 0) {
    return false;
  }
  for (let factor = 3; factor <= Math.sqrt(number); factor += 2) {
    if (number % factor === 0) {
      return false;
    }
  }
  return true;
}

function checkLocality(locality: Message, detectsOutliers: boolean, opinion: Opinion): void {
  const [distribute, failover, priorities] = [messagesAt(locality, 'distribute'), messagesAt(locality, 'failover'), textsAt(locality, 'failoverPriority')];
  const topology = failover.length > 0 ? priorities.find((label) => TOPOLOGY.includes(label)) : undefined;
  if (distribute.length > 0 && failover.length > 0) {
    opinion.error("can not simultaneously specify 'distribute' and 'failover'");
    return;
  }
  if (topology !== undefined) {
    opinion.error(`can not simultaneously set 'failover' and topology label '${topology}' in 'failover_priority'`);
    return;
  }
  for (const one of distribute) {
    const weights = entriesAt(one, 'to').map(([, weight]) => Number(weight));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    const problem = weights.some((weight) => weight <= 0 || weight > 100) ? 'locality weight must be in range [1, 100]'
      : total === 100 ? undefined : `total locality weight ${total} != 100`;
    if (problem !== undefined) {
      opinion.error(problem);
      return;
    }
    opinion.errorIf(localitiesProblem(entriesAt(one, 'to').map(([name]) => name)));
  }
  opinion.errorIf(localitiesProblem(distribute.map((one) => textAt(one, 'from'))));
  checkFailover(locality, detectsOutliers, opinion);
}

function checkFailover(setting: Message, detectsOutliers: boolean, opinion: Opinion): void {
  const failover = messagesAt(setting, 'failover');
  if ((failover.length > 0 || textsAt(setting, 'failoverPriority').length > 0) && !detectsOutliers) {
    opinion.warn('outlier detection policy must be provided for failover');
  }
  for (const one of failover) {
    const [from, to] = [textAt(one, 'from'), textAt(one, 'to')];
    opinion.errorIf(from === to ? 'locality lb failover settings must specify different regions' : undefined);
    opinion.errorIf(`${from}${to}`.includes('/') ? 'locality lb failover only specify region' : undefined);
    opinion.errorIf(`${from}${to}`.includes('*') ? "locality lb failover region should not contain '*' wildcard" : undefined);
  }
}

/**
 * What is wrong with a list of `region/zone/subzone`, or `undefined`: none may lie within one before it. A region within which something
 * was named before may still be named as a whole only if it comes first.
 */
function localitiesProblem(localities: readonly string[]): string | undefined {
  const seen: string[][] = [];
  for (const locality of localities) {
    const stars = locality.split('*').length - 1;
    if (stars > 1 || (stars === 1 && !locality.endsWith('*'))) {
      return `locality ${locality} wildcard '*' number can not exceed 1 and must be in the end`;
    }
    const [region, zone, ...subzone] = locality.split('/');
    const parts = [region, ...(zone === undefined ? [] : [zone]), ...(subzone.length === 0 ? [] : [subzone.join('/')])];
    if (seen.some(([first]) => first === '*') || seen.some((other) => overlaps(other, parts))) {
      return `locality ${locality} overlap with previous specified ones`;
    }
    if (parts.includes('')) {
      return `locality ${locality} must not contain empty region/zone/subzone info`;
    }
    seen.push(parts);
  }
  return undefined;
}

/** Whether one covers the other; a part that is missing or `*` covers everything below. */
function overlaps(before: readonly string[], now: readonly string[]): boolean {
  const padded = (parts: readonly string[]) => [0, 1, 2].map((i) => parts[i] ?? '*');
  const [a, b] = [padded(before), padded(now)];
  const shared = Math.min(now.length, 3);
  if (a[0] !== b[0]) {
    return false;
  }
  if (shared === 1 || a[1] === '*') {
    return true;
  }
  return a[1] === b[1] && (shared === 2 || a[2] === '*' || a[2] === b[2]);
}

import { AccessMap } from '../access/map/access-map';
import { AccessEdge, EdgePorts } from '../access/map/edges';
import { ClaimRow, RequestRow } from '../access/map/requests';

/** The source of an edge, with those that are left out. */
export function fromText({ from, except }: AccessEdge): string {
  return except === undefined ? from : `${from} except ${except.join(' ')}`;
}

/** Where an edge leads, with what is left out. */
export function toText({ to, toExcept, where }: AccessEdge): string {
  const within = where === undefined ? '' : ` (at ${where.map(shortened).join(', ')})`;
  return `${to}${toExcept === undefined ? '' : ` except ${shortened(toExcept.join(' '))}`}${within}`;
}

const MOST_CIDRS = 4;

/** Long lists of exceptions are counted; JSON has them all. */
function shortened(text: string): string {
  const [first, ...others] = text.split(' except ');
  const cidrs = (others[0] ?? first).split(' ');
  const short = cidrs.length > MOST_CIDRS ? `${cidrs.length} CIDRs` : cidrs.join(' ');
  return others.length === 0 ? short : `${first} except ${short}`;
}

/** Ports like `tcp/80,8080-8090 udp/53`; `all` is everything that is IP. */
export function portsText(ports: readonly EdgePorts[]): string {
  const protocols = [...new Set(ports.map(({ protocol }) => protocol))];
  const texts = protocols.map((protocol) => {
    const own = ports.filter((one) => one.protocol === protocol);
    const ranges = own.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
    return protocol === 'other' ? 'other' : `${protocol.toLowerCase()}/${ranges === '1-65535' ? '*' : ranges}`;
  });
  return texts.join(' ') === 'tcp/* udp/* sctp/* other' ? 'all' : texts.join(' ');
}

/** What may be sent, one text per row. */
export function requestTexts({ requests, speaks, rules }: AccessEdge): string[] {
  const only = speaks === 'tcp' ? 'no HTTP: ' : speaks === 'http' ? 'HTTP: ' : '';
  if (requests === 'any') {
    return [`${only}any`];
  }
  return requests === 'conditional' ? [`${only}some requests, see ${(rules ?? []).join(', ')}`] : requests.map((row) => `${only}${rowText(row)}`);
}

/** A row of requests on one line: `GET,POST /v1/* (+token from … with groups=buyers)`. */
export function rowText(row: RequestRow): string {
  const {
    methods, notMethods, paths, notPaths, hosts, notHosts, headers = [], token, notClaims = [], remoteIps, notRemoteIps,
    except = [],
  } = row;
  const list = (before: string, values: readonly string[] | undefined) => (values === undefined ? [] : [`${before}${values.join(',')}`]);
  const parts = [
    ...list('', methods),
    ...list('no ', notMethods),
    ...list('', paths),
    ...list('not ', notPaths),
    ...list('host ', hosts),
    ...list('no host ', notHosts),
    ...headers.map(({ name, values, notValues }) => (values === undefined ? `no header ${name}=${notValues?.join('|')}` : `header ${name}=${values.join('|')}`)),
    ...list('forwarded for ', remoteIps),
    ...list('not forwarded for ', notRemoteIps),
    ...(notClaims.length === 0 ? [] : [`(no token with ${notClaims.map(claimText).join(' or ')})`]),
    ...(token === undefined ? [] : [tokenText(token)]),
    ...(except.length === 0 ? [] : [`except ${except.map(rowText).join(' or ')}`]),
  ];
  return parts.join(' ') || 'any';
}

function tokenText({ issuers, claims }: NonNullable<RequestRow['token']>): string {
  const said = claims.filter(({ path, values }) => !(path.join() === 'sub' && values.join() === '*'));
  return `(+token from ${issuers.map((issuer) => (issuer === '*' ? 'any issuer' : issuer)).join(' or ')}${said.length === 0 ? '' : ` with ${said.map(claimText).join(' and ')}`})`;
}

function claimText({ path, values }: ClaimRow): string {
  return `${path.join('.')}=${values.join('|')}`;
}

/** What is not sure about an edge. */
export function doubtText({ unknown, ifProvidersAgree }: AccessEdge): string {
  return [...(unknown === undefined ? [] : [`unknown: ${unknown.join('; ')}`]), ...(ifProvidersAgree === undefined ? [] : [`if ${ifProvidersAgree.join(' and ')} agrees`])].join('; ');
}

/** Whether the source of an edge is wider than workloads with a name. */
export function isWide({ from }: AccessEdge): boolean {
  return from === 'any' || from === 'outside' || from === '*/*' || !from.includes('/') || /^[0-9a-f.:]+\/\d+$/i.test(from);
}

/** The edges for people: wide sources first, and without those between ends that policies merely name. */
export function readableEdges({ edges, shown }: AccessMap): { readonly edges: readonly AccessEdge[]; readonly hidden: number } {
  const isNamed = (id: string) => !shown.has(id.slice(0, id.indexOf('/')));
  const kept = edges.filter((edge) => !(isNamed(edge.to) && isNamed(edge.from)));
  const rank = (edge: AccessEdge) => (edge.from === 'any' ? 0 : edge.from === 'outside' ? 1 : isWide(edge) ? 2 : 3);
  const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const sorted = kept.map((edge) => ({ edge, rank: rank(edge), from: fromText(edge) }))
    .sort((a, b) => a.rank - b.rank || order(a.from, b.from) || order(a.edge.to, b.edge.to));
  return { edges: sorted.map(({ edge }) => edge), hidden: edges.length - kept.length };
}

/** What is said below a list of edges. */
export function footnotes({ notes, groups }: AccessMap, hidden: number): string[] {
  return [
    ...groups.map(({ id, of }) => `${id}: ${of.slice(0, 12).join(', ')}${of.length > 12 ? ` and ${of.length - 12} more` : ''}`),
    ...notes,
    ...(hidden === 0 ? [] : [`${hidden} more between ends that policies merely name are in --format json`]),
  ];
}

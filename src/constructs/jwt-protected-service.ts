import { Construct } from 'constructs';
import { AllowOptions } from './allow-options';
import { Enforcement, Layer } from './enforcement';
import { ObjectRole } from './git-ops';
import { checkOptions, copyOf } from './grant-options';
import {
  AllowCorsPreflightOptions, AllowPublicOptions, AllowUsersOptions, JwtProtectedServiceFromApiObjectProps, JwtProtectedServiceProps,
} from './jwt-props';
import { OpenEdge, OpenRequests, preflightRequests, publicRequests, swallowedTokens } from './jwt-public';
import { namespaceFor } from './namespace-ref';
import { objectMetadata } from './namespace-settings';
import { IPeer, PeerFacts } from './peer';
import { ITarget, IWorkload } from './target';
import { Workload } from './workload';
import { checkedName, checkedPorts, podsOf } from './workload-arguments';
import { ruleOfIssuer } from '../resources/jwt-rule';
import { RequestAuthentication } from '../resources/request-authentication';
import { Grants } from '../synth/grants';
import { invalid } from '../values/errors';
import { JwtIssuer } from '../values/jwt-issuer';
import { Port } from '../values/port';

/**
 * A service that asks every caller for a token of an end user, besides the identity of the workload that forwards it.
 *
 * Defines what a `Workload` does, and a RequestAuthentication for the issuers. That alone would require nothing: a request without a token
 * passes it. So each grant becomes **one** rule in which the identity of the source, a token of an issuer, the claims and the route must
 * all hold. The answer is 401 when a token is expired, forged or of an unknown issuer, and 403 when it is for another audience, missing,
 * or without a `sub`.
 *
 * The application does not get the token unless the issuer says `forwardOriginalToken`; whoever has it can act as the user elsewhere.
 *
 * With several issuers one valid token is enough, and each issuer alone decides what its claims say: name `issuers` in a grant
 * when a claim counts only from some of them.
 *
 * @see https://istio.io/latest/docs/tasks/security/authorization/authz-jwt/
 * @example
 * import { ClaimRequirement, HttpMatch, IZeroTrustMesh, JwtIssuer, JwtProtectedService, Port, ZeroTrustNamespace } from 'cdk8s-zero-trust';
 *
 * function addOrders(shop: ZeroTrustNamespace, mesh: IZeroTrustMesh) {
 *   const orders = new JwtProtectedService(shop, 'orders', {
 *     ports: [Port.http(8080)],
 *     issuers: [JwtIssuer.oidc('https://idp.example.com/realms/shop', { audiences: ['orders'] })],
 *   });
 *   orders.allowUsers({
 *     through: mesh.ingressGateway('public'),
 *     routes: [HttpMatch.get('/v1/orders/*')],
 *     claims: [ClaimRequirement.contains('groups', 'buyers')],
 *     reason: 'order page',
 *   });
 * }
 */
export class JwtProtectedService extends Construct implements IWorkload {
  /**
   * A service whose selector and account are read from the object that makes its pods.
   *
   * The object must run its pods under the account of the service; when it does not, synth fails and shows the line to add.
   */
  public static fromApiObject(scope: Construct, id: string, props: JwtProtectedServiceFromApiObjectProps): JwtProtectedService {
    const { apiObject, ...options } = props;
    return new JwtProtectedService(scope, id, { ...options, _apiObject: apiObject });
  }

  /** The workload that the service is: its account, policies and exceptions. Grants to it go through the service. */
  public readonly workload: Workload;
  public readonly workloadName: string;
  public readonly namespaceName: string;
  public readonly serviceAccountName: string;
  public readonly peerName: string;
  /** Validates the tokens; undefined while the service is only observed, because there is no dry run that would not refuse. */
  public readonly requestAuthentication?: RequestAuthentication;

  private readonly accepted: JwtIssuer[];
  /** Requests that whoever is granted others may send without a token. */
  private readonly opened: OpenRequests[] = [];
  private readonly openEdges: OpenEdge[] = [];
  private readonly callers = new Map<string, IPeer>();

  public constructor(scope: Construct, id: string, props: JwtProtectedServiceProps) {
    super(scope, id);
    const { ports, issuers, podLabels, _apiObject, ...options } = props;
    const workloadName = checkedName(options.workloadName ?? id);
    const { name: namespaceName, layers, enforcement } = namespaceFor(scope, id, options.namespace)._settings;
    const peerName = `${namespaceName}/${workloadName}`;
    const httpPorts = requireHttp(peerName, ports);
    this.accepted = requireIssuers(peerName, issuers);
    if (!layers.includes(Layer.IDENTITY)) {
      throw invalid(`nothing would require a token of ${peerName}: its namespace does not take the layer that does`, layers, Layer.IDENTITY,
        'add Layer.IDENTITY to the layers of the namespace');
    }
    this.workload = new Workload(this, 'workload', {
      ...options,
      workloadName,
      _pods: podsOf(peerName, workloadName, httpPorts, { podLabels, apiObject: _apiObject }),
      _facade: { name: 'JwtProtectedService', admitsPlaintext: false },
    });
    this.workloadName = this.workload.workloadName;
    this.namespaceName = this.workload.namespaceName;
    this.serviceAccountName = this.workload.serviceAccountName;
    this.peerName = this.workload.peerName;
    this.requestAuthentication = (options.enforcement ?? enforcement) === Enforcement.OBSERVE ? this.observe() : this.validateTokens();
    this.node.addValidation({ validate: () => this.problems() });
  }

  /** The issuers whose tokens are accepted. Returns a copy. */
  public get issuers(): JwtIssuer[] {
    return [...this.accepted];
  }

  /**
   * Lets a peer send requests with a token of an end user: identity, token, claims and route are one rule.
   *
   * @throws when an issuer is none of the service, a port is none of its ports, a list is empty, or the peer is in another cluster
   */
  public allowFrom(peer: IPeer, options: AllowOptions = {}): void {
    const said = copyOf(options);
    for (const [name, list] of Object.entries({ issuers: said.issuers, claims: said.claims })) {
      if (list?.length === 0) {
        throw invalid(`a grant to ${this.peerName} has an empty list of ${name}`, list, 'at least one entry',
          'leave issuers out for all that are accepted, claims for whatever the token says');
      }
    }
    const strange = said.issuers?.find((issuer) => !this.accepted.some((known) => known.issuer === issuer.issuer));
    if (strange !== undefined) {
      throw invalid(`a grant to ${this.peerName} asks for a token that nobody validates there`, strange.issuer, this.accepted.join(', '),
        'add the issuer to those of the service, or leave issuers out for all of them');
    }
    this.workload._admit(peer, { ...said, issuers: said.issuers ?? this.accepted });
    this.callers.set(peer.peerName, peer);
    this.opened.forEach((requests) => this.admitOpen(peer, requests));
  }

  /** Lets this service reach a target; the same as `target.allowFrom(service, options)`. */
  public allowTo(target: ITarget, options: AllowOptions = {}): void {
    target.allowFrom(this, options);
  }

  /**
   * Lets users with a token in, through a gateway: the same as `allowFrom(gateway, options)`.
   *
   * @throws when no gateway is named and the mesh facts do not state exactly one, and whatever `allowFrom` throws
   */
  public allowUsers(options: AllowUsersOptions): void {
    const { through, ...rest } = options;
    const { mesh } = this.workload.namespace;
    const gateways = mesh.facts.ingressGateways ?? [];
    if (through === undefined && gateways.length !== 1) {
      throw invalid(`it is not said through which gateway the users of ${this.peerName} come`, gateways.map((gateway) => gateway.name),
        'through, or mesh facts with exactly one ingress gateway', 'name it, for example through: mesh.ingressGateway("public")');
    }
    this.allowFrom(through ?? mesh.ingressGateway(), rest);
  }

  /**
   * Opens a path without a token, for GET and HEAD unless methods are named. The identity of the caller is still asked for. A request that
   * carries an invalid token is answered with 401 on this path too.
   *
   * A path below a protected prefix may be public. One that opens a route as a whole for which the same peer needs a token is a fault at
   * synth. Kubelet probes need no public path: they are rewritten to a port of the proxy.
   *
   * @param path as in `HttpMatch`: exact, prefix or template; not a suffix, and not everything
   * @throws when the path would open everything, a list is empty, the reason says nothing, or claims are handed to the application in
   * headers: an application may trust those only where every request brings a token
   */
  public allowPublic(path: string, options: AllowPublicOptions): void {
    this.open(publicRequests(this.peerName, path, options), `the public path ${path}`, options.from);
  }

  /**
   * Lets the preflight requests of browsers through: OPTIONS with these origins. They carry no token, and Istio does not validate one even
   * if they do, so a rule that asks for a token answers them with 403. The application, or a `corsPolicy` of the gateway, has to answer
   * them.
   *
   * @throws when there is no origin, an origin could never match, the reason says nothing, or claims are handed to the application in
   * headers: preflights pass by the filter that removes forged ones
   */
  public allowCorsPreflight(options: AllowCorsPreflightOptions): void {
    this.open(preflightRequests(this.peerName, options), 'a CORS preflight', options.from);
  }

  /** @internal */
  public _asPeer(): PeerFacts {
    return this.workload._asPeer();
  }

  private open(requests: OpenRequests, what: string, from?: IPeer[]): void {
    const forgeable = this.accepted.find((issuer) => issuer.claimToHeaders.length > 0 || issuer.payloadToHeader !== undefined);
    if (forgeable !== undefined) {
      const headers = [...forgeable.claimToHeaders.map((c) => c.header), forgeable.payloadToHeader].filter((h) => h !== undefined);
      throw invalid(`${what} of ${this.peerName} needs no token, and an application that reads claims from headers may trust them only where every request brings one`,
        headers, 'either claims in headers or requests without a token', 'let the application read the token (forwardOriginalToken), or serve the path from another workload');
    }
    if (from?.length === 0) {
      throw invalid(`${what} of ${this.peerName} is open to an empty list of peers`, from, 'at least one peer', 'leave from out for everybody who is granted requests with a token');
    }
    checkOptions(this.peerName, requests, this.workload.ports);
    if (from === undefined) {
      this.opened.push(requests);
    }
    [...from ?? this.callers.values()].forEach((peer) => this.admitOpen(peer, requests));
  }

  private admitOpen(peer: IPeer, requests: OpenRequests): void {
    this.workload._admit(peer, requests);
    this.openEdges.push({ peer: peer._asPeer(), requests });
  }

  private problems(): string[] {
    const nobody = this.callers.size > 0 ? [] : this.opened.map(({ routes }) => `${routes.join(', ')} of ${this.peerName} is open to nobody: `
      + 'no workload or gateway is granted requests with a token; grant them to one, or name who may send these in from');
    return [...nobody, ...swallowedTokens(this.peerName, this.openEdges, this.workload._record.ingress)];
  }

  private validateTokens(): RequestAuthentication {
    const authentication = new RequestAuthentication(this, 'tokens', {
      metadata: objectMetadata(this.workload.namespace._settings, this.workloadName, { role: ObjectRole.DENY }),
      issuers: this.accepted,
    });
    authentication._produceSelector(() => this.workload._pods.selector());
    return authentication;
  }

  /** Tokens cannot be validated for the record alone: an invalid one would be refused at once. */
  private observe(): undefined {
    Grants.of(this)._assume(() => [{
      owner: `whoever rolls out ${this.peerName}`,
      statement: `tokens of ${this.peerName} are not validated yet, so the dry run reports every request that needs one as refused`,
      text: '',
      path: this.node.path,
    }]);
    return undefined;
  }
}

function requireHttp(service: string, ports: Port[]): Port[] {
  if (ports.length === 0) {
    throw invalid(`${service} has an empty list of ports`, ports, 'at least one HTTP port', 'name the ports that its containers listen on');
  }
  const plain = ports.find((port) => !port.isHttp);
  if (plain !== undefined) {
    throw invalid(`a token can be asked for only in requests, and a port of ${service} carries none that a proxy sees`, String(plain), 'HTTP ports',
      'declare it with Port.http, Port.http2 or Port.grpc if it carries HTTP; leave other ports to a Workload of pods of their own');
  }
  return checkedPorts(service, ports);
}

/** Sorted, and each once: for two descriptions of one issuer Istio would follow one. */
function requireIssuers(service: string, issuers: JwtIssuer[]): JwtIssuer[] {
  if (issuers.length === 0) {
    throw invalid(`${service} accepts tokens of nobody`, issuers, 'at least one JwtIssuer', 'name the issuer, or use a Workload if no token is needed');
  }
  const byName = new Map<string, JwtIssuer>();
  for (const issuer of issuers) {
    const known = byName.get(issuer.issuer);
    if (known !== undefined && JSON.stringify(ruleOfIssuer(known)) !== JSON.stringify(ruleOfIssuer(issuer))) {
      throw invalid(`${service} describes one issuer in two ways, of which Istio would follow one`, issuer.issuer, 'each issuer once',
        'put all its audiences and token locations into one JwtIssuer');
    }
    byName.set(issuer.issuer, issuer);
  }
  return [...byName.values()].sort((a, b) => (a.issuer < b.issuer ? -1 : 1));
}

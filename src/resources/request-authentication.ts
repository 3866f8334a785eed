import { ApiObject, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { checkJwtRule, JwtRule, ruleOfIssuer, toKubeJwtRule } from './jwt-rule';
import { metadataOf } from './metadata';
import { checkAttachment, checkExclusive, PolicyTargetProps, PolicyTargetReference } from './policy-target';
import { Resource } from './resource';
import { messagesOncePerSynth, requireNonEmpty } from './validation';
import { WorkloadLabels } from './workload-labels';
import * as security from '../../imports/security.istio.io';
import { invalid } from '../values/errors';
import { JwtIssuer } from '../values/jwt-issuer';

const MOST_RULES = 4096;

/**
 * Properties of a RequestAuthentication.
 */
export interface RequestAuthenticationProps extends PolicyTargetProps {
  /**
   * The issuers whose tokens are accepted.
   *
   * @default - none yet: they are added by `addIssuer`
   */
  readonly issuers?: JwtIssuer[];

  /**
   * Further rules in Istio's own terms, for what a JwtIssuer does not offer.
   *
   * @default - none
   */
  readonly jwtRules?: JwtRule[];
}

/**
 * A RequestAuthentication: how the tokens of end users are checked.
 *
 * What it means for traffic:
 *
 * - It refuses tokens that are expired, forged or from an unknown issuer (401), and tokens for another audience (403). A request
 *   **without** a token passes, and only lacks the attributes that policies ask for. To require a token, write an AuthorizationPolicy with
 *   `requestPrincipals`.
 * - All RequestAuthentications of a workload add up. One valid token is enough, even when another location holds an invalid one.
 * - A token in a place where it is not looked for counts as missing.
 * - The keys are fetched by istiod, not by the proxies. While they cannot be fetched, every token is refused.
 * - It works on ports that Istio treats as HTTP, and in ambient mode only at a waypoint.
 *
 * @see https://istio.io/latest/docs/reference/config/security/request_authentication/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { JwtIssuer, RequestAuthentication } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * new RequestAuthentication(chart, 'orders', {
 *   selector: { app: 'orders' },
 *   issuers: [JwtIssuer.oidc('https://idp.example.com/realms/shop', { audiences: ['orders'] })],
 * });
 */
export class RequestAuthentication extends Resource {
  public readonly apiObject: ApiObject;

  private readonly labels: WorkloadLabels;
  private readonly targets?: PolicyTargetReference[];
  private readonly rules: JwtRule[] = [];
  private readonly producers: (() => JwtIssuer[])[] = [];

  /**
   * Defines a RequestAuthentication.
   *
   * @throws when a list is empty, or a rule is not valid; an object without any rule is reported when the app is synthesised
   */
  public constructor(scope: Construct, id: string, props: RequestAuthenticationProps = {}) {
    super(scope, id);
    checkAttachment(props.selector, props.targetRefs);
    this.labels = new WorkloadLabels('selector', props.selector);
    this.targets = props.targetRefs && [...props.targetRefs];
    requireNonEmpty('issuers', props.issuers, 'without an issuer no token is looked at: name one, or leave the object out');
    requireNonEmpty('jwtRules', props.jwtRules, 'without a rule no token is looked at: add one, or leave the object out');
    props.issuers?.forEach((issuer) => this.addIssuer(issuer));
    props.jwtRules?.forEach((rule) => this.addJwtRule(rule));
    // the generated class writes jwks_uri, the deprecated spelling, because it cannot tell it from jwksUri
    this.apiObject = new ApiObject(this, 'Resource', {
      ...security.RequestAuthentication.GVK,
      metadata: metadataOf(id, props.metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
    this.node.addValidation({ validate: messagesOncePerSynth(this, () => this.toSpec()) });
  }

  /** Labels of the workloads that it is for. Returns a copy. */
  public get selector(): { [key: string]: string } | undefined {
    return this.labels.get();
  }

  /** Gateways, waypoints or services that it is for. Returns a copy. */
  public get targetRefs(): PolicyTargetReference[] | undefined {
    return this.targets && [...this.targets];
  }

  /** All rules in Istio's terms, those of the issuers included. Returns a copy; to add one, use `addIssuer` or `addJwtRule`. */
  public get jwtRules(): JwtRule[] {
    const produced = this.producers.flatMap((producer) => producer()).map(ruleOfIssuer);
    return [...this.rules, ...produced].map((rule) => ({ ...rule }));
  }

  /** Accepts tokens of an issuer. */
  public addIssuer(issuer: JwtIssuer): void {
    this.rules.push(ruleOfIssuer(issuer));
  }

  /**
   * Accepts tokens that a rule in Istio's terms describes.
   *
   * @throws when a list is empty, a value is not valid, or fields do not go together
   */
  public addJwtRule(rule: JwtRule): void {
    checkJwtRule(`jwtRules[${this.rules.length}]`, rule);
    const { timeout, ...data } = rule;
    this.rules.push({ ...structuredClone(data), timeout });
  }

  /**
   * Has the labels produced when the tree is complete. They replace what was stated.
   *
   * @internal
   */
  public _produceSelector(producer: () => { [key: string]: string }): void {
    this.labels.produce(producer);
  }

  /**
   * Adds issuers that are only known when the tree is complete.
   *
   * @internal
   */
  public _produceIssuers(producer: () => JwtIssuer[]): void {
    this.producers.push(producer);
  }

  private toSpec(): object {
    const rules = this.jwtRules;
    const selector = this.labels.toMatchLabels();
    checkExclusive(selector, this.targets);
    if (rules.length === 0) {
      throw invalid('a RequestAuthentication without issuers looks at no token', rules, 'one issuer at least', 'use addIssuer()');
    }
    if (rules.length > MOST_RULES) {
      throw invalid('a RequestAuthentication has too many rules', rules.length, `up to ${MOST_RULES}`, 'define several');
    }
    return {
      selector,
      targetRefs: this.targets?.map((target) => target._toKube()),
      jwtRules: rules.map(toKubeJwtRule),
    };
  }
}

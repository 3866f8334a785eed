import { ApiObject, ApiObjectMetadata, Lazy } from 'cdk8s';
import { Construct } from 'constructs';
import { AuthorizationRule, checkRule, toKubeRule } from './authorization-rule';
import { DRY_RUN, metadataOf } from './metadata';
import { checkAttachment, checkExclusive, PolicyTargetProps, PolicyTargetReference } from './policy-target';
import { Resource } from './resource';
import { messagesOncePerSynth, requireNonEmpty } from './validation';
import { WorkloadLabels } from './workload-labels';
import * as security from '../../imports/security.istio.io';
import { invalid } from '../values/errors';

export type { AuthorizationOperation } from './authorization-operation';
export type { AuthorizationCondition, AuthorizationRule } from './authorization-rule';
export type { AuthorizationSource } from './authorization-source';

const MOST_RULES = 512;

/**
 * What a policy does with a request that one of its rules matches.
 */
export enum AuthorizationAction {
  /** Admits it. As soon as a workload has one ALLOW policy, everything that no ALLOW policy matches is denied. */
  ALLOW = 'ALLOW',
  /** Refuses it, whatever ALLOW policies say. */
  DENY = 'DENY',
  /** Has it logged by providers that can. Changes nothing else, and is not enforced in ambient mode without a waypoint. */
  AUDIT = 'AUDIT',
  /** Asks an external authorizer, before tokens are read and before DENY and ALLOW decide. Its yes does not replace theirs. */
  CUSTOM = 'CUSTOM',
}

/**
 * Properties of an AuthorizationPolicy that allows nothing.
 */
export interface AllowNothingProps extends PolicyTargetProps {
  /**
   * Only log what the policy would decide. A workload whose ALLOW policies are all dry runs stays open.
   *
   * @default false
   */
  readonly dryRun?: boolean;
}

/**
 * Properties of an AuthorizationPolicy.
 */
export interface AuthorizationPolicyProps extends AllowNothingProps {
  /**
   * What the policy does with a request that one of its rules matches.
   *
   * @default AuthorizationAction.ALLOW
   */
  readonly action?: AuthorizationAction;

  /**
   * The extension provider of the mesh configuration that a CUSTOM policy asks. If there is none of that name, matching requests are
   * denied.
   *
   * @default - none; required for CUSTOM and not allowed otherwise
   */
  readonly provider?: string;

  /**
   * The rules. A request matches the policy when it matches any of them.
   *
   * @default - none yet: they are added by `addRule`
   */
  readonly rules?: AuthorizationRule[];
}

/**
 * An AuthorizationPolicy: which requests and connections a workload accepts.
 *
 * How it decides:
 *
 * - Without any policy a workload accepts everything. With at least one ALLOW policy it accepts only what some ALLOW policy matches
 *   (policies add up); DENY wins over ALLOW; CUSTOM is asked first and must agree as well.
 * - A policy matches when any rule matches (OR). A rule matches when `from`, `to` and every condition of `when` match (AND). Within `from`
 *   the sources are alternatives (OR); within one source all fields must hold (AND); the values of a field are alternatives (OR).
 * - So "this service account AND this token" is one source with two fields. Two sources, two rules or two policies would mean "or".
 * - An empty list means "everything", an ALLOW policy without rules means "nothing". Both are refused here unless they are asked for by
 *   name: `addUnrestrictedRule()` and `AuthorizationPolicy.allowNothing()`.
 * - HTTP attributes (hosts, methods, paths, headers, tokens) exist only on ports that Istio treats as HTTP, and in ambient mode only at a
 *   waypoint.
 *
 * @see https://istio.io/latest/docs/reference/config/security/authorization-policy/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { AuthorizationPolicy } from 'cdk8s-zero-trust';
 *
 * const chart = new Chart(new App(), 'shop', { namespace: 'shop' });
 * AuthorizationPolicy.allowNothing(chart, 'default-deny');
 * const policy = new AuthorizationPolicy(chart, 'orders', { selector: { app: 'orders' } });
 * policy.addRule({
 *   from: [{ serviceAccounts: ['shop/web'], requestPrincipals: ['https://idp.example.com/*'] }],
 *   to: [{ ports: [8080], methods: ['GET'], paths: ['/v1/orders/*'] }],
 * });
 */
export class AuthorizationPolicy extends Resource {
  /**
   * Defines an ALLOW policy without rules: the workloads that it is for accept nothing but what other ALLOW policies match.
   *
   * @throws when the selector or the targets are empty or not valid
   */
  public static allowNothing(scope: Construct, id: string, props: AllowNothingProps = {}): AuthorizationPolicy {
    const policy = new AuthorizationPolicy(scope, id, props);
    policy.allowsNothing = true;
    return policy;
  }

  public readonly apiObject: ApiObject;

  /** What the policy does with a request that one of its rules matches. */
  public readonly action: AuthorizationAction;

  /** The extension provider that a CUSTOM policy asks. */
  public readonly provider?: string;

  /** Whether the policy only logs what it would decide. */
  public readonly dryRun: boolean;

  private readonly labels: WorkloadLabels;
  private readonly targets?: PolicyTargetReference[];
  private readonly ownRules: AuthorizationRule[] = [];
  private readonly producers: (() => AuthorizationRule[])[] = [];
  private allowsNothing = false;

  /**
   * Defines an AuthorizationPolicy.
   *
   * @throws when a list is empty, a value is not valid or could never match, or fields do not go together; a policy without rules is
   * reported when the app is synthesised
   */
  public constructor(scope: Construct, id: string, props: AuthorizationPolicyProps = {}) {
    super(scope, id);
    this.action = props.action ?? AuthorizationAction.ALLOW;
    this.provider = props.provider;
    this.dryRun = props.dryRun ?? false;
    checkAttachment(props.selector, props.targetRefs);
    this.checkAction();
    this.labels = new WorkloadLabels('selector', props.selector);
    this.targets = props.targetRefs && [...props.targetRefs];
    requireNonEmpty('rules', props.rules, 'use AuthorizationPolicy.allowNothing() if nothing is to be allowed');
    props.rules?.forEach((rule) => this.addRule(rule));
    this.apiObject = new security.AuthorizationPolicy(this, 'Resource', {
      metadata: this.toMetadata(id, props.metadata),
      spec: Lazy.any({ produce: () => this.toSpec() }),
    });
    this.node.addValidation({ validate: messagesOncePerSynth(this, () => this.toSpec()) });
  }

  /** Labels of the workloads that the policy is for. Returns a copy. */
  public get selector(): { [key: string]: string } | undefined {
    return this.labels.get();
  }

  /** Gateways, waypoints or services that the policy is for. Returns a copy. */
  public get targetRefs(): PolicyTargetReference[] | undefined {
    return this.targets && [...this.targets];
  }

  /** The rules; an unrestricted one is an empty object. Returns a copy; to add a rule, use `addRule`. */
  public get rules(): AuthorizationRule[] {
    return structuredClone(this.allRules());
  }

  /**
   * Adds an alternative: a request matches the policy when it matches any rule.
   *
   * @throws when the rule restricts nothing, a list is empty, a value is not valid or could never match, or fields do not go together
   */
  public addRule(rule: AuthorizationRule): void {
    this.requireRules();
    checkRule(`rules[${this.ownRules.length}]`, rule, this.isCustom);
    this.ownRules.push(structuredClone(rule));
  }

  /**
   * Adds the rule that matches every request from anybody, also without an identity: ALLOW admits all, DENY refuses all.
   *
   * @throws when the policy was defined by `allowNothing`
   */
  public addUnrestrictedRule(): void {
    this.requireRules();
    this.ownRules.push({});
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
   * Adds rules that are only known when the tree is complete. If there are none in the end, an ALLOW policy allows nothing.
   *
   * @internal
   */
  public _produceRules(producer: () => AuthorizationRule[]): void {
    this.requireRules();
    this.producers.push(producer);
  }

  private get isCustom(): boolean {
    return this.action === AuthorizationAction.CUSTOM;
  }

  private allRules(): AuthorizationRule[] {
    const produced = this.producers.flatMap((producer) => producer());
    produced.forEach((rule, i) => checkRule(`rules[${this.ownRules.length + i}]`, rule, this.isCustom));
    return [...this.ownRules, ...produced];
  }

  private requireRules(): void {
    if (this.allowsNothing) {
      throw invalid('a policy that allows nothing takes no rules', this.node.path, 'no rule',
        'define another ALLOW policy for what is allowed');
    }
  }

  private checkAction(): void {
    if (this.isCustom && (this.provider ?? '') === '') {
      throw invalid('a CUSTOM policy needs a provider', this.provider, 'the name of an extension provider of the mesh configuration',
        'set provider');
    }
    if (!this.isCustom && this.provider !== undefined) {
      throw invalid(`a provider is asked by CUSTOM policies only, and not by ${this.action}`, this.provider, 'no provider',
        'leave provider out, or set the action to CUSTOM');
    }
    if (this.dryRun && this.action !== AuthorizationAction.ALLOW && this.action !== AuthorizationAction.DENY) {
      throw invalid('there is no dry run for this action', this.action, 'ALLOW and DENY', 'leave dryRun out');
    }
  }

  private toMetadata(id: string, given: ApiObjectMetadata | undefined): ApiObjectMetadata {
    const metadata = metadataOf(id, given);
    return this.dryRun ? { ...metadata, annotations: { ...metadata.annotations, [DRY_RUN]: 'true' } } : metadata;
  }

  private toSpec(): security.AuthorizationPolicySpec {
    const rules = this.allRules();
    const selector = this.labels.toMatchLabels();
    checkExclusive(selector, this.targets);
    const mayBeEmpty = this.allowsNothing || (this.producers.length > 0 && this.action === AuthorizationAction.ALLOW);
    if (rules.length === 0 && !mayBeEmpty) {
      throw invalid(`a policy with the action ${this.action} needs a rule`, rules, 'one rule at least',
        'use addRule(), or AuthorizationPolicy.allowNothing() if nothing is to be allowed');
    }
    if (rules.length > MOST_RULES) {
      throw invalid('a policy has too many rules', rules.length, `up to ${MOST_RULES}`,
        'put several sources into one rule, or define several policies');
    }
    return {
      selector,
      targetRefs: this.targets?.map((target) => target._toKube()),
      action: this.action as unknown as security.AuthorizationPolicySpecAction,
      provider: this.provider === undefined ? undefined : { name: this.provider },
      rules: rules.length === 0 ? undefined : rules.map(toKubeRule),
    };
  }
}

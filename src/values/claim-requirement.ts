import { invalid, requireValid } from './errors';
import { claimKey, claimNameProblem, claimValueProblem } from './grammar/claims';

/**
 * What a caller's token must say. Several requirements of one grant must all hold; among the values of one requirement any is enough.
 *
 * Istio compares strings: a claim that is a string, or a list of which one element is a string. A claim that is `true`, a number or an
 * object never matches, whatever the policy says. The claims `scope` and `permission` are split at blanks first, so name single words of
 * them. A dot is part of a name and no step: `realm_access.roles` is one claim, the list inside is
 * `ClaimRequirement.nested(['realm_access', 'roles'], ...)`.
 *
 * @see https://istio.io/latest/docs/reference/config/security/conditions/
 * @example
 * import { ClaimRequirement } from 'cdk8s-zero-trust';
 *
 * ClaimRequirement.contains('groups', 'buyers', 'admins');           // one of the two groups
 * ClaimRequirement.equalTo('azp', 'shop-web');
 * ClaimRequirement.endsWith('email', '@example.com');
 * ClaimRequirement.nested(['realm_access', 'roles'], 'order-reader');
 */
export class ClaimRequirement {
  /**
   * The claim is one of these values. Istio cannot tell a single value from a list: a list that holds one of them satisfies it too.
   *
   * @throws when there is no value, a value is no string, is empty or has a `*`, or the name of the claim has a bracket
   */
  public static equalTo(claim: string, ...values: string[]): ClaimRequirement {
    return ClaimRequirement.create([claim], values, (value) => value);
  }

  /**
   * The claim is a list that holds one of these values (or is itself one of them).
   *
   * @throws when there is no value, a value is no string, is empty or has a `*`, or the name of the claim has a bracket
   */
  public static contains(claim: string, ...values: string[]): ClaimRequirement {
    return ClaimRequirement.create([claim], values, (value) => value);
  }

  /**
   * The claim, or an element of its list, begins with one of these texts. `admin` also admits `administrator-of-nothing`: end with a
   * separator.
   *
   * @throws when there is no prefix, a prefix is no string, is empty or has a `*`, or the name of the claim has a bracket
   */
  public static startsWith(claim: string, ...prefixes: string[]): ClaimRequirement {
    return ClaimRequirement.create([claim], prefixes, (prefix) => `${prefix}*`);
  }

  /**
   * The claim, or an element of its list, ends with one of these texts. `example.com` also admits `evilexample.com`: begin with a
   * separator.
   *
   * @throws when there is no suffix, a suffix is no string, is empty or has a `*`, or the name of the claim has a bracket
   */
  public static endsWith(claim: string, ...suffixes: string[]): ClaimRequirement {
    return ClaimRequirement.create([claim], suffixes, (suffix) => `*${suffix}`);
  }

  /**
   * The claim is a string that is not empty, or a list with such an element.
   *
   * @throws when the name of the claim is empty or has a bracket
   */
  public static present(claim: string): ClaimRequirement {
    requirePath([claim]);
    return new ClaimRequirement([claim], ['*']);
  }

  /**
   * A claim inside objects is one of these values, or a list that holds one.
   *
   * @param path the names from the outermost to the claim, for example `['realm_access', 'roles']`
   * @throws when the path or the values are empty, or one of them is what `contains` refuses
   */
  public static nested(path: string[], ...values: string[]): ClaimRequirement {
    return ClaimRequirement.create(path, values, (value) => value);
  }

  private static create(path: string[], values: string[], pattern: (value: string) => string): ClaimRequirement {
    requirePath(path);
    if (values.length === 0) {
      throw invalid(
        `the claim ${path.join('.')} is compared with nothing`, values, 'at least one value',
        'name the values, or use ClaimRequirement.present',
      );
    }
    values.forEach((value) => requireClaimValue(path, value));
    return new ClaimRequirement(path, values.map(pattern));
  }

  private readonly path: string[];
  private readonly patterns: string[];

  private constructor(path: string[], patterns: string[]) {
    this.path = [...path];
    this.patterns = patterns;
  }

  /** The names that lead to the claim. @internal */
  public get _path(): string[] {
    return [...this.path];
  }

  /** The key of the condition in an AuthorizationPolicy: `request.auth.claims[realm_access][roles]`. */
  public get key(): string {
    return claimKey(this.path);
  }

  /** The values of the condition, any of which is enough: `exact`, `prefix*`, `*suffix`, or `*`. */
  public get values(): string[] {
    return [...this.patterns];
  }

  /**
   * The requirement on one line: `claim groups = buyers | admins`, `claim email = *@example.com`, `claim [realm_access][roles] = reader`.
   */
  public toString(): string {
    const name = this.path.length === 1 ? this.path[0] : this.path.map((part) => `[${part}]`).join('');
    return `claim ${name} = ${this.patterns.join(' | ')}`;
  }
}

function requirePath(path: string[]): void {
  if (path.length === 0) {
    throw invalid('the path to a claim is an empty list', path, 'at least one name', 'name the claim');
  }
  for (const name of path) {
    requireValid(
      'the name of a claim', name, claimNameProblem, 'names without brackets', 'name nested claims one by one with ClaimRequirement.nested',
    );
  }
}

function requireClaimValue(path: string[], value: string): void {
  if (typeof value !== 'string') {
    throw invalid(
      `the claim ${path.join('.')} is compared with something that is no string, which Istio never matches`, value, 'strings',
      'let the identity provider write the claim as a string',
    );
  }
  requireValid(
    `a value of the claim ${path.join('.')}`, value, (text) => claimValueProblem(path, text), 'plain texts without "*"',
    'write the literal text; use startsWith, endsWith or present for patterns',
  );
}

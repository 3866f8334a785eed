import { Labels, Manifest, ObjectRef, refOf } from '../objects';
import { Attachment, attachmentOf, widestAttachment } from './attach';
import { fieldsAt, listAt, textAt, textsAt, Unreadable } from './reading';

export type PolicyAction = 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';

/** Values of a field and of its negation. */
export interface FieldValues {
  readonly field: string;
  readonly values: readonly string[];
  readonly notField: string;
  readonly notValues: readonly string[];
}

/** A rule as it stands in a policy; a source or an operation without fields is any. */
export interface PolicyRule {
  readonly from: readonly (readonly FieldValues[])[];
  readonly to: readonly (readonly FieldValues[])[];
  readonly when: readonly { readonly key: string; readonly values: readonly string[]; readonly notValues: readonly string[] }[];
}

/** An AuthorizationPolicy that has been read. */
export interface Policy {
  readonly ref: ObjectRef;
  readonly namespace: string;
  readonly action: PolicyAction;
  readonly provider: string;
  readonly dryRun: boolean;
  readonly attachment: Attachment;
  readonly rules: readonly PolicyRule[];
  /** what no API server stores; nobody can tell what such an object does */
  readonly unreadable?: string;
}

/** A field and the one that negates it. */
interface FieldNames {
  readonly field: string;
  readonly notField: string;
}

const SOURCE_FIELDS = ['principals', 'requestPrincipals', 'namespaces', 'serviceAccounts', 'trustDomains', 'ipBlocks', 'remoteIpBlocks'].map(withNegation);
const OPERATION_FIELDS = ['hosts', 'ports', 'methods', 'paths'].map(withNegation);
const ACTIONS: readonly string[] = ['ALLOW', 'DENY', 'AUDIT', 'CUSTOM'];
const DRY_RUN = 'istio.io/dry-run';
/** what Go reads as true */
const TRUE = ['1', 't', 'T', 'TRUE', 'true', 'True'];

/** Reads an AuthorizationPolicy of any shape. */
export function readPolicy(manifest: Manifest): Policy {
  const { metadata, spec: given } = manifest.object;
  const namespace = metadata.namespace ?? 'default';
  const common = { ref: refOf(manifest), namespace, dryRun: isDryRun(metadata.annotations) };
  try {
    const spec = fieldsAt(given, 'spec');
    const action = textAt(spec.action, 'action') ?? 'ALLOW';
    if (!ACTIONS.includes(action)) {
      throw new Unreadable(`action is ${action}`);
    }
    return {
      ...common,
      action: action as PolicyAction,
      provider: textAt(fieldsAt(spec.provider, 'provider').name, 'provider.name') ?? '',
      attachment: attachmentOf(namespace, spec),
      rules: listAt(spec.rules, 'rules').map((rule, i) => readRule(rule, `rules[${i}]`)),
    };
  } catch (error) {
    if (error instanceof Unreadable) {
      const action = unreadableAction(given);
      return { ...common, action, dryRun: false, provider: '', attachment: widestAttachment(namespace, given), rules: [], unreadable: error.message };
    }
    throw error;
  }
}

/** What such an object would be if it existed; one that can do anything counts as one that refuses. */
function unreadableAction(spec: unknown): PolicyAction {
  const { action } = (spec ?? {}) as { action?: unknown };
  return action === 'ALLOW' || action === undefined || action === null ? 'ALLOW' : action === 'AUDIT' ? 'AUDIT' : 'DENY';
}

/** Whether the annotation says so; what Go does not read as a truth value is enforced. */
function isDryRun(annotations: Labels | undefined): boolean {
  return TRUE.includes((annotations as Readonly<Record<string, unknown>> | undefined)?.[DRY_RUN] as string);
}

/** A rule that is null is an empty one. */
function readRule(value: unknown, at: string): PolicyRule {
  const rule = fieldsAt(value, at);
  return {
    from: partsAt(rule.from, `${at}.from`, 'source', SOURCE_FIELDS),
    to: partsAt(rule.to, `${at}.to`, 'operation', OPERATION_FIELDS),
    when: listAt(rule.when, `${at}.when`).map((item, i) => {
      const condition = fieldsAt(nothingNull(item, `${at}.when[${i}]`), `${at}.when[${i}]`);
      return {
        key: textAt(condition.key, `${at}.when[${i}].key`) ?? '',
        values: textsAt(condition.values, `${at}.when[${i}].values`),
        notValues: textsAt(condition.notValues, `${at}.when[${i}].notValues`),
      };
    }),
  };
}

function withNegation(field: string): FieldNames {
  return { field, notField: `not${field[0].toUpperCase()}${field.slice(1)}` };
}

function partsAt(value: unknown, at: string, name: 'source' | 'operation', fields: readonly FieldNames[]): FieldValues[][] {
  return listAt(value, at).map((item, i) => {
    const where = `${at}[${i}]`;
    const part = fieldsAt(fieldsAt(nothingNull(item, where), where)[name], `${where}.${name}`);
    const found: FieldValues[] = [];
    for (const { field, notField } of fields) {
      // most fields are not there
      if (part[field] !== undefined || part[notField] !== undefined) {
        const [values, notValues] = [field, notField].map((one) => textsAt(part[one], `${where}.${name}.${one}`));
        if (values.length + notValues.length > 0) {
          found.push({ field, values, notField, notValues });
        }
      }
    }
    return found;
  });
}

function nothingNull(item: unknown, at: string): unknown {
  if (item === null) {
    throw new Unreadable(`${at} is null`);
  }
  return item;
}

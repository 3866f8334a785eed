import { groupOf, KubeObject } from '../objects';
import { recordOf } from './field-note';
import { booleanOf } from './go-texts';
import { schemaNode, tables } from './schema-tables';
import { typedFieldProblems } from './typed-fields';
import { checkAuthorizationPolicy } from './webhook/authorization-policy';
import { DecodeError, decodeSpec, isWebhookKind, Message } from './webhook/decode';
import { checkDestinationRule } from './webhook/destination-rule';
import { checkEnvoyFilter } from './webhook/envoy-filter';
import { checkProxyConfig, checkTrafficExtension, checkWasmPlugin } from './webhook/extensions';
import { checkGateway } from './webhook/gateway';
import { Opinion, WebhookCheck, WebhookMetadata } from './webhook/opinion';
import { checkPeerAuthentication } from './webhook/peer-authentication';
import { checkRequestAuthentication } from './webhook/request-authentication';
import { checkServiceEntry } from './webhook/service-entry';
import { checkSidecar } from './webhook/sidecar';
import { checkTelemetry } from './webhook/telemetry';
import { checkVirtualService } from './webhook/virtual-service';
import { checkWorkloadEntry, checkWorkloadGroup } from './webhook/workload-entry';

/** What istiod's webhook says of an object: errors refuse it, warnings are shown. */
export interface WebhookProblems {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

const GROUPS: Readonly<Record<string, Readonly<Record<string, WebhookCheck>>>> = {
  'security.istio.io': {
    AuthorizationPolicy: checkAuthorizationPolicy,
    PeerAuthentication: checkPeerAuthentication,
    RequestAuthentication: checkRequestAuthentication,
  },
  'networking.istio.io': {
    ServiceEntry: checkServiceEntry,
    Sidecar: checkSidecar,
    Gateway: checkGateway,
    DestinationRule: checkDestinationRule,
    VirtualService: checkVirtualService,
    EnvoyFilter: checkEnvoyFilter,
    ProxyConfig: checkProxyConfig,
    WorkloadEntry: checkWorkloadEntry,
    WorkloadGroup: checkWorkloadGroup,
  },
  'telemetry.istio.io': { Telemetry: checkTelemetry },
  'extensions.istio.io': { WasmPlugin: checkWasmPlugin, TrafficExtension: checkTrafficExtension },
};
const TOP_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec', 'status'];
const REFUSED_ANNOTATIONS = ['internal.istio.io/webhook-always-reject', 'internal.istio.io/parent-namespace', 'internal.istio.io/parents'];
const DRY_RUN = 'istio.io/dry-run';

/**
 * What istiod's webhook says of an object; `undefined` for groups that it is not asked about. It looks at no version, takes unknown fields
 * below the top, and never looks at names and labels.
 */
export function webhookProblems(object: KubeObject): WebhookProblems | undefined {
  const { apiVersion }: { readonly apiVersion: unknown } = object;
  const group = typeof apiVersion === 'string' ? groupOf(apiVersion) : '';
  if (!Object.hasOwn(GROUPS, group)) {
    return undefined;
  }
  const opinion = new Opinion();
  const check = Object.hasOwn(GROUPS[group], object.kind) && isWebhookKind(object.kind) ? GROUPS[group][object.kind] : undefined;
  if (check === undefined) {
    opinion.error(`unrecognized type ${group}/${object.kind}`);
  } else {
    examine(object, check, opinion);
  }
  return { errors: opinion.errors, warnings: opinion.errors.length > 0 ? [] : opinion.warnings };
}

function examine(object: KubeObject, check: WebhookCheck, opinion: Opinion): void {
  const unread = typedFieldProblems(object.metadata, schemaNode(tables().metadata), 'metadata', 'go-lenient');
  if (unread.length > 0) {
    unread.forEach(({ path, problem }) => opinion.error(`cannot decode configuration: ${path}: ${problem}`));
    return;
  }
  const spec = decoded(object, opinion);
  if (spec === undefined) {
    return;
  }
  const metadata = metadataOf(object);
  const problem = annotationProblem(object.kind, spec, metadata);
  if (problem === undefined) {
    check(spec, metadata, opinion);
  }
  opinion.errorIf(problem);
  Object.keys(object).filter((field) => !TOP_FIELDS.includes(field)).forEach((field) => opinion.error(`unknown field "${field}"`));
}

function decoded(object: KubeObject, opinion: Opinion): Message | undefined {
  try {
    return decodeSpec(object.kind, object.spec);
  } catch (error) {
    if (error instanceof DecodeError) {
      opinion.error(`error decoding configuration: ${error.message}`);
      return undefined;
    }
    throw error;
  }
}

function metadataOf(object: KubeObject): WebhookMetadata {
  const { name, namespace, labels, annotations } = recordOf(object.metadata);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { name: text(name), namespace: text(namespace), labels: recordOf(labels), annotations: recordOf(annotations) };
}

function annotationProblem(kind: string, spec: Message, { annotations }: WebhookMetadata): string | undefined {
  if (Object.hasOwn(annotations, DRY_RUN)) {
    const value = typeof annotations[DRY_RUN] === 'string' ? annotations[DRY_RUN] : '';
    if (kind !== 'AuthorizationPolicy') {
      return `unsupported annotation ${DRY_RUN}, please remove the annotation`;
    }
    if (!['ALLOW', 'DENY'].includes((spec.action as string | undefined) ?? 'ALLOW')) {
      return `the annotation ${DRY_RUN} currently only supports action ALLOW/DENY`;
    }
    if (booleanOf(value) === undefined) {
      return `annotation ${DRY_RUN} with invalid value (${value})`;
    }
  }
  const refused = REFUSED_ANNOTATIONS.find((name) => Object.hasOwn(annotations, name));
  return refused === undefined ? undefined : `"${refused}" annotation found, this may not be set by users`;
}

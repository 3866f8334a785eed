import { childPath, isRecord, itemsOf, keyPath, recordOf } from '../field-note';

/** Takes what is wrong with a field. */
export type Report = (path: string, problem: string) => void;

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const QUALIFIED = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;

/** What is wrong with a name of one label, or `undefined`. */
export function labelProblem(text: string): string | undefined {
  return text.length > 63 ? 'must be no more than 63 characters' : LABEL.test(text) ? undefined : 'must be a lowercase RFC 1123 label';
}

/** What is wrong with a name of labels with dots between them, or `undefined`. */
export function subdomainProblem(text: string): string | undefined {
  return text.length > 253 ? 'must be no more than 253 characters' : SUBDOMAIN.test(text) ? undefined : 'must be a lowercase RFC 1123 subdomain';
}

/** What is wrong with the key of a label or annotation, or `undefined`. */
export function qualifiedNameProblem(text: string): string | undefined {
  const parts = text.split('/');
  const name = parts.at(-1)!;
  if (parts.length > 2) {
    return 'a qualified name must be a name with an optional DNS prefix and "/"';
  }
  if (parts.length === 2 && (parts[0] === '' || subdomainProblem(parts[0]) !== undefined)) {
    return 'prefix part must be a lowercase RFC 1123 subdomain';
  }
  return name.length > 63 ? 'name part must be no more than 63 bytes' : QUALIFIED.test(name) ? undefined : 'name part must consist of alphanumeric characters, "-", "_" or "."';
}

/** What is wrong with the value of a label, or `undefined`. */
export function labelValueProblem(text: string): string | undefined {
  return text.length > 63 ? 'must be no more than 63 bytes' : text === '' || QUALIFIED.test(text) ? undefined : 'a valid label must be empty or consist of alphanumeric characters, "-", "_" or "."';
}

/** What is wrong with the name of a port, or `undefined`. */
export function portNameProblem(text: string): string | undefined {
  if (text.length > 15) {
    return 'must be no more than 15 characters';
  }
  if (!/^[-a-z0-9]+$/.test(text)) {
    return 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)';
  }
  if (!/[a-z]/.test(text)) {
    return 'must contain at least one letter (a-z)';
  }
  return text.includes('--') ? 'must not contain consecutive hyphens' : /^-|-$/.test(text) ? 'must not begin or end with a hyphen' : undefined;
}

/** What is wrong with the number of a port, or `undefined`. */
export function portNumberProblem(port: number): string | undefined {
  return port >= 1 && port <= 65535 ? undefined : 'must be between 1 and 65535, inclusive';
}

/** Reports labels that the API server refuses. A null is an empty value. */
export function checkLabels(labels: unknown, path: string, report: Report): void {
  for (const [key, value] of Object.entries(recordOf(labels))) {
    reportIf(path, qualifiedNameProblem(key), report);
    reportIf(path, labelValueProblem(textOf(value)), report);
  }
}

/** Reports what is wrong with a selector of labels and expressions. */
export function checkLabelSelector(selector: unknown, path: string, report: Report): void {
  if (!isRecord(selector)) {
    return;
  }
  checkLabels(selector.matchLabels, childPath(path, 'matchLabels'), report);
  itemsOf(selector.matchExpressions).forEach((item, i) => checkExpression(recordOf(item), `${path}.matchExpressions[${i}]`, report));
}

function checkExpression({ key, operator, values }: Record<string, unknown>, path: string, report: Report): void {
  const count = itemsOf(values).length;
  if (['In', 'NotIn'].includes(textOf(operator))) {
    reportIf(childPath(path, 'values'), count === 0 ? "must be specified when `operator` is 'In' or 'NotIn'" : undefined, report);
  } else if (['Exists', 'DoesNotExist'].includes(textOf(operator))) {
    reportIf(childPath(path, 'values'), count > 0 ? "may not be specified when `operator` is 'Exists' or 'DoesNotExist'" : undefined, report);
  } else {
    report(childPath(path, 'operator'), 'not a valid selector operator');
  }
  reportIf(childPath(path, 'key'), qualifiedNameProblem(textOf(key)), report);
  itemsOf(values).forEach((value, i) => reportIf(`${path}.values[${i}]`, labelValueProblem(textOf(value)), report));
}

/** Reports names, labels, annotations and owners that the API server refuses. */
export function checkMetadata(metadata: unknown, nameProblem: (name: string) => string | undefined, path: string, report: Report): void {
  const { name, generateName, labels, annotations, finalizers, ownerReferences, generation } = recordOf(metadata);
  if (textOf(generateName) !== '') {
    reportIf(childPath(path, 'generateName'), nameProblem(textOf(generateName).replace(/-$/, 'a')), report);
  }
  if (textOf(name) !== '') {
    reportIf(childPath(path, 'name'), nameProblem(textOf(name)), report);
  } else if (textOf(generateName) === '') {
    report(childPath(path, 'name'), 'required value: name or generateName is required');
  }
  checkLabels(labels, childPath(path, 'labels'), report);
  checkAnnotations(annotations, childPath(path, 'annotations'), report);
  itemsOf(finalizers).forEach((one) => reportIf(childPath(path, 'finalizers'), qualifiedNameProblem(textOf(one)), report));
  itemsOf(ownerReferences).forEach((owner, i) => ['apiVersion', 'kind', 'name', 'uid'].filter((field) => textOf(recordOf(owner)[field]) === '')
    .forEach((field) => report(`${path}.ownerReferences[${i}].${field}`, 'must not be empty')));
  if (typeof generation === 'number' && generation < 0) {
    report(childPath(path, 'generation'), 'must be greater than or equal to 0');
  }
}

const MOST_ANNOTATIONS = 256 * 1024;

/** Reports keys of annotations that the API server refuses, and too much text. */
export function checkAnnotations(annotations: unknown, path: string, report: Report): void {
  const entries = Object.entries(recordOf(annotations));
  entries.forEach(([key]) => reportIf(path, qualifiedNameProblem(key.toLowerCase()), report));
  const size = entries.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(textOf(value)), 0);
  if (size > MOST_ANNOTATIONS) {
    report(path, `may not be more than ${MOST_ANNOTATIONS} bytes`);
  }
}

/** Reports a problem if there is one. */
export function reportIf(path: string, problem: string | undefined, report: Report): void {
  if (problem !== undefined) {
    report(path, problem);
  }
}

/** A text; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Reports a value that is none of the supported ones; what is absent or null has a default. */
export function checkOneOf(value: unknown, supported: readonly string[], path: string, report: Report, emptyIsDefault = true): void {
  const absent = value === undefined || value === null || (emptyIsDefault && value === '');
  if (!absent && !supported.includes(textOf(value))) {
    report(path, `unsupported value: ${JSON.stringify(value)}: supported values: ${supported.map((one) => JSON.stringify(one)).join(', ')}`);
  }
}

/** Reports a number below zero. */
export function checkNotNegative(of: Record<string, unknown>, names: readonly string[], path: string, report: Report): void {
  names.filter((name) => typeof of[name] === 'number' && Number(of[name]) < 0)
    .forEach((name) => report(childPath(path, name), 'must be greater than or equal to 0'));
}

/** The path of an annotation. */
export function annotationPath(key: string): string {
  return keyPath('metadata.annotations', key);
}

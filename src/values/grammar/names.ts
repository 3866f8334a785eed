const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const NOT_A_LABEL = 'must start and end with a letter or digit, with only letters, digits, "-", "_" and "." between';
const LABEL_NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

/** What is wrong with a DNS label (RFC 1123): the names of namespaces, Services and containers. */
export function dnsLabelProblem(value: string): string | undefined {
  return lengthProblem(value, 63)
    ?? (LABEL.test(value) ? undefined : 'is not a DNS label: lower case letters, digits and "-" inside only');
}

/** What is wrong with a DNS subdomain (RFC 1123): the names of most Kubernetes objects. */
export function dnsSubdomainProblem(value: string): string | undefined {
  return lengthProblem(value, 253)
    ?? (value.split('.').every((part) => LABEL.test(part))
      ? undefined
      : 'is not a DNS name: labels of lower case letters, digits and "-" inside, separated by single dots, only');
}

/** What is wrong with the name of a ServiceAccount. */
export function serviceAccountNameProblem(value: string): string | undefined {
  return dnsSubdomainProblem(value);
}

/** What is wrong with a label key: `name` or `prefix/name`. */
export function labelKeyProblem(value: string): string | undefined {
  const parts = value.split('/');
  if (parts.length > 2) {
    return 'has more than one "/"';
  }
  if (parts.length === 2) {
    const prefix = dnsSubdomainProblem(parts[0]);
    if (prefix !== undefined) {
      return `has a prefix that ${prefix}`;
    }
  }
  const name = parts[parts.length - 1];
  return lengthProblem(name, 63)
    ?? (LABEL_NAME.test(name) ? undefined : NOT_A_LABEL);
}

/** What is wrong with a label value; the empty value is a value. */
export function labelValueProblem(value: string): string | undefined {
  if (value === '') {
    return undefined;
  }
  return lengthProblem(value, 63)
    ?? (LABEL_NAME.test(value) ? undefined : NOT_A_LABEL);
}

/** What is wrong with the name of a container port (IANA_SVC_NAME, RFC 6335). */
export function portNameProblem(value: string): string | undefined {
  const length = lengthProblem(value, 15);
  if (length !== undefined) {
    return length;
  }
  if (!LABEL.test(value)) {
    return 'may hold lower case letters, digits and "-" inside only';
  }
  if (value.includes('--')) {
    return 'has two "-" in a row';
  }
  return /[a-z]/.test(value) ? undefined : 'has no letter, so that it would be read as a number';
}

function lengthProblem(value: string, longest: number): string | undefined {
  if (value === '') {
    return 'is empty';
  }
  return value.length > longest ? `is longer than ${longest} characters` : undefined;
}

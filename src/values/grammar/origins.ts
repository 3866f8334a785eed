/** What is wrong with the origin of a web page, as a browser sends it: scheme, host, and the port unless it is the scheme's own. */
export function originProblem(value: string): string | undefined {
  if (value === 'null') {
    return 'is what any sandboxed page or file sends';
  }
  if (value.includes('*')) {
    return 'has a "*", but each origin is one party';
  }
  const origin = serialised(value);
  if (origin === undefined || !/^https?:/.test(origin)) {
    return 'is not SCHEME://HOST or SCHEME://HOST:PORT with http or https';
  }
  return origin === value ? undefined : `is never sent in this form; browsers send "${origin}"`;
}

/** The origin as the URL standard writes it, which is what browsers send. */
function serialised(value: string): string | undefined {
  try {
    return new URL(value).origin;
  } catch {
    return undefined;
  }
}

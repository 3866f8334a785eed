/** What is wrong with a port number. */
export function portNumberProblem(value: number): string | undefined {
  if (!Number.isInteger(value)) {
    return 'is not a whole number';
  }
  return value < 1 || value > 65535 ? 'is out of range' : undefined;
}

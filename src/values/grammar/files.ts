import { textProblem } from './strings';

/** What is wrong with the path of a file in a container. */
export function filePathProblem(value: string): string | undefined {
  const problem = textProblem(value);
  if (problem !== undefined) {
    return problem;
  }
  if (!value.startsWith('/')) {
    return 'is not an absolute path';
  }
  return value.endsWith('/') || value.split('/').some((part) => part === '..' || part === '.') ? 'is not the path of a file' : undefined;
}

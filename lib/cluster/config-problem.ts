import { ReleafError } from '../model/errors';

/** The refusal for a kubeconfig that cannot be used. */
export const invalid = (message: string, hint = ''): ReleafError =>
  new ReleafError('CLUSTER_CONFIG', message, hint);

/** What may be known of an error of client-node. Its message may quote a credential. */
export interface LoadError {
  readonly code?: string;
  readonly path?: string;
}

const FILE_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  EISDIR: 'is a folder',
  ENOTDIR: 'does not exist',
};

/** What is wrong with a file, in words with its path; undefined when the error is about no file. */
export function fileProblem({ code, path }: LoadError, otherwise: string): string | undefined {
  const problem = FILE_PROBLEMS[code ?? ''];
  return problem && `${path ?? otherwise} ${problem}`;
}

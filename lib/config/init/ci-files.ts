import type { Answers } from './answers';

/** What of a repository releaf runs in CI for. */
export interface CiParts {
  readonly ci: Answers['ci'];
  /** The version of releaf that CI installs. */
  readonly version: string;
  /** The folder of the config in the repository, with forward slashes; empty for its top. */
  readonly within: string;
}

/** A file at the top of the repository. */
export interface CiFile {
  readonly file: string;
  readonly text: string;
}

export const SCRIPT = '.releaf/pull-requests.sh';
export const GITHUB_WORKFLOW = '.github/workflows/releaf.yaml';
export const GITLAB_JOBS = '.releaf/gitlab-ci.yml';
export const GITLAB_CI = '.gitlab-ci.yml';

/** The packed program from which CI installs it where package.json of the repository does not have it. */
export const packed = (version: string): string => `.releaf/releaf-${version}.tgz`;

/** What `.gitlab-ci.yml` must say; nothing else where there is none yet. */
export const GITLAB_INCLUDE = `include:\n  - local: ${GITLAB_JOBS}\n`;

/** Words that a shell takes as they are, so that CI can hand them on. */
const FOLDER = /^[\w@%+=:,./-]+$/;

/** Whether CI can name that folder in `RELEAF_FOLDERS`, where blanks are between folders. */
export const nameableInCi = (within: string): boolean => within === '' || FOLDER.test(within);

/**
 * The files that have CI open pull requests, the workflow last: until it is there nothing runs.
 *
 * @param template - reads a file of `templates/ci`
 */
export function ciFiles(
  { ci, version, within }: CiParts,
  template: (name: string) => string,
): readonly CiFile[] {
  const filled = (text: string): string =>
    text
      .replace(/^( *RELEAF_PACKAGE:) .*$/m, (_, key: string) => `${key} ${packed(version)}`)
      .replace(/^( *RELEAF_FOLDERS:) \.$/m, (_, key: string) => `${key} ${within || '.'}`);
  const script = { file: SCRIPT, text: template('pull-requests.sh') };
  switch (ci) {
    case 'none':
      return [];
    case 'github':
      return [script, { file: GITHUB_WORKFLOW, text: filled(template('github/releaf.yaml')) }];
    case 'gitlab':
      return [
        script,
        { file: GITLAB_JOBS, text: filled(template('gitlab/releaf.yml')) },
        { file: GITLAB_CI, text: GITLAB_INCLUDE },
      ];
  }
}

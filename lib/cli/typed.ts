import { shellWord } from '../model/shell-word';
import type { Context } from './context';

/** Commands that take the flags of the cluster. */
const ASKS_CLUSTER = /^(?:approve|fetch|doctor|adopt)\b(?!.*--from)|^renew\b.*--now\b/;

/**
 * A command as a person would type it where this one was typed: with the same folder, and, if it asks
 * the cluster, the same cluster.
 */
export const typed = (context: Context, command: string): string =>
  [
    'releaf',
    command,
    ...(context.folder === '.' ? [] : ['-C', shellWord(context.folder)]),
    ...(ASKS_CLUSTER.test(command) ? clusterFlags(context) : []),
  ].join(' ');

/** A kubectl command for the cluster that this command asks. */
export const typedKubectl = (context: Context, command: string): string =>
  ['kubectl', ...clusterFlags(context), command].join(' ');

function clusterFlags({ cluster: { kubeconfig, context } = {} }: Context): readonly string[] {
  return [
    ...(kubeconfig === undefined ? [] : ['--kubeconfig', shellWord(kubeconfig)]),
    ...(context === undefined ? [] : ['--context', shellWord(context)]),
  ];
}

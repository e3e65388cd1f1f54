import { posix } from 'node:path';
import type { RestartFile, RestartObject } from '../model/certificate-spec';
import { KNOWN_KINDS } from './pod-annotations';
import type { WrittenRestart, WrittenRestartFragment, WrittenRestartPatch } from './written-config';

/**
 * A place made total. What a kind that is not known must say and does not is empty; restart-rules.ts
 * refuses it.
 *
 * @param namespace - that of the Secret
 */
export function resolveRestart(
  entry: WrittenRestart,
  namespace: string,
): RestartFile | RestartObject {
  const { digestOf = 'certificate' } = entry;
  if ('file' in entry) {
    const { file, annotations, object } = entry;
    return { file: posix.normalize(file), annotations, ...(object && { object }), digestOf };
  }
  const written = writtenObject(entry);
  const known = KNOWN_KINDS.get(written.kind);
  const { kind, name, serviceName, selector } = written;
  return {
    form: 'patch' in entry ? 'patch' : 'fragment',
    apiVersion: written.apiVersion ?? known?.apiVersion ?? '',
    kind,
    name,
    namespace: written.namespace ?? namespace,
    ...('patch' in entry && { namespaced: written.namespace !== undefined }),
    annotations: written.annotations ?? known?.annotations ?? '',
    digestOf,
    ...(serviceName !== undefined && { serviceName }),
    ...(selector && { selector }),
  };
}

/** What a person said of an object. */
export const writtenObject = (
  entry: WrittenRestartPatch | WrittenRestartFragment,
): WrittenRestartFragment['serverSideApply'] =>
  'patch' in entry ? entry.patch : entry.serverSideApply;

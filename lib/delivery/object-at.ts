import type { Document } from 'yaml';
import { isMap } from 'yaml';
import { findAnnotations, type Place } from './find-annotations';
import { parseFile } from './yaml-file';

/** Which object of Kubernetes a document of a file describes. */
export interface DescribedObject {
  /** `apps/v1`; `v1` for the core group. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent where the document leaves it to whoever applies it. */
  readonly namespace?: string;
}

/**
 * The object in which a place of a file stands.
 *
 * @param text - the file
 * @returns undefined when its document describes none, as Helm values do not
 * @throws ReleafError `RESTART_FILE` as annotateFile
 */
export function objectAt(text: string, place: Place): DescribedObject | undefined {
  return objectOf(findAnnotations(parseFile(text, place.file), place).document);
}

/** The object that a document describes; undefined when it describes none. */
export function objectOf(document: Document.Parsed): DescribedObject | undefined {
  if (!isMap(document.contents)) return undefined;
  const [apiVersion, kind, name, namespace] = [
    ['apiVersion'],
    ['kind'],
    ['metadata', 'name'],
    ['metadata', 'namespace'],
  ].map((path) => document.getIn(path));
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') {
    return undefined;
  }
  return { apiVersion, kind, name, ...(typeof namespace === 'string' && { namespace }) };
}

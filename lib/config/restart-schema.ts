import { z } from 'zod';
import { RELATIVE_FILE } from './file-paths';
import * as kubernetes from './kubernetes-names';
import { byName, list, mapping, oneOf, text } from './schema-builders';
import type { WrittenRestart } from './written-config';

const digestOf = oneOf('digestOf', ['certificate', 'ca'], {
  description: 'What the annotation changes with: the certificate, or only the CA behind it.',
  default: 'certificate',
}).optional();

const kind = text(kubernetes.OBJECT_KIND, {
  description: 'Kind of the object.',
  examples: ['StatefulSet', 'Tenant'],
});
const name = text(kubernetes.OBJECT_NAME, { description: 'Name of the object.' });

const file = mapping(
  {
    file: text(RELATIVE_FILE, {
      description: 'YAML file of your own, relative to the folder of the config.',
      examples: ['tenant.yaml'],
    }),
    annotations: text(kubernetes.ANNOTATIONS_PATH, {
      description: 'Path of the annotations mapping in that file.',
      examples: ['spec.template.metadata.annotations', 'spec.kes.annotations'],
    }),
    object: mapping(
      { kind, name },
      { description: 'Which object of the file, when several have such a place.' },
    ).optional(),
    digestOf,
  },
  { description: 'A place in a file of your own, where releaf sets the annotation.' },
);

const object = {
  kind,
  name,
  apiVersion: text(kubernetes.API_VERSION, {
    description: 'apiVersion of the object. Default that of the usual kinds.',
    examples: ['apps/v1', 'minio.min.io/v2'],
  }).optional(),
  namespace: text(kubernetes.NAMESPACE, {
    description: 'Namespace of the object. Default that of the Secret.',
  }).optional(),
  annotations: text(kubernetes.FIELD_PATH, {
    description: 'Path of the annotations mapping in it. Default that of the usual kinds.',
    examples: ['spec.template.metadata.annotations', 'spec.poolsMetadata.annotations'],
  }).optional(),
};

const patch = mapping(
  {
    patch: mapping(object, { description: 'The object that a patch of Kustomize annotates.' }),
    digestOf,
  },
  { description: 'A patch in dist/; with delivery: kustomize.' },
);

const fragment = mapping(
  {
    serverSideApply: mapping(
      {
        ...object,
        serviceName: text(kubernetes.SERVICE, {
          description: 'With Flux, of a StatefulSet: its serviceName.',
        }).optional(),
        selector: byName(
          kubernetes.LABEL_KEY,
          text(kubernetes.LABEL_VALUE, { description: 'Value of the label.' }),
          'labels',
          { description: 'With Flux, of a workload: the matchLabels of its selector.' },
        ).optional(),
      },
      { description: 'The object that a fragment for server-side apply annotates.' },
    ),
    digestOf,
  },
  { description: 'A fragment of the object in dist/; with delivery: kubectl, argo-cd or flux.' },
);

const FORMS =
  'a restart is { file, annotations }, { patch: { kind, name } } or { serverSideApply: { kind, name } }';

/** Two spellings of one file are one place. */
function identity(entry: WrittenRestart): string {
  const place =
    'file' in entry
      ? [entry.file.replace(/^\.\//, ''), entry.annotations, entry.object?.kind, entry.object?.name]
      : entry;
  return JSON.stringify(place);
}

/** Where the restart annotation belongs. What fits together is checked in restart-rules.ts. */
export const restart = list(
  z.union([file, patch, fragment], { error: FORMS }).meta({
    description: 'A place where the restart annotation belongs.',
  }),
  'mappings with file and annotations, with patch, or with serverSideApply',
  { description: 'Where the restart annotation belongs.' },
  (entry) => identity(entry as WrittenRestart),
);

import { annotateFile } from '../../lib/delivery/annotate-file';
import { restartInPlace } from '../../lib/delivery/restart-in-place';
import { ReleafError } from '../../lib/model/errors';
import type { RestartFile } from '../../lib/model/certificate-spec';
import { spec } from '../constructs/kes';

const OPERATED = {
  kind: 'StatefulSet',
  name: 'tenant-kes',
  instead: 'spec.kes.annotations of the Tenant tenant',
};
const place = {
  file: 'kes.yaml',
  annotations: 'spec.template.metadata.annotations',
  digestOf: 'certificate',
} as const;
const statefulSet = (metadata: string) =>
  `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {${metadata}}\nspec: {template: {metadata: {}}}\n`;

const annotated = (text: string, at: RestartFile): string =>
  annotateFile(text, [restartInPlace(at, { ...spec, operated: OPERATED }, 'x')]);

describe('restartInPlace', () => {
  it.each(['name: tenant-kes', 'name: tenant-kes, namespace: minio'])(
    'refuses the StatefulSet that the operator makes: %s',
    (metadata) => {
      const edit = () => annotated(statefulSet(metadata), place);
      expect(edit).toThrow(
        new ReleafError(
          'RESTART_FILE',
          'kes.yaml: StatefulSet tenant-kes is made by an operator, which takes back what others put there',
        ),
      );
      expect(edit).toThrow(
        expect.objectContaining({
          hint: 'in restart of kes in the config name spec.kes.annotations of the Tenant tenant',
        }) as Error,
      );
    },
  );

  it.each(['name: tenant', 'name: tenant-kes, namespace: other'])(
    'annotates another one: %s',
    (metadata) => {
      const after = annotated(statefulSet(metadata), place);
      expect(after).toContain('annotations: {restart.releaf.dev/kes: "x"}');
    },
  );

  it('annotates Helm values, which are no object', () => {
    const values = { ...place, annotations: 'podAnnotations' };
    expect(annotated('podAnnotations: {}\n', values)).toBe(
      'podAnnotations: {restart.releaf.dev/kes: "x"}\n',
    );
  });
});

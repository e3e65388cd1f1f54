import { ApiObject, App, Chart, YamlOutputType } from 'cdk8s';
import type { Construct, IValidation } from 'constructs';

/**
 * Refuses, at synth and in `Testing.synth`, a Secret that SOPS encrypts in one file with other objects:
 * the `sops` of the first document is taken for the whole file.
 *
 * @param secret - the construct that holds the Secret and nothing else
 * @param shown - how messages call it: `namespace/name`
 * @param certificate - name of its certificate
 */
export function sopsAlone(secret: Construct, shown: string, certificate: string): IValidation {
  return {
    validate: () => {
      const other = sharesFileWith(secret);
      if (!other) return [];
      return [
        `SOPS_CHART: Secret ${shown} shares its file with ${other.kind} ${other.name}, and SOPS decrypts only a Secret that stands alone in its file; ${wayOut(secret, certificate)}`,
      ];
    },
  };
}

function wayOut(secret: Construct, certificate: string): string {
  return App.of(secret).yamlOutputType === YamlOutputType.FILE_PER_APP
    ? 'let the app write more than one file: new App({ yamlOutputType: YamlOutputType.FILE_PER_CHART })'
    : `give it a Chart of its own: RotatingCertificate.from(chart, certificates, '${certificate}', { secretScope: app })`;
}

/** An object that the app writes into the same file, if there is one. */
function sharesFileWith(secret: Construct): ApiObject | undefined {
  const { yamlOutputType } = App.of(secret);
  if (
    yamlOutputType === YamlOutputType.FILE_PER_RESOURCE ||
    yamlOutputType === YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE
  ) {
    return undefined;
  }
  const chart = Chart.of(secret);
  const perApp = yamlOutputType === YamlOutputType.FILE_PER_APP;
  const own = new Set(secret.node.findAll());
  return (perApp ? App.of(secret) : chart).node
    .findAll()
    .filter((construct) => ApiObject.isApiObject(construct))
    .find((object) => !own.has(object) && (perApp || Chart.of(object) === chart));
}

import { createColors } from 'picocolors';
import { checkApiServer } from '../cluster/checks/api-server';
import type { Look } from '../cluster/checks/endpoint';
import { runChecks } from '../cluster/checks/run-checks';
import { readControllerCertificate } from '../cluster/sealing-certificate';
import { parseEndpoint, servedCertificate } from '../cluster/served-certificate';
import type { FindingLevel } from '../model/finding';
import { diagnosisJson, diagnosisText, failuresIn } from '../report/findings';
import { openFolder, readCertificate } from '../store/folder';
import { EXIT, type Context, type ExitStatus } from './context';
import { checksOfAll, checksOfEndpoint, checksOfOne, controllerIn } from './doctor-checks';
import type { DoctorFlags } from './doctor-flags';
import { select } from './selection';

/**
 * `releaf doctor`: asks the live cluster whether this will work; writes nothing.
 *
 * @param look - how to get what `--endpoint` serves
 */
export async function runDoctor(
  context: Context,
  names: readonly string[],
  flags: DoctorFlags,
  look: Look = servedCertificate,
): Promise<ExitStatus> {
  if (flags.sealingCertificate) return printSealingCertificate(context, flags);
  const folder = openFolder(context.folder);
  const specs = select(folder, names);
  if (flags.endpoint !== undefined) {
    if (specs.length !== 1) {
      context.note(
        `error: --endpoint is for one certificate, this is ${specs.length}: releaf doctor NAME --endpoint ${flags.endpoint}`,
        'important',
      );
      return EXIT.usage;
    }
    parseEndpoint(flags.endpoint);
  }
  const certificates = specs.map((spec) => readCertificate(folder, spec));
  const api = await context.openCluster(flags);
  // First and alone: who cannot be reached is asked no more.
  const reached = await runChecks([{ check: 'api server', run: () => checkApiServer(api) }]);
  const found = await runChecks([
    ...checksOfAll(api, folder, certificates, context, flags),
    ...certificates.flatMap((certificate) => checksOfOne(api, folder, certificate, context, flags)),
    ...certificates.flatMap((certificate) => checksOfEndpoint(certificate, context, flags, look)),
  ]);
  const diagnosis = {
    context: api.context,
    server: api.server,
    findings: [...reached, ...found],
  };
  const colours = createColors(context.colour);
  const paint: Readonly<Record<FindingLevel, (text: string) => string>> = {
    ok: colours.green,
    warning: colours.yellow,
    failure: colours.red,
  };
  context.print(
    flags.json
      ? diagnosisJson(diagnosis)
      : diagnosisText(diagnosis, (level, text) => paint[level](text)),
  );
  return failuresIn(diagnosis) > 0 ? EXIT.failed : EXIT.done;
}

async function printSealingCertificate(context: Context, flags: DoctorFlags): Promise<ExitStatus> {
  const api = await context.openCluster(flags);
  const pem = await readControllerCertificate(api, controllerIn(flags), context.now);
  const { context: name, server } = api;
  context.print(
    flags.json
      ? JSON.stringify({ context: name, server, sealingCertificate: pem }, undefined, 2)
      : pem.trimEnd(),
  );
  return EXIT.done;
}

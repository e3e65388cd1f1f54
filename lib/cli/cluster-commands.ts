import { Option } from 'commander';
import type { AdoptFlags } from './adopt';
import {
  clustered,
  examples,
  json,
  waitOption,
  type ClusterFlags,
  type CommandLine,
  type FolderFlag,
} from './command-line';
import type { DoctorFlags } from './doctor-flags';

/** Declares the commands that ask the cluster, `fetch` and `adopt` unless they are given a file. */
export function declareClusterCommands(line: CommandLine): void {
  line.program.commandsGroup('In the cluster:');
  declareApprove(line);
  declareFetch(line);
  declareDoctor(line);
  declareAdopt(line);
}

function declareApprove(line: CommandLine): void {
  json(
    clustered(
      line.command(
        'approve [names...]',
        'compare the live request with the committed bytes, approve that very object, wait, keep the certificate',
      ),
    ),
  )
    .addOption(waitOption('how long to wait for the signer', '5m'))
    .option('--no-fetch', 'approve only; leave the certificate to releaf fetch')
    .addOption(new Option('--deny', 'deny instead; needs names').default(false).conflicts('dryRun'))
    .option('--dry-run', 'compare only', false)
    .addHelpText(
      'after',
      examples(
        'releaf approve kes',
        'releaf approve                all that is pending',
        'releaf approve kes --no-fetch --context prod',
        'releaf approve kes --deny',
      ),
    )
    .action(
      (
        names: string[],
        flags: FolderFlag &
          ClusterFlags & {
            wait: number;
            fetch: boolean;
            deny: boolean;
            dryRun: boolean;
            json: boolean;
          },
      ) => {
        if (flags.deny && names.length === 0) {
          line.program.error(
            'error: nothing undoes --deny, so say which: releaf approve NAME --deny',
          );
        }
        return line.inEach(flags, {
          names,
          json: flags.json,
          synthesizes: true,
          run: async (context, own) =>
            (await import('./approve.js')).runApprove(context, own, flags),
        });
      },
    );
}

function declareFetch(line: CommandLine): void {
  json(
    clustered(
      line.command(
        'fetch [names...]',
        'take signed certificates, check and install them; then synth',
      ),
    ),
  )
    .addOption(
      new Option(
        '--from <file>',
        'PEM file with the signed certificates, - for standard input (default: ask the cluster)',
      ).conflicts(['kubeconfig', 'context', 'wait']),
    )
    .addOption(waitOption('wait for approval and signature (default: take what is there)'))
    .option('--allow-older', 'take a certificate that ends no later than the current one', false)
    .addHelpText(
      'after',
      examples(
        'releaf fetch                  whatever the cluster has signed',
        'releaf fetch kes --wait 5m',
        'releaf fetch kes --from kes.pem',
        "kubectl get csr kes-2-3f9ab2c1 -o jsonpath='{.status.certificate}' | base64 -d | releaf fetch --from -",
      ),
    )
    .action(
      (
        names: string[],
        flags: FolderFlag &
          ClusterFlags & { from?: string; wait?: number; allowOlder: boolean; json: boolean },
      ) => {
        const { from } = flags;
        if (from !== undefined && line.foldersOf(flags).length > 1) {
          line.program.error('error: --from is for one folder; run releaf fetch once for each');
        }
        return line.inEach(flags, {
          names,
          json: flags.json,
          synthesizes: true,
          run: async (context, own) =>
            from === undefined
              ? (await import('./fetch-live.js')).runFetchLive(context, own, flags)
              : (await import('./fetch.js')).runFetch(context, own, { ...flags, from }),
        });
      },
    );
}

function declareDoctor(line: CommandLine): void {
  json(
    clustered(
      line.command('doctor [names...]', 'ask the live cluster whether this will work, and why not'),
    ),
  )
    .option('--endpoint <host:port>', 'also look at the certificate that is served there')
    .option('--sealing-certificate', "print the Sealed Secrets controller's certificate", false)
    .option(
      '--controller-name <name>',
      'Service of the Sealed Secrets controller',
      'sealed-secrets-controller',
    )
    .option('--controller-namespace <namespace>', 'its namespace', 'kube-system')
    .addOption(
      new Option('--argocd-namespace <namespace>', 'namespace of Argo CD').default('argocd'),
    )
    .addHelpText(
      'after',
      examples(
        'releaf doctor',
        'releaf doctor kes --endpoint kes.default.svc:7373',
        'releaf doctor --sealing-certificate > sealing-certificate.pem',
      ),
    )
    .action((names: string[], flags: FolderFlag & DoctorFlags & { json: boolean }) => {
      const one = flags.endpoint === undefined ? '--sealing-certificate' : '--endpoint';
      if ((flags.sealingCertificate || one === '--endpoint') && line.foldersOf(flags).length > 1) {
        line.program.error(`error: ${one} is for one folder; run releaf doctor once for each`);
      }
      return line.inEach(flags, {
        names,
        json: flags.json,
        run: async (context, own) => (await import('./doctor.js')).runDoctor(context, own, flags),
      });
    });
}

function declareAdopt(line: CommandLine): void {
  json(
    clustered(
      line.command(
        'adopt <secret>',
        'config entry for a Secret that is there: SECRET.yaml, or NAMESPACE/NAME in the cluster',
      ),
    ),
  )
    .option('--name <name>', "name of the certificate (default: from the Secret's name)")
    .option('--signer <signer>', 'who signs, where the certificate does not tell')
    .option('--print', 'print the entry; write nothing', false)
    .addHelpText(
      'after',
      examples(
        'releaf adopt default/kes-tenant-kes-tls',
        'releaf adopt secret.yaml --name web --signer example.com/internal',
        'kubectl get secret web-tls -o yaml | releaf adopt -',
      ),
    )
    .action((secret: string, flags: FolderFlag & AdoptFlags) => {
      if (line.foldersOf(flags).length > 1) {
        line.program.error('error: releaf adopt is for one folder: a Secret belongs into one');
      }
      return line.inEach(flags, {
        names: [],
        json: flags.json,
        synthesizes: true,
        run: async (context) => (await import('./adopt.js')).runAdopt(context, secret, flags),
      });
    });
}

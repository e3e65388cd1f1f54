import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { apply, get, kubectl } from '../cluster';
import { expectAlive, kill, launch, tool } from '../processes';
import { until } from '../until';
import {
  applicationOf,
  NAMESPACE,
  stateOf,
  type Application,
  type ApplicationSpec,
  type ApplicationState,
} from './application';
import { established } from './custom-resources';
import { asServiceAccount } from './service-account';

const CONTROLLER = 'argocd-application-controller';
const REPO_SERVER = 'argocd-repo-server';
const REDIS = 'argocd-redis';
const REDIS_ADDRESS = '127.0.0.1:6379';
// Where the Sealed Secrets controller does not listen.
const REPO_SERVER_PORT = 18081;

/** Argo CD's application controller and repo server, under the settings that its install.yaml has. */
export interface ArgoCd {
  createApplication(spec: ApplicationSpec): Promise<void>;
  state(name: string): Promise<ApplicationState>;
  /**
   * Asks for a look at Git at once, as `argocd app get --refresh` does, and waits until that has been.
   *
   * @param how - a `hard` one passes by what the repo server keeps
   */
  refresh(name: string, how?: 'normal' | 'hard'): Promise<void>;
  /** Waits until an Application is Synced and Healthy at a commit, and nothing is going on. */
  synced(name: string, commit: string): Promise<ApplicationState>;
  /** Ends the programs. The objects stay. */
  stop(): Promise<void>;
}

const REFRESH = 'argocd.argoproj.io/refresh';

export async function startArgoCd(): Promise<ArgoCd> {
  await install();
  launch(REDIS, {
    command: 'redis-server',
    args: ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
  });
  launch(REPO_SERVER, {
    command: tool('argo-cd'),
    args: [
      REPO_SERVER,
      '--address=127.0.0.1',
      `--port=${REPO_SERVER_PORT}`,
      '--metrics-address=127.0.0.1',
      `--redis=${REDIS_ADDRESS}`,
    ],
    // There are no keys, and it wants its folder of them; the shipped image has all programs on its path.
    env: { ARGOCD_GPG_ENABLED: 'false', PATH: `${tool('')}:${process.env['PATH'] ?? ''}` },
  });
  launch(
    CONTROLLER,
    await asServiceAccount(NAMESPACE, CONTROLLER, {
      command: tool('argo-cd'),
      args: [CONTROLLER, `--repo-server=127.0.0.1:${REPO_SERVER_PORT}`, `--redis=${REDIS_ADDRESS}`],
    }),
  );
  await until('the repo server listens', () => {
    for (const name of [REDIS, REPO_SERVER, CONTROLLER]) expectAlive(name);
    return listens(REPO_SERVER_PORT);
  });

  const application = (name: string): Promise<Application | undefined> =>
    get<Application>('applications.argoproj.io', name, NAMESPACE);
  const argo: ArgoCd = {
    async createApplication(spec) {
      await apply(applicationOf(spec));
    },
    state: async (name) => stateOf(await application(name)),
    async refresh(name, how = 'normal') {
      await kubectl([
        ...['annotate', 'applications.argoproj.io', name, '-n', NAMESPACE],
        ...['--overwrite', `${REFRESH}=${how}`],
      ]);
      await until(`Argo CD has refreshed ${name}`, async () => {
        expectAlive(CONTROLLER);
        const found = await application(name);
        return found && found.metadata.annotations?.[REFRESH] === undefined;
      });
    },
    synced: (name, commit) =>
      until(`${name} is Synced and Healthy at ${commit}`, async () => {
        for (const program of [REDIS, REPO_SERVER, CONTROLLER]) expectAlive(program);
        const state = await argo.state(name);
        const { sync, health, revision, phase } = state;
        if (
          `${sync} ${health} ${revision} ${phase ?? ''}` === `Synced Healthy ${commit} Succeeded`
        ) {
          return state;
        }
        throw new Error(JSON.stringify(state));
      }),
    async stop() {
      for (const name of [CONTROLLER, REPO_SERVER, REDIS]) await kill(name);
    },
  };
  return argo;
}

/** Applies Argo CD's own install.yaml but for what runs it, and the project that argocd-server would make. */
async function install(): Promise<void> {
  const objects = readFileSync(tool('argo-cd.yaml'), 'utf8')
    .split('\n---\n')
    .filter((text) => !/^kind: (?:Deployment|StatefulSet|Service|NetworkPolicy)$/m.test(text));
  await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } });
  await kubectl(['apply', '--server-side', '-n', NAMESPACE, '-f', '-'], {
    input: objects.join('\n---\n'),
  });
  await established('applications.argoproj.io', 'appprojects.argoproj.io');
  await apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: 'default', namespace: NAMESPACE },
    spec: {
      sourceRepos: ['*'],
      destinations: [{ server: '*', namespace: '*' }],
      clusterResourceWhitelist: [{ group: '*', kind: '*' }],
    },
  });
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      done(true);
    }).on('error', () => {
      done(false);
    });
  });
}

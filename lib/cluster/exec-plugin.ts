import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import { clearTimeout, setTimeout } from 'node:timers';
import type { KubeConfig, User } from '@kubernetes/client-node' with {
  'resolution-mode': 'import',
};
import { invalid } from './config-problem';
import type { ExecPlugin } from './kubeconfig-entry';

/** What a plugin runs in. */
interface PluginProcess extends EventEmitter {
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly kill: () => boolean;
}

/** The part of client-node's ExecAuth that starts a plugin. */
interface PluginStarter {
  execFn?: (...how: readonly unknown[]) => PluginProcess;
}

/**
 * Tells an exec plugin what kubectl tells it, and client-node does not; ends one that hangs.
 *
 * @param within - how long it may take, in milliseconds
 * @throws ReleafError CLUSTER_CONFIG for one that needs a terminal
 * @see https://kubernetes.io/docs/reference/access-authn-authz/authentication/#input-and-output-formats
 */
export function prepareExecPlugin(kubeConfig: KubeConfig, user: User, within: number): void {
  const plugin = user.exec as ExecPlugin | undefined;
  if (!plugin) return;
  if (plugin.interactiveMode === 'Always') {
    throw invalid(
      `user ${user.name}: the exec plugin ${plugin.command} needs a terminal of its own, which it has not here`,
      'use a context with a token, a client certificate or another plugin',
    );
  }
  const info = {
    kind: 'ExecCredential',
    apiVersion: plugin.apiVersion,
    spec: { interactive: false },
  };
  plugin.env = [
    ...(plugin.env ?? []),
    { name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) },
  ];
  const slow = invalid(
    `user ${user.name}: the exec plugin ${plugin.command} has not ended within ${within / 1000} s`,
    'kubectl auth whoami, with this context, shows what it waits for',
  );
  const { authenticators } = kubeConfig as unknown as { authenticators: readonly PluginStarter[] };
  for (const starter of authenticators) {
    const { execFn } = starter;
    if (!execFn) continue;
    starter.execFn = (...how) => {
      const child = execFn(...how);
      const timer = setTimeout(() => {
        child.emit('error', slow);
        child.kill();
        // Else a process that it started in turn would be waited for.
        child.stdout.destroy();
        child.stderr.destroy();
      }, within);
      return child.once('close', () => {
        clearTimeout(timer);
      });
    };
  }
}

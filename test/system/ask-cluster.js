/**
 * A process of its own, in which the Kubernetes client is the ES module that it is: opens a cluster
 * and makes calls with the compiled library, and tells what came of it, with all that inspect shows.
 */
const { inspect } = require('node:util');

const VARIABLES = ['KUBECONFIG', 'HOME', 'NODE_TLS_REJECT_UNAUTHORIZED'];

/** @param {{ build: string, environment: object, options: object, timeout?: number, cwd?: string, atOnce?: boolean, calls: unknown[][] }} asked */
async function ask({ build, environment, options, timeout, cwd = '/', atOnce, calls }) {
  for (const name of VARIABLES) delete process.env[name];
  Object.assign(process.env, environment);
  process.chdir(cwd);
  const { openCluster } = require(`${build}/lib/cluster/open-cluster.js`);
  let api;
  try {
    api = await openCluster(options, timeout && { answer: timeout, plugin: timeout });
    const results = [];
    const asked = ([method, ...args]) => api[method](...args);
    if (atOnce) {
      const ended = await Promise.allSettled(calls.map(asked));
      const failed = ended.find(({ status }) => status === 'rejected');
      if (failed) throw failed.reason;
    } else for (const call of calls) results.push((await asked(call)) ?? null);
    return { context: api.context, server: api.server, results, seen: all(api) };
  } catch (error) {
    const { name, code, message, hint } = error;
    return { error: { name, code, message, hint }, seen: all(error) + all(api) };
  }
}

const all = (value) => inspect(value, { depth: Infinity, showHidden: true, getters: true });

process.on('message', (asked) => {
  void ask(asked).then((outcome) => process.send(outcome));
});

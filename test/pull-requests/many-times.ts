import { readSealedKey } from '../../lib/store/revision-format';
import { sealedKeySha256 } from '../../lib/rotation/sealed-key-digest';
import type { Files } from '../harness';

/** What a folder with the one certificate `web` would be with so many of them, all with the same key. */
export function manyTimes(count: number, files: Files): Files {
  const width = String(count).length;
  const names = Array.from(
    { length: count },
    (_, index) => `site-${String(index + 1).padStart(width, '0')}`,
  );
  const { 'releaf.yaml': config = '', ...others } = files;
  const [head = '', entry = ''] = config.split('  web:\n');
  const entries = names.map((name) => `  ${name}:\n${entry.replaceAll('web-tls', `${name}-tls`)}`);
  return {
    'releaf.yaml': head + entries.join(''),
    ...Object.fromEntries(
      names.flatMap((name) =>
        Object.keys(others)
          .filter((path) => path.startsWith('certificates/'))
          .map((path) => [path.replace('/web/', `/${name}/`), renamed(files, path, name)]),
      ),
    ),
    'deployment.yaml': files['deployment.yaml'] ?? '',
  };
}

function renamed(files: Files, path: string, name: string): string {
  const text = files[path] ?? '';
  if (path.endsWith('private-key.yaml')) return text.replace('web-tls', `${name}-tls`);
  if (!path.endsWith('request.yaml')) return text;
  const file = path.replace('request', 'private-key');
  const sealedKey = readSealedKey(files[file] ?? '', file);
  return text
    .replace('objectName: web-', `objectName: ${name}-`)
    .replace(sealedKeySha256(sealedKey), sealedKeySha256({ ...sealedKey, name: `${name}-tls` }));
}

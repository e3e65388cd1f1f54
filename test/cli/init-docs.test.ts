import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { read, releaf, removeFolders } from '../harness';
import { REPOSITORIES, repositoryOf } from './repositories';

const PAGE = join(__dirname, '../../docs/init.md');
const UPDATE = process.env['UPDATE_DOCS'] === '1';

afterAll(removeFolders);

/** Holds a fenced block of the page against what it must be. */
function assertBlock(pattern: RegExp, wanted: string): void {
  const page = readFileSync(PAGE, 'utf8');
  const [block = ''] = pattern.exec(page) ?? [];
  if (UPDATE)
    writeFileSync(
      PAGE,
      page.replace(block, () => wanted),
    );
  else expect(block).toBe(wanted);
}

it('shows in docs/init.md what it does (after a wanted change: UPDATE_DOCS=1)', async () => {
  const { files, remote } = REPOSITORIES.tenant;
  const root = repositoryOf(files, remote);
  const { stdout, stderr } = await releaf(['init', '--yes', '-C', root]);
  const shown = `${stdout}${stderr}`.replaceAll(` -C ${root}`, '').replaceAll(`${root}/`, '');
  assertBlock(/\$ releaf init --yes\n(?!…)[^`]*(?=```)/, `$ releaf init --yes\n${shown}`);
  assertBlock(/(?<=wrote:\n\n```yaml\n)[^`]*(?=```)/, read(root, 'releaf.yaml'));
});

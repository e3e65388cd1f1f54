import { demoScenes } from './demo-scenes';

const chapters = (told: Readonly<Record<number, string>>): string =>
  [1, 2, 3, 4, 5, 6, 7]
    .map((number) => `\n${number}. Chapter\n\n${told[number] ?? 'text'}`)
    .join('\n');

describe('the screens of the demo', () => {
  it('hold its chapters, some of them together, and leave its last words out', () => {
    const told = `${chapters({})}\n\nLook at the files: releaf demo --dir DIR keeps them.\n`;
    expect(demoScenes(told)).toEqual([
      ['1. Chapter', '', 'text', '', '2. Chapter', '', 'text'],
      ['3. Chapter', '', 'text'],
      ['4. Chapter', '', 'text', '', '5. Chapter', '', 'text'],
      ['6. Chapter', '', 'text', '', '7. Chapter', '', 'text'],
    ]);
  });

  it('have an ellipsis in place of hints that name its folder', () => {
    const hints = `wrote    dist/
next: commit, open a pull request; once dist/ is applied:
  releaf approve kes -C /tmp/releaf-demo-x
or approve in another way; once it is signed:
  kubectl get csr | releaf fetch kes --from - -C /tmp/releaf-demo-x`;
    expect(demoScenes(chapters({ 3: hints }))[1]).toEqual([
      '3. Chapter',
      '',
      'wrote    dist/',
      '…',
    ]);
  });

  it('keep a hint that names no folder', () => {
    const hint = 'next: commit, open a pull request';
    expect(demoScenes(chapters({ 3: hint }))[1]).toContain(hint);
  });

  it('are refused when the demo has another chapter', () => {
    expect(() => demoScenes(`${chapters({})}\n\n8. More\n`)).toThrow(
      'the demo has chapters 1,2,3,4,5,6,7,8, not 1,2,3,4,5,6,7',
    );
  });
});

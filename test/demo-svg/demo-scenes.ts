/** What stands on the screen at one time: lines of text, the first a heading. */
export type Scene = readonly string[];

/** Chapters of the demo that share a screen. */
const SCREENS = [['1', '2'], ['3'], ['4', '5'], ['6', '7']];

/** A hint that names the folder of the demo, which is not there any more when it is read. */
const SCRATCH = / -C \S+/;

/**
 * The screens of what `releaf demo` printed: no line is changed, and `…` stands where hints are left out.
 *
 * @throws Error when the demo has other chapters than these
 */
export function demoScenes(output: string): readonly Scene[] {
  const chapters = new Map(
    output
      .split(/^(?=\d+\. )/m)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('.')), text]),
  );
  const known = SCREENS.flat();
  if ([...chapters.keys()].join() !== known.join()) {
    throw new Error(`the demo has chapters ${[...chapters.keys()].join()}, not ${known.join()}`);
  }
  return SCREENS.map((numbers) =>
    withoutHints(
      numbers
        .map((number) => chapters.get(number)!.trim())
        .join('\n\n')
        // The last words of the demo are about the folder.
        .replace(/\n\nLook at the files.*$/s, '')
        .split('\n'),
    ),
  );
}

/** Without hints that name the folder, nor what leads to them. */
function withoutHints(lines: readonly string[]): Scene {
  const cut = lines.map(
    (line, index) =>
      SCRATCH.test(line) || (line.endsWith(':') && SCRATCH.test(lines[index + 1] ?? '')),
  );
  return lines.flatMap((line, index) => (!cut[index] ? [line] : cut[index - 1] ? [] : ['…']));
}

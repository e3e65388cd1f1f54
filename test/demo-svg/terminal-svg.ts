import type { Scene } from './demo-scenes';

/** What a person who does not see the picture is told of it. */
export interface Told {
  readonly title: string;
  readonly description: string;
}

const FONT_SIZE = 13;
const CHARACTER = 7.8;
const LINE = 20;
const MARGIN = 24;
const BAR = 40;
const FOOT = 36;

/** Seconds: before the first line, for a line, for a command to be typed, and to read a screen. */
const PACE = { start: 0.2, line: 0.12, heading: 0.5, command: 0.9, read: 4 };

/** The screen that stands still where nothing may move: the one with the request and the sealed key. */
const STILL = 1;

/** Lines that have one colour. */
const LINES = {
  heading: /^\d+\. /,
  command: /^\$ /,
  soft: /^(next: .*|…|[A-Z]+( +[A-Z]+)+)$/,
} as const;

/** Parts of other lines that have one. */
const PARTS =
  /(?<soft>^ {2}\w+(?= ))|(?<good>^wrote|^nothing to do|^all right|(?<=: )revision \d+ is issued)|(?<bad>(certificate has )?expired .*)/g;

/**
 * Draws screens of a terminal, one after the other, over and over: no script, no font and no request of its own,
 * light or dark as the reader has it, and still where the reader wants no motion.
 *
 * @param scenes - at least two
 */
export function terminalSvg(scenes: readonly Scene[], { title, description }: Told): string {
  const columns = Math.max(...scenes.flat().map(({ length }) => length));
  const rows = Math.max(...scenes.map(({ length }) => length));
  const width = Math.ceil(columns * CHARACTER + 2 * MARGIN);
  const height = BAR + rows * LINE + FOOT;
  const timings = scenes.map(timingOf);
  const total = timings.reduce((sum, { seconds }) => sum + seconds, 0);
  let start = 0;
  const screens = scenes.map((lines, index) => {
    const { delays, seconds } = timings[index]!;
    const from = start;
    start += seconds;
    return {
      keyframes: sceneKeyframes(
        index,
        from / total,
        index === scenes.length - 1 ? 1 : start / total,
      ),
      group: [
        `<g class="scene${index === STILL ? ' still' : ''}" id="s${index}">`,
        // As if it had run before, so that a line is hidden until its time comes.
        ...lines.map((line, row) => textOf(line, row, from + delays[row]! - total)),
        ...scenes.map((_, dot) => progress(dot, index, scenes.length, width, height)),
        '</g>',
      ].join('\n'),
    };
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>
${style(total, screens.map(({ keyframes }) => keyframes).join('\n'))}
</style>
<rect class="window" x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="10"/>
<path class="rule" d="M1 ${BAR - 8.5}H${width - 1}"/>
${[0, 1, 2].map((index) => `<circle class="button" cx="${20 + index * 18}" cy="16" r="5.5"/>`).join('')}
<text class="name" x="${width / 2}" y="20.5" text-anchor="middle">${escaped(title)}</text>
${screens.map(({ group }) => group).join('\n')}
</svg>
`;
}

/** When each line appears, counted from the start of its screen. */
function timingOf(lines: Scene): { readonly delays: readonly number[]; readonly seconds: number } {
  let time = PACE.start;
  const delays = lines.map((line) => {
    const kind = kindOf(line);
    const delay = time;
    time += kind === 'command' ? PACE.command : kind === 'heading' ? PACE.heading : PACE.line;
    return delay;
  });
  return { delays, seconds: time + PACE.read };
}

const kindOf = (line: string) =>
  (Object.keys(LINES) as (keyof typeof LINES)[]).find((kind) => LINES[kind].test(line));

function textOf(line: string, row: number, delay: number): string {
  const text = line.trimStart();
  if (text === '') return '';
  const kind = kindOf(line);
  const attributes = [
    `class="line${kind ? ` ${kind}` : ''}"`,
    `x="${rounded(MARGIN + (line.length - text.length) * CHARACTER)}"`,
    `y="${BAR + row * LINE + 15}"`,
    // Columns stand where they should, whatever the width of the reader's font.
    `textLength="${rounded(text.length * CHARACTER)}"`,
    `style="--d:${rounded(delay)}s${kind === 'command' ? `;--n:${text.length}` : ''}"`,
  ];
  return `<text ${attributes.join(' ')}>${kind ? escaped(text) : coloured(line).trimStart()}</text>`;
}

function coloured(line: string): string {
  let done = 0;
  const parts = Array.from(line.matchAll(PARTS), ({ 0: part, groups = {}, index }) => {
    const [colour] = Object.entries<string | undefined>(groups).find(([, text]) => text) ?? [];
    const before = escaped(line.slice(done, index));
    done = index + part.length;
    return `${before}<tspan class="${colour}">${escaped(part.trimStart())}</tspan>`;
  });
  return parts.join('') + escaped(line.slice(done));
}

function progress(dot: number, now: number, count: number, width: number, height: number): string {
  const x = width / 2 + (dot - (count - 1) / 2) * 16;
  return `<circle class="dot${dot === now ? ' now' : ''}" cx="${x}" cy="${height - 18}" r="3.5"/>`;
}

/** A screen is there for its share of the whole time; each value holds until the next. */
function sceneKeyframes(index: number, from: number, to: number): string {
  const frames = [
    [0, 0],
    [from, 1],
    [to, 0],
    [1, to === 1 ? 1 : 0],
  ] as const;
  const told = new Map(frames.map(([share, opacity]) => [rounded(share * 100), opacity]));
  const text = Array.from(told, ([share, opacity]) => `${share}%{opacity:${opacity}}`).join('');
  return `@keyframes s${index}{${text}}\n#s${index}{animation-name:s${index}}`;
}

const style = (
  total: number,
  keyframes: string,
): string => `svg{--back:#fff;--edge:#d1d9e0;--text:#1f2328;--soft:#59636e;--accent:#0550ae;--good:#116329;--bad:#b42318}
@media (prefers-color-scheme:dark){svg{--back:#0d1117;--edge:#3d444d;--text:#e6edf3;--soft:#9198a1;--accent:#79c0ff;--good:#56d364;--bad:#ff7b72}}
text{font:${FONT_SIZE}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace;fill:var(--text);white-space:pre}
.window{fill:var(--back);stroke:var(--edge)}
.rule{stroke:var(--edge)}
.button,.dot{fill:var(--edge)}
.now,.heading{fill:var(--accent)}
.heading{font-weight:700}
.command{font-weight:700}
.name,.soft{fill:var(--soft)}
.good{fill:var(--good)}
.bad{fill:var(--bad)}
.scene{opacity:0}
.still{opacity:1}
@media (prefers-reduced-motion:no-preference){
.scene{animation:${rounded(total)}s step-end infinite}
.line{animation:line ${rounded(total)}s var(--d) step-end infinite}
.command{animation-name:typed;animation-timing-function:steps(var(--n))}
@keyframes line{0%{opacity:1}60%,100%{opacity:0}}
@keyframes typed{0%,60.01%,100%{clip-path:inset(-9px 100% -9px 0)}${rounded(((PACE.command - 0.2) / total) * 100)}%,60%{clip-path:inset(-9px -9px -9px 0)}}
${keyframes}
}`;

const rounded = (value: number): number => Math.round(value * 100) / 100;

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

import { terminalSvg } from './terminal-svg';

const SCENES = [
  ['1. It has expired', '', '$ releaf plan', 'kes   renew  2  expired on 2027-03-01'],
  ['2. <b> & "c"', '', '$ releaf renew', '  key      rsa-2048', 'wrote    dist/', '…'],
  ['3. The end', '', 'nothing to do'],
];
const svg = terminalSvg(SCENES, { title: 'the <demo>', description: 'What it says' });

/** What a reader sees, line by line. */
const shown = Array.from(svg.matchAll(/<text class="line.*?>(.*)<\/text>/g), ([, line = '']) =>
  line
    .replace(/<\/?tspan.*?>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code))),
);

describe('the picture of a terminal', () => {
  it('shows every line, its text unchanged but for the indentation, which is a place', () => {
    expect(shown).toEqual(
      SCENES.flat()
        .map((line) => line.trimStart())
        .filter((line) => line !== ''),
    );
    expect(svg).toContain('>2. &#60;b&#62; &#38; &#34;c&#34;</text>');
  });

  it('makes no request, runs no script and brings no font', () => {
    expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg']);
    expect(svg).not.toMatch(/<script|<image|<foreignObject|@import|@font-face|url\(| on[a-z]+=/);
  });

  it('is named and described for those who do not see it', () => {
    expect(svg).toContain('role="img" aria-labelledby="title description"');
    expect(svg).toContain('<title id="title">the &#60;demo&#62;</title>');
    expect(svg).toContain('<desc id="description">What it says</desc>');
  });

  it('moves only where the reader has nothing against motion, else one screen stands still', () => {
    const [still = '', moving = ''] = svg.split('@media (prefers-reduced-motion:no-preference)');
    expect(still).not.toMatch(/animation|keyframes/);
    expect(still).toContain('.scene{opacity:0}\n.still{opacity:1}');
    expect(moving).toContain('animation');
    expect(svg.match(/class="scene still"/g)).toHaveLength(1);
  });

  it('has colours for light and for dark', () => {
    expect(svg).toContain('@media (prefers-color-scheme:dark)');
    expect(svg.match(/--back:#[0-9a-f]+/g)).toHaveLength(2);
  });

  it('shows one screen after the other, each from where the one before ended', () => {
    const [first, second, third] = Array.from(
      svg.matchAll(/@keyframes s\d\{(.*)\}$/gm),
      ([, frames = '']) => frames,
    );
    const [, end] = /^0%\{opacity:1\}([\d.]+)%\{opacity:0\}100%\{opacity:0\}$/.exec(first!) ?? [];
    const [, from, to] =
      /^0%\{opacity:0\}([\d.]+)%\{opacity:1\}([\d.]+)%\{opacity:0\}100%\{opacity:0\}$/.exec(
        second!,
      ) ?? [];
    expect(from).toBe(end);
    expect(third).toBe(`0%{opacity:0}${to}%{opacity:1}100%{opacity:1}`);
  });
});

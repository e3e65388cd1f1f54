import fc from 'fast-check';
import { statusMarkdown } from '../../lib/report/status-markdown';
import { lineBreaking, QUICK_ACTION } from '../pull-requests/hostile';
import { EACH_STATE, entry, fleet, type Sketch } from './status-entries';

const dashboard = (
  sketches: readonly Sketch[],
  {
    folders = ['clusters/prod', 'clusters/test'],
    unread = [],
  }: Partial<Parameters<typeof statusMarkdown>[0]> = {},
): string => statusMarkdown({ rows: sketches.map((one) => entry(one).row), folders, unread });

it('shows what is to look at, what comes next, and what is healthy', () => {
  expect(`${dashboard(EACH_STATE)}\n`).toMatchInlineSnapshot(`
   "🔴 **1** expired · 🔴 **1** missing · 🔴 **1** blocked · 🟡 **1** due · 🟡 **1** rolled-back · 🔵 **1** pending · 🟢 **1** ok

   In \`clusters/prod\`, \`clusters/test\`

   ### 6 to look at

   | Certificate | Folder | State | Expires | Renews | Secret | Next step |
   | --- | --- | --- | --- | --- | --- | --- |
   | \`api\` | \`clusters/prod\` | 🔴 missing | - | - | \`default/api-tls\` | \`releaf renew api\`<br>there is no certificate yet |
   | \`kes\` | \`clusters/prod\` | 🔴 expired | 2027-02-28 12:00 | 2027-02-26 04:00 | \`default/kes-tls\` | \`releaf renew kes\` |
   | \`vault\` | \`clusters/prod\` | 🔴 blocked | 2027-03-04 12:00 | 2027-02-02 12:00 | \`default/vault-tls\` | \`releaf plan vault tells what to change\`<br>due since …; but keyPolicy: reuse keeps the key |
   | \`registry\` | \`clusters/test\` | 🔵 pending | 2027-03-13 12:00 | 2027-02-11 12:00 | \`default/registry-tls\` | \`releaf approve registry\` |
   | \`web\` | \`clusters/test\` | 🟡 due | 2027-03-21 12:00 | 2027-02-19 12:00 | \`shop/web-tls\` | \`releaf renew web\` |
   | \`mail\` | \`clusters/prod\` | 🟡 rolled-back | 2027-04-10 12:00 | 2027-03-11 12:00 | \`default/mail-tls\` | \`releaf renew mail --force\`<br>made up for mail |

   ### What comes next

   \`\`\`mermaid
   gantt
       dateFormat YYYY-MM-DD HH:mm
       axisFormat %Y-%m-%d
       section Expired
       · kes in clusters/prod :crit, 2027-02-26 04:00, 2027-02-28 12:00
       section To do
       · vault in clusters/prod :active, 2027-02-02 12:00, 2027-03-04 12:00
       · web in clusters/test :active, 2027-02-19 12:00, 2027-03-21 12:00
       · mail in clusters/prod :active, 2027-03-11 12:00, 2027-04-10 12:00
       section Waits for a signature
       · registry in clusters/test :active, 2027-02-11 12:00, 2027-03-13 12:00
       section Renews next
       · grafana in clusters/prod :2027-04-20 12:00, 2027-05-20 12:00
   \`\`\`

   ### 1 healthy

   | Certificate | Folder | State | Expires | Renews | Secret | Next step |
   | --- | --- | --- | --- | --- | --- | --- |
   | \`grafana\` | \`clusters/prod\` | 🟢 ok | 2027-05-20 12:00 | 2027-04-20 12:00 | \`monitoring/grafana-tls\` | – |

   Times are UTC. Written by \`releaf status --format markdown\`: what a person changes here is overwritten.
   "
  `);
});

it('has no column for the folder where there is one', () => {
  expect(dashboard([{ name: 'kes', left: 60, folder: '.' }], { folders: ['.'] }))
    .toMatchInlineSnapshot(`
   "🟢 **1** ok

   ### What comes next

   \`\`\`mermaid
   gantt
       dateFormat YYYY-MM-DD HH:mm
       axisFormat %Y-%m-%d
       section Renews next
       · kes :2027-03-31 12:00, 2027-04-30 12:00
   \`\`\`

   ### 1 healthy

   | Certificate | State | Expires | Renews | Secret | Next step |
   | --- | --- | --- | --- | --- | --- |
   | \`kes\` | 🟢 ok | 2027-04-30 12:00 | 2027-03-31 12:00 | \`default/kes-tls\` | – |

   Times are UTC. Written by \`releaf status --format markdown\`: what a person changes here is overwritten."
  `);
});

it('says that there is nothing', () => {
  expect(dashboard([], { folders: ['.'] })).toMatch(
    /^There are no certificates\.\n\nTimes are UTC\./,
  );
});

it('folds many healthy certificates', () => {
  const many = Array.from({ length: 11 }, (_, index) => ({ name: `c${index}`, left: 60 + index }));
  expect(dashboard(many)).toContain('<details>\n<summary>11 healthy</summary>\n\n| Certificate |');
  expect(dashboard(many.slice(1))).toContain('### 10 healthy\n\n| Certificate |');
});

it('names a folder that cannot be read', () => {
  const error = { code: 'CONFIG_INVALID', message: 'fixes #1 @team <b>', hint: '' } as const;
  const text = dashboard([], { folders: [], unread: [{ folder: 'clusters/a', error }] });
  expect(text).toContain('🔴 **`clusters/a` cannot be read:** `CONFIG_INVALID` ');
  expect(text).not.toMatch(/#1|@team|<b>/);
});

it.each([500, 2000, 10_000])(
  'fits into an issue with %i certificates, and says what is left out',
  (count) => {
    const rows = fleet(count).map(({ row }) => row);
    const text = statusMarkdown({ rows, folders: ['clusters/prod', 'clusters/test'], unread: [] });
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(62_000);
    expect(Buffer.byteLength(text)).toBeGreaterThan(count > 1000 ? 60_000 : 30_000);
    if (count > 1000) {
      expect(text).toMatch(
        /\n\n\d+ more that expire later are left out here: `releaf status` shows all\.\n/,
      );
    }
    expect(text.match(/```/g)).toHaveLength(2);
    expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
  },
);

it('cuts also what is to look at, when even that is too much', () => {
  const text = dashboard(
    Array.from({ length: 3000 }, (_, index) => ({
      name: `c${index}`,
      action: 'renew' as const,
      left: index,
    })),
  );
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(62_000);
  expect(text).toMatch(/\d+ more that expire later are left out here/);
});

it('is the same from one day to the next when no certificate changes its state', () => {
  expect(dashboard(EACH_STATE)).not.toMatch(/days? (?:left|ago)/);
  expect(dashboard([...EACH_STATE].reverse())).toBe(dashboard(EACH_STATE));
});

it('has no line that GitLab takes for a quick action, whatever stands in the files', () => {
  fc.assert(
    fc.property(lineBreaking, (text) => {
      const error = { code: 'CONFIG_INVALID', message: text, hint: text } as const;
      const rows = EACH_STATE.map((one) => ({ ...one, name: text, folder: text, reason: text }));
      expect(dashboard(rows, { folders: [text], unread: [{ folder: text, error }] })).not.toMatch(
        QUICK_ACTION,
      );
    }),
  );
});

it('lets no name become syntax, of Markdown or of the chart', () => {
  const text = dashboard([
    { name: 'title', left: 60, folder: 'a:b;#c\n```\nsection x | <b> @team' },
    { name: 'section', left: 61, folder: 'b' },
    { name: 'gantt', left: 62, folder: 'b' },
  ]);
  expect(text).toContain('\n    · title in a_b__c_____section x _ _b_ _team :2027');
  expect(text.match(/```/g)).toHaveLength(2);
  const cells = text.split('\n').filter((line) => line.startsWith('| `title`'));
  expect(cells[0]?.split(/(?<!\\)\|/)).toHaveLength(9);
});

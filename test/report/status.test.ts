import { statusJson, statusRows, statusTable } from '../../lib/report/status';
import { planJson, planTable } from '../../lib/report/plan';
import type { Step } from '../../lib/rotation/plan';
import { daysAfter, NOW } from '../harness';

const serving = (revision: number, until: number) => ({
  revision,
  notBefore: daysAfter(until - 90),
  notAfter: daysAfter(until),
  renewAt: daysAfter(until - 30),
});

const signer = 'example.com/internal';

const steps: readonly Step[] = [
  {
    action: 'keep',
    name: 'ok',
    signer,
    approver: 'person',
    revision: 3,
    reason: 'renews on …',
    serving: serving(3, 80),
  },
  {
    action: 'renew',
    name: 'due',
    signer,
    approver: 'person',
    revision: 2,
    reason: 'due since …',
    serving: serving(1, 20),
  },
  {
    action: 'renew',
    name: 'new',
    signer,
    approver: 'person',
    revision: 1,
    reason: 'there is no certificate yet',
  },
  {
    action: 'await',
    name: 'late',
    signer,
    approver: 'person',
    revision: 2,
    reason: 'not signed yet',
    serving: serving(1, -1),
  },
  {
    action: 'await',
    name: 'wait',
    signer,
    approver: 'person',
    revision: 5,
    reason: 'not signed yet',
    serving: serving(4, 25),
  },
  {
    action: 'await',
    name: 'here',
    signer: 'local',
    approver: 'person',
    revision: 2,
    reason: 'not signed yet',
    serving: serving(1, 30),
  },
  {
    action: 'hold',
    name: 'back',
    signer,
    approver: 'person',
    revision: 2,
    reason: 'withdrawn',
    serving: serving(1, 40),
  },
  {
    action: 'await',
    name: 'work',
    signer,
    approver: 'job',
    revision: 2,
    reason: 'not signed yet',
    serving: serving(1, 50),
  },
];

it('shows how each certificate stands, most urgent first', () => {
  expect(`\n${statusTable(statusRows(steps, NOW), (_, text) => text)}\n`).toBe(`
NAME  STATE        SERVES  DAYS LEFT  EXPIRES (UTC)     RENEWS (UTC)      NEXT
new   missing      -       -          -                 -                 releaf renew new
late  expired      1       -1         2027-02-28 12:00  2027-01-29 12:00  releaf approve late
due   due          1       20         2027-03-21 12:00  2027-02-19 12:00  releaf renew due
wait  pending      4       25         2027-03-26 12:00  2027-02-24 12:00  releaf approve wait
here  pending      1       30         2027-03-31 12:00  2027-03-01 12:00  releaf sign here --ca DIR
back  rolled-back  1       40         2027-04-10 12:00  2027-03-11 12:00  releaf renew back --force
work  pending      1       50         2027-04-20 12:00  2027-03-21 12:00  releaf fetch work
ok    ok           3       80         2027-05-20 12:00  2027-04-20 12:00  -
`);
});

it('gives machines the same, with times in RFC 3339', () => {
  const { certificates } = JSON.parse(statusJson(statusRows(steps, NOW))) as {
    readonly certificates: readonly unknown[];
  };
  expect(certificates).toHaveLength(8);
  expect(certificates[2]).toEqual({
    name: 'due',
    state: 'due',
    revision: 1,
    notAfter: '2027-03-21T12:00:00.000Z',
    renewAt: '2027-02-19T12:00:00.000Z',
    daysLeft: 20,
    next: 'releaf renew due',
  });
});

it('shows a plan as a table and as JSON', () => {
  expect(planTable(steps.slice(1, 3))).toBe(
    [
      'NAME  STEP   REVISION  WHY',
      'due   renew  2         due since …',
      'new   renew  1         there is no certificate yet',
    ].join('\n'),
  );
  expect(JSON.parse(planJson(steps.slice(2, 3)))).toEqual({
    steps: [
      {
        action: 'renew',
        name: 'new',
        signer,
        approver: 'person',
        revision: 1,
        reason: 'there is no certificate yet',
      },
    ],
  });
});

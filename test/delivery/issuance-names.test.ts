import { certificateConfigMapName, jobName } from '../../lib/delivery/issuance-names';

const NAME = 'kes-2-3de46492';

it('names the ConfigMap that keeps a certificate after the request', () => {
  expect(certificateConfigMapName(NAME)).toBe('kes-2-3de46492-certificate');
});

describe('jobName', () => {
  it('names a Job after what it works on and 6 hex digits of what it does', () => {
    expect(jobName(NAME, ['script', { image: 'one' }])).toMatch(/^kes-2-3de46492-[0-9a-f]{6}$/);
    expect(jobName(NAME, ['script', { image: 'one' }])).toBe(
      jobName(NAME, ['script', { image: 'one' }]),
    );
  });

  it.each([[['script', { image: 'two' }]], [['other', { image: 'one' }]]])(
    'gives another name when it does something else: %j',
    (content) => {
      expect(jobName(NAME, content)).not.toBe(jobName(NAME, ['script', { image: 'one' }]));
    },
  );

  it.each([56, 57, 75])('is a label of at most 63 characters: %s characters', (length) => {
    const name = `${'k'.repeat(length - 11)}-2-3de46492`;
    expect(name).toHaveLength(length);
    expect(jobName(name, 'it')).toMatch(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/);
    expect(jobName(name, 'it')).not.toBe(jobName(name.replace('-2-', '-3-'), 'it'));
  });

  it('does not end a cut name with a hyphen', () => {
    expect(jobName(`${'k'.repeat(47)}--${'k'.repeat(20)}`, 'it')).not.toMatch(/--/);
  });
});

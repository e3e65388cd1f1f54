import type { Origin } from '../config/origins';
import type { Explanation } from './explanation';
import { rows, shortened } from './sections';

function shortly(value: unknown): string {
  if (!Array.isArray(value)) return shortened(String(value), 64);
  const texts = value.filter((item) => typeof item === 'string');
  if (texts.length === value.length) return shortened(texts.join(', '), 64);
  return `${value.length} ${value.length === 1 ? 'place' : 'places'}`;
}

function placeOf(origin: Origin): string {
  const { file = '', line } = origin.from === 'built-in' ? {} : origin;
  const place = line === undefined ? file : `${file}:${line}`;
  switch (origin.from) {
    case 'entry':
      return place;
    case 'defaults':
      return `defaults at ${place}`;
    case 'profile':
      return `profile ${origin.profile}${place && `, chosen at ${place}`}`;
    case 'built-in':
      return 'default';
  }
}

/** Where each value comes from. */
export function origins(explanation: Explanation): string[] {
  return [
    rows(
      'Where each value comes from',
      ['KEY', 'VALUE', 'FROM'],
      explanation.origins.map(({ path, value, origin }) => [path, shortly(value), placeOf(origin)]),
    ),
  ];
}

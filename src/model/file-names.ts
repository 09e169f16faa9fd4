import { formatCount } from './format.ts';

/** What files that are opened together are called: the one file's name, or the first one's and how many more. */
export function nameOfFiles(names: readonly string[]): string {
  const [first = ''] = names;
  return names.length < 2 ? first : `${first} and ${formatCount(names.length - 1)} more`;
}

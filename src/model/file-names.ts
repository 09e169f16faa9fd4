import { formatCount } from './format.ts';

/** What files that are opened together are called: their folder, the one file's name, or the first one's and how many more. */
export function nameOfFiles(names: readonly string[]): string {
  const [first = ''] = names;
  const folder = /^([^/]+)\//.exec(first)?.[1];
  if (folder !== undefined && names.every((name) => name.startsWith(`${folder}/`))) return folder;
  return names.length < 2 ? first : `${first} and ${formatCount(names.length - 1)} more`;
}

/** What is said of a dropped folder without a file. */
export const EMPTY_FOLDER = 'an empty folder';

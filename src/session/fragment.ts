/** The views of the page, in the order of their tabs. */
export const VIEW_IDS = [
  'findings',
  'exchanges',
  'flows',
  'packets',
  'tls',
  'timeline',
  'map',
  'health',
] as const;

/** Name of a view in the fragment. */
export type ViewId = (typeof VIEW_IDS)[number];

/** Where one is: all that the URL fragment tells. Nothing of the capture's octets but what was typed as a filter. */
export interface Place {
  readonly view: ViewId;
  /** A packet number, a row, or a rule (`dup-te`, the second of that rule `dup-te.2`); '' for none. */
  readonly selection: string;
  /** A part of the detail: `follow`; '' for the first. */
  readonly pane: string;
  readonly filter: string;
}

/** Where one is before anything was chosen. */
export const START: Place = { view: 'findings', selection: '', pane: '', filter: '' };

/** Reads a fragment: `#/flows/5/follow?filter=tcp.stream%20eq%205`. What it does not know is left out. */
export function parseFragment(fragment: string): Place {
  const text = fragment.replace(/^#\/?/, '');
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  const query = new URLSearchParams(mark < 0 ? '' : text.slice(mark + 1));
  const [view, selection = '', pane = ''] = path.split('/').map(decode);
  const known = VIEW_IDS.find((id) => id === view);
  if (known === undefined) return { ...START, filter: query.get('filter') ?? '' };
  return { view: known, selection, pane, filter: query.get('filter') ?? '' };
}

/** Writes a fragment that {@link parseFragment} reads. */
export function formatFragment(place: Place): string {
  const parts: string[] = [place.view];
  if (place.selection !== '') parts.push(encodeURIComponent(place.selection));
  if (place.selection !== '' && place.pane !== '') parts.push(encodeURIComponent(place.pane));
  const query = place.filter === '' ? '' : `?filter=${encodeURIComponent(place.filter)}`;
  return `#/${parts.join('/')}${query}`;
}

/** A number of the selection: a packet number or a row. */
export function selectedNumber(selection: string): number | undefined {
  return /^\d{1,10}$/.test(selection) ? Number(selection) : undefined;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a fragment typed by hand may hold a lone %
  }
}

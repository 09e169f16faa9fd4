import { formatFragment, parseFragment, type Place, START, type ViewId } from './fragment.ts';

/** Browsers stop pages that change the address more than some hundred times in ten seconds. */
const QUIET_MILLISECONDS = 200;

/** Where one is; the URL fragment follows, and leads when one goes back or forward. */
export class PlaceState {
  #place = $state.raw<Place>(START);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The fragment that was written or read last. */
  #known: string;
  #wanderedOff: (before: Place) => void = () => {};

  constructor() {
    this.#place = parseFragment(location.hash);
    this.#known = location.hash;
  }

  get view(): ViewId {
    return this.#place.view;
  }

  get selection(): string {
    return this.#place.selection;
  }

  get pane(): string {
    return this.#place.pane;
  }

  get filter(): string {
    return this.#place.filter;
  }

  /** Listens for back, forward and links; `onWander` is told from where they led elsewhere. Answers how to stop. */
  watch(onWander: (before: Place) => void): () => void {
    this.#wanderedOff = onWander;
    const read = () => this.#read();
    addEventListener('hashchange', read);
    return () => removeEventListener('hashchange', read);
  }

  /** Goes where the address leads, unless we wrote it: the event of that may come when one has moved on from there. */
  #read(): void {
    if (location.hash === this.#known) return;
    this.#known = location.hash;
    const place = parseFragment(location.hash);
    const before = this.#place;
    if (formatFragment(place) === formatFragment(before)) return;
    this.#place = place;
    this.#wanderedOff(before);
  }

  /** Goes somewhere: a step that Back undoes. What is not named stays, but a selection belongs to its view. */
  go(to: Partial<Place>): void {
    // A link may have been followed whose event is still to come.
    this.#read();
    this.#write();
    this.#set(to);
    const fragment = formatFragment(this.#place);
    if (fragment !== location.hash) location.hash = fragment;
    this.#known = location.hash;
  }

  /** Moves on within the same step: arrows in a table, typing in the filter. */
  move(to: Partial<Place>): void {
    this.#read();
    this.#set(to);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#write(), QUIET_MILLISECONDS);
  }

  /** A link's address. */
  link(to: Partial<Place>): string {
    return formatFragment(this.#after(to));
  }

  #after(to: Partial<Place>): Place {
    const isElsewhere = to.view !== undefined && to.view !== this.#place.view;
    const base = isElsewhere ? { ...this.#place, selection: '', pane: '' } : this.#place;
    const isOther = to.selection !== undefined && to.selection !== base.selection;
    return { ...base, ...(isOther ? { pane: '' } : {}), ...to };
  }

  #set(to: Partial<Place>): void {
    this.#place = this.#after(to);
  }

  /** Brings the address up to date with moves that were not written yet. */
  #write(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#read();
    const fragment = formatFragment(this.#place);
    if (fragment !== location.hash) location.replace(fragment);
    this.#known = location.hash;
  }
}

import { isOpenedFromDisk, MANIFEST } from './own-files.ts';
import { BEYOND_POLICY, checkCommand, explainDirective } from './trust-words.ts';

/** One directive of the policy in force. */
export interface PolicyDirective {
  readonly name: string;
  readonly value: string;
  /** What it does here, in a sentence. */
  readonly meaning: string;
}

/** A request since load, the page's own document not counted. */
export interface SeenRequest {
  readonly address: string;
  /** Who asked: the browser's word for it ("fetch", "link", …) or "service worker". */
  readonly initiator: string;
  /** What it was for, in words, where it was for a file of this page; undefined for a request that we know nothing of. */
  readonly purpose: string | undefined;
}

/** An attempt that the policy stopped. */
export interface BlockedAttempt {
  readonly directive: string;
  readonly address: string;
}

/** Which bytes are running, and how to check them from outside; a page cannot prove itself. */
export interface Build {
  readonly version: string;
  /** SHA-256 of index.html with this very hash in it replaced by 64 zeros: a file cannot contain its own plain hash. */
  readonly hash: string;
  /** One line for a shell; it prints {@link hash} when run on the saved file. */
  readonly checkCommand: string;
}

/** What the page can say about "nothing leaves". */
export interface EgressReport {
  /** The policy in force as it stands in the file; empty in a development server's page. */
  readonly policy: readonly PolicyDirective[];
  /** All that the browser has reported since load. The trust line's figure is its length. */
  readonly requests: readonly SeenRequest[];
  /** What the browser's policy does not cover, and what stands in its place; a sentence each. */
  readonly beyondPolicy: readonly string[];
  readonly blocked: readonly BlockedAttempt[];
  /** undefined in a development server's page. */
  readonly build: Build | undefined;
  readonly openedFrom: 'disk' | 'host';
  /** disk: needs no network; ready: the next visit works without; preparing: files are being kept; unavailable: no service worker. */
  readonly offline: 'disk' | 'ready' | 'preparing' | 'unavailable';
}

const NO_BUILD = '0'.repeat(64);
const listeners = new Set<(report: EgressReport) => void>();
const policy = readPolicy();
const build = readBuild();
let requests: readonly SeenRequest[] = [];
let blocked: readonly BlockedAttempt[] = [];
let offline: EgressReport['offline'] = isOpenedFromDisk() ? 'disk' : 'unavailable';

function readPolicy(): readonly PolicyDirective[] {
  const meta = document.querySelector('meta[http-equiv="Content-Security-Policy"]');
  const text = meta?.getAttribute('content') ?? '';
  const parts = text.split(';').map((part) => part.trim());
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', ...values] = part.split(/\s+/);
      return { name, value: values.join(' '), meaning: explainDirective(name) };
    });
}

function readBuild(): Build | undefined {
  const hash = document.querySelector('meta[name="offwire-build"]')?.getAttribute('content') ?? NO_BUILD;
  return hash === NO_BUILD ? undefined : { version: OFFWIRE_VERSION, hash, checkCommand: checkCommand(hash) };
}

function report(): EgressReport {
  const openedFrom = isOpenedFromDisk() ? 'disk' : 'host';
  return { policy, requests, beyondPolicy: BEYOND_POLICY, blocked, build, openedFrom, offline };
}

function tell(): void {
  const now = report();
  for (const listener of listeners) listener(now);
}

/** Calls the listener at once, and again whenever something was requested, stopped, or became ready. Answers how to stop it. */
export function watchEgress(listener: (report: EgressReport) => void): () => void {
  listeners.add(listener);
  listener(report());
  return () => listeners.delete(listener);
}

/** Adds requests that the browser does not report to the page (those of the service worker). */
export function addRequests(seen: readonly SeenRequest[]): void {
  requests = [...requests, ...seen];
  tell();
}

/** Says how far the offline copy is. */
export function setOffline(state: EgressReport['offline']): void {
  offline = state;
  tell();
}

/** Begins to count. Must run before anything else of the page, so that nothing is missed. */
export function startCounting(): void {
  const observer = new PerformanceObserver((list) => {
    const seen = list.getEntriesByType('resource').filter((entry) => isRequest(entry.name));
    if (seen.length > 0) addRequests(seen.map(describeEntry));
  });
  // buffered: what was asked for before this line counts too.
  observer.observe({ type: 'resource', buffered: true });
  document.addEventListener('securitypolicyviolation', (event) => {
    blocked = [...blocked, { directive: event.effectiveDirective, address: event.blockedURI }];
    tell();
  });
}

/** blob: and data: addresses are read from the page's own memory. */
function isRequest(address: string): boolean {
  return !/^(blob|data):/.test(address);
}

function describeEntry(entry: PerformanceEntry): SeenRequest {
  const initiator = entry instanceof PerformanceResourceTiming ? entry.initiatorType : entry.entryType;
  return { address: entry.name, initiator, purpose: purposeOf(entry.name) };
}

function purposeOf(address: string): string | undefined {
  const isManifest = address === new URL(MANIFEST, location.href).href;
  return isManifest ? 'name and icon of this page, to install it as an app' : undefined;
}

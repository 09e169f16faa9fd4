import type { Component } from 'svelte';
import { type Session, TABLE_OF, type ViewId } from '../session/session.svelte.ts';
import ExchangesView from './exchanges/ExchangesView.svelte';
import FindingsView from './findings/FindingsView.svelte';
import FlowsView from './flows/FlowsView.svelte';
import HealthView from './health/HealthView.svelte';
import PacketsView from './packets/PacketsView.svelte';
import MapView from './map/MapView.svelte';
import TimelineView from './timeline/TimelineView.svelte';
import TlsView from './tls/TlsView.svelte';

/** A view: a tab, and what it shows. */
export interface ViewEntry {
  readonly id: ViewId;
  readonly label: string;
  readonly component: Component;
  /** What stands beside the label: how many there are, how many of them the filter lets through. */
  count(session: Session): { readonly rows: number; readonly total: number } | undefined;
}

/** The views, in the order of their tabs. */
export const VIEWS: readonly ViewEntry[] = [
  { id: 'findings', label: 'Findings', component: FindingsView, count: countFindings },
  { id: 'exchanges', label: 'Exchanges', component: ExchangesView, count: (s) => countRows(s, 'exchanges') },
  { id: 'flows', label: 'Flows', component: FlowsView, count: (s) => countRows(s, 'flows') },
  { id: 'packets', label: 'Packets', component: PacketsView, count: (s) => countRows(s, 'packets') },
  { id: 'tls', label: 'TLS', component: TlsView, count: (s) => countRows(s, 'tls') },
  { id: 'timeline', label: 'Timeline', component: TimelineView, count: () => undefined },
  { id: 'map', label: 'Map', component: MapView, count: () => undefined },
  { id: 'health', label: 'Health', component: HealthView, count: countIssues },
];

function countRows(session: Session, id: ViewId): { rows: number; total: number } | undefined {
  const view = TABLE_OF[id];
  const { summary, status } = session.capture;
  if (view === undefined || summary === undefined) return undefined;
  const total = summary.counts[view];
  const table = session.tables[view];
  const isFiltered = table.filter !== '' && table.total !== undefined && status !== 'reading';
  return { rows: isFiltered ? table.rows : total, total };
}

/** Habits and other notes are not counted: the number says how much there is to look at. */
function countFindings(session: Session): { rows: number; total: number } | undefined {
  const findings = session.capture.findings?.findings;
  if (findings === undefined) return undefined;
  const rows = findings.filter((finding) => finding.severity !== 'note').length;
  return { rows, total: rows };
}

function countIssues(session: Session): { rows: number; total: number } | undefined {
  const rows = session.capture.summary?.issues.length ?? 0;
  return rows === 0 ? undefined : { rows, total: rows };
}

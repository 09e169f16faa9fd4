import { Counter } from '../../src/model/counter.ts';
import type { Findings } from '../../src/model/finding.ts';
import type { Report } from '../../src/model/report.ts';
import type { Summary } from '../api.ts';
import type { Core } from '../core.ts';
import { reportedOf } from '../formats/reported.ts';

/** What the report says of a capture that was read. Flows are told by Wireshark's tcp.stream or udp.stream. */
export function buildReport(core: Core, summary: Summary, findings: Findings): Report {
  const { flows } = core.tables;
  const reported = reportedOf(core);
  return {
    file: summary.file,
    bytes: summary.bytes,
    format: summary.format,
    packets: summary.counts.packets,
    files: summary.files,
    skipped: summary.skipped,
    flows: { tcp: core.counter(Counter.TCP_FLOWS), udp: core.counter(Counter.UDP_FLOWS) },
    exchanges: {
      total: summary.counts.exchanges,
      requests: core.counter(Counter.REQUESTS) + (reported?.requests ?? 0),
      responses: core.counter(Counter.RESPONSES) + (reported?.responses ?? 0),
      http2: {
        requests: core.counter(Counter.HTTP2_REQUESTS),
        responses: core.counter(Counter.HTTP2_RESPONSES),
      },
    },
    tls: {
      clientHellos: core.counter(Counter.CLIENT_HELLOS),
      withoutSni: core.counter(Counter.CLIENT_HELLOS_WITHOUT_SNI),
    },
    tcp: { resets: core.counter(Counter.RESETS) },
    findings: findings.findings.map((finding) => ({
      rule: finding.rule,
      severity: finding.severity,
      title: finding.title,
      count: finding.count,
      flows: finding.flows.map((flow) => flows.number(flow)),
      packets: finding.packets,
    })),
    issues: summary.issues.map(({ code, severity, count, firstPacket }) => ({
      code,
      severity,
      count,
      firstPacket,
    })),
    ms: Math.round(summary.milliseconds),
  };
}

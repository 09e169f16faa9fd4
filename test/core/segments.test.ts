import { describe, expect, it } from 'vitest';
import { direction, exchanges, flowMarks, issues, packetMarks, packetsMarked } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { connection, script } from '../support/packet-script.ts';

describe('a segment', () => {
  it('sent again because its acknowledgement is missing is a retransmission and counts once', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms   a > b SYN
      1ms   b > a SYN ACK
      2ms   a > b ACK
      3ms   a > b "hello"
      250ms a > b again
      251ms b > a ACK
    `);
    expect(packetsMarked(core, 'RETRANSMISSION')).toEqual([5]);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 5, retransmissions: 1, firstData: 4, lastData: 4 });
  });

  it('sent again although it was acknowledged is a spurious retransmission', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms   a > b SYN
      1ms   b > a SYN ACK
      2ms   a > b ACK
      3ms   a > b "hello"
      4ms   b > a ACK
      250ms a > b again
    `);
    expect(packetsMarked(core, 'SPURIOUS_RETRANSMISSION')).toEqual([6]);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 5, retransmissions: 1 });
  });

  it('that was lost and is resent after duplicate acknowledgements is a fast retransmission and no gap', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms    a > b SYN
      20ms   b > a SYN ACK
      40ms   a > b ACK
      50ms   a > b "one" lost #one
      51ms   a > b "two"
      52ms   a > b "three"
      53ms   a > b "four"
      71ms   b > a ACK ack before #one
      72ms   b > a ACK ack before #one
      73ms   b > a ACK ack before #one
      80ms   a > b again #one
      100ms  b > a ACK
    `);
    expect(packetsMarked(core, 'LOST_SEGMENT')).toEqual([4]);
    expect(packetsMarked(core, 'DUP_ACK')).toEqual([7, 8, 9]);
    expect(packetsMarked(core, 'FAST_RETRANSMISSION')).toEqual([10]);
    expect(flowMarks(core, 0)).toEqual([]);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 15, lost: 0 });
    expect(direction(core, 0, 1)).toMatchObject({ duplicateAcks: 3 });
  });

  it('that comes shortly after its successor is out of order and no retransmission', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms  a > b SYN
      20ms b > a SYN ACK
      40ms a > b ACK
      50ms a > b "GET / HT" lost #one
      51ms a > b "TP/1.1\r\nHost: a\r\n\r\n"
      51.5ms a > b again #one
      70ms b > a ACK
    `);
    expect(packetsMarked(core, 'OUT_OF_ORDER')).toEqual([5]);
    expect(packetsMarked(core, 'RETRANSMISSION')).toEqual([]);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 27, outOfOrder: 1, lost: 0 });
    expect(exchanges(core)).toEqual(['GET / -']);
    expect(flowMarks(core, 0)).toEqual(['UNANSWERED']);
  });

  it('that overlaps with other octets does not change those that came first', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b "GET /first HTTP/1.1\r\nHo"
      3ms a > b seq -23 "GET /other HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET /first 204']);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 32 });
  });

  it('that overlaps one that waits behind a gap counts its octets once', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b "GET /w HT" lost #one
      3ms a > b "TP/1.1\r\nHost: a\r\n\r\n"
      4ms a > b seq -8 "t: a\r\n\r\n"
      5ms a > b seq -28 "GET /w HTTP/1.1\r\n"
    `);
    expect(exchanges(core)).toEqual(['GET /w -']);
    expect(direction(core, 0, 0)).toMatchObject({ lost: 0 });
  });

  it('of a sequence number that wraps around is in order', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000 isn 4294967290
      b 10.0.0.2:80 isn 4294967295
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b ACK
      3ms a > b "GET / HTTP/1.1\r\n"
      4ms a > b "Host: a\r\n\r\n"
      5ms b > a "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
      6ms b > a "body"
      7ms a > b ACK
    `);
    expect(exchanges(core)).toEqual(['GET / 200']);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 27, nextSequence: 22, acknowledged: 42 });
    expect(direction(core, 0, 1)).toMatchObject({ octets: 42, nextSequence: 42, acknowledged: 22 });
    expect([1, 2, 3, 4, 5, 6, 7, 8].flatMap((packet) => packetMarks(core, packet))).toEqual([]);
  });

  it('that keeps the connection alive is no retransmission', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms     a > b SYN
      1ms     b > a SYN ACK
      2ms     a > b ACK
      3ms     a > b "hello"
      4ms     b > a ACK
      60000ms a > b ACK seq -1
      60001ms b > a ACK
      90000ms a > b seq -1 "o"
      90001ms b > a ACK
    `);
    expect(packetsMarked(core, 'KEEP_ALIVE')).toEqual([6, 8]);
    expect(packetsMarked(core, 'KEEP_ALIVE_ACK')).toEqual([7, 9]);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 5, retransmissions: 0 });
    expect(packetsMarked(core, 'DUP_ACK')).toEqual([]);
  });

  it('that closes the window, probes it and opens it again is told', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1000
      b 10.0.0.2:80 win 5
      0ms    a > b SYN
      1ms    b > a SYN ACK
      2ms    a > b ACK
      3ms    a > b "12345"
      4ms    b > a ACK win 0
      1004ms a > b "6"
      1005ms b > a ACK win 0 ack -1
      2000ms b > a ACK win 100 ack -1
    `);
    expect(packetsMarked(core, 'WINDOW_FULL')).toEqual([4]);
    expect(packetsMarked(core, 'ZERO_WINDOW')).toEqual([5, 7]);
    // Packet 7 answers the probe: Wireshark's zero_window_probe_ack.
    expect(packetsMarked(core, 'ZERO_WINDOW_PROBE')).toEqual([6, 7]);
    expect(packetsMarked(core, 'WINDOW_UPDATE')).toEqual([8]);
    expect(direction(core, 0, 1)).toMatchObject({ zeroWindow: 7 });
  });

  it('seen twice on two interfaces is a duplicate and no retransmission', async () => {
    const core = await readFourWays(script`
      link sll2
      twice
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a SYN ACK
      2ms a > b ACK
      3ms a > b "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms b > a "HTTP/1.1 204 No Content\r\n\r\n"
      5ms a > b ACK
      6ms a > b FIN
      7ms b > a FIN
    `);
    expect(packetsMarked(core, 'DUPLICATE')).toEqual([2, 4, 6, 8, 10, 12, 14, 16]);
    expect(packetsMarked(core, 'RETRANSMISSION')).toEqual([]);
    expect(packetsMarked(core, 'SPURIOUS_RETRANSMISSION')).toEqual([]);
    expect(packetsMarked(core, 'DUP_ACK')).toEqual([]);
    expect(core.tables.flows.rows).toBe(1);
    expect(core.tables.flows.synCount(0)).toBe(1);
    expect(direction(core, 0, 0)).toMatchObject({ octets: 27, retransmissions: 0 });
    expect(exchanges(core)).toEqual(['GET / 204']);
    expect(issues(core)).toEqual({ DUPLICATE_PACKET: 8 });
  });

  it('is no duplicate where RSTs without identification answer several segments', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms client > server RST id 0
      4.01ms client > server again
      4.02ms client > server again
    `);
    expect(packetsMarked(core, 'DUPLICATE')).toEqual([]);
    expect(direction(core, 0, 0)).toMatchObject({ resets: 3 });
    expect(issues(core)).toEqual({});
  });

  it('is a duplicate where RSTs without identification come twice as all else does', async () => {
    const core = await readFourWays(script`
      link sll2
      twice
      a 10.0.0.1:1000
      b 10.0.0.2:80
      0ms a > b SYN
      1ms b > a RST ACK id 0
    `);
    expect(packetsMarked(core, 'DUPLICATE')).toEqual([2, 4]);
  });
});

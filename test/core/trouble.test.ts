import { expect, it } from 'vitest';
import { FlowMark, SynOption } from '../../src/model/flow.ts';
import { connection, drawn, script } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

it('the longest time that a window was 0 lies between the packet that shut it and the one that opened it', async () => {
  const { tables } = await readCapture(connection`
    3ms server > client "x"*1000
    4ms client > server ACK win 0
    5ms client > server ACK win 500
    6ms server > client "x"*500
    7ms client > server ACK win 0
    1007ms client > server ACK win 0
    2007ms client > server ACK win 8000
    2008ms client > server ACK win 0
  `);
  const { directions, flows } = tables;
  expect(flows.marks(0) & FlowMark.ZERO_WINDOW).not.toBe(0);
  expect([directions.longestShutFrom(0), directions.longestShutUntil(0)]).toEqual([8, 10]);
  expect(directions.synOptions(0) & SynOption.SHUT).not.toBe(0);
  expect(directions.shutPacket(0)).toBe(11);
  expect([directions.longestShutFrom(1), directions.synOptions(1) & SynOption.SHUT]).toEqual([0, 0]);
});

it('a RST whose window is 0 shuts nothing', async () => {
  const { tables } = await readCapture(connection`
    3ms client > server RST win 0
  `);
  expect(tables.flows.marks(0) & FlowMark.ZERO_WINDOW).toBe(0);
});

it('an ICMP error is told with its type, its code and the MTU of the next hop; the first stands', async () => {
  const { tables } = await readCapture(script`
    client 10.0.0.1:35500
    server 10.0.0.2:8080
    router 10.0.0.9:0
    0ms client > server SYN #syn
    1ms router > client icmp 3 4 quoting #syn patch l4+4 hex"000005aa"
    2ms router > client icmp 3 1 quoting #syn
  `);
  const { flows } = tables;
  expect(flows.icmpPacket(0)).toBe(2);
  expect([flows.icmpType(0), flows.icmpCode(0), flows.icmpMtu(0)]).toEqual([3, 4, 1450]);
});

it('an ICMP error of another kind tells no MTU', async () => {
  const { tables } = await readCapture(script`
    client 10.0.0.1:35500
    server 10.0.0.2:8080
    router 10.0.0.9:0
    0ms client > server SYN #syn
    1ms router > client icmp 3 1 quoting #syn patch l4+4 hex"000005aa"
  `);
  expect([tables.flows.icmpCode(0), tables.flows.icmpMtu(0)]).toEqual([1, 0]);
});

it('a RST is foreign where its time to live is neither that of the first nor of the last packet of its side', async () => {
  const marksOf = async (ttl: string): Promise<number> => {
    const { tables } = await readCapture(
      drawn(`
        client 10.0.0.1:35500
        server 10.0.0.2:8080
        0ms client > server SYN
        1ms server > client SYN ACK ttl 64
        2ms client > server ACK
        4ms server > client ACK ttl 60
        5ms server > client RST ttl ${ttl}
      `),
    );
    return tables.flows.marks(0) & FlowMark.FOREIGN_RESET;
  };
  expect(await marksOf('64')).toBe(0);
  expect(await marksOf('60')).toBe(0);
  expect(await marksOf('61')).not.toBe(0);
});

it('the RST that answers a SYN has nothing to be compared with', async () => {
  const { tables } = await readCapture(script`
    client 10.0.0.1:35500
    server 10.0.0.2:8080
    0ms client > server SYN
    1ms server > client RST ACK ttl 31
  `);
  expect(tables.flows.marks(0) & FlowMark.FOREIGN_RESET).toBe(0);
});

it('answers of 500 and more are listed in the order they came', async () => {
  const { tables } = await readCapture(connection`
    3ms client > server ${GET}
    4ms server > client "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    5ms client > server ${GET}
    6ms server > client "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"
    7ms client > server ${GET}
    8ms server > client "HTTP/1.1 500 Error\r\nContent-Length: 0\r\n\r\n"
  `);
  expect(tables.serverErrors.rows).toBe(2);
  expect([tables.serverErrors.exchange(0), tables.serverErrors.exchange(1)]).toEqual([1, 2]);
});

import { describe, expect, it } from 'vitest';
import type { HelloItem } from '../../workers/api.ts';
import { CryptoStream, readFrames } from '../../workers/quic/frames.ts';
import { initialPackets, unprotect } from '../../workers/quic/initial-packet.ts';
import type { Capture } from '../support/capture.ts';
import { concat, hexOctets, toHex } from '../support/octets.ts';
import { script } from '../support/packet-script.ts';
import {
  closeFrame,
  cryptoFrame,
  googleFrames,
  handshakePacket,
  initial,
  initialKeys,
  negotiation,
  oneRtt,
  QUIC,
} from '../support/quic-packets.ts';
import { Random } from '../support/random.ts';
import { clientHelloMessage, serverHelloMessage, TLS } from '../support/tls-messages.ts';
import { writePcap } from '../support/write-pcap.ts';
import { openOctets } from './open-file.ts';

const ID = hexOctets('8394c8f03e515708');
const SERVER_ID = hexOctets('f067a5502a4262b5');
const CLIENT_ID = Uint8Array.of(1, 2, 3, 4);

const asked = clientHelloMessage({ sni: 'shop.example', alpn: ['h3'], versions: [TLS.V13] });
const answered = serverHelloMessage({ cipher: 0x1302 });

/** The hellos of a capture, and what the report counts. */
async function hellosOf(
  capture: Capture,
): Promise<{ items: readonly HelloItem[]; hellos: number; withoutSni: number }> {
  const { analysis, result } = await openOctets(writePcap(capture).octets);
  expect(result.ok).toBe(true);
  const query = await analysis.query('hellos', { filter: '', sort: undefined });
  if (!query.ok) throw new Error(query.error.message);
  const items = await analysis.window('hellos', query.value.id, 0, query.value.rows);
  const tls = (await analysis.report())?.tls;
  return { items, hellos: tls?.clientHellos ?? 0, withoutSni: tls?.withoutSni ?? 0 };
}

describe('the keys of Initial packets', () => {
  it('are those of RFC 9001 appendix A.1', () => {
    const { client, server } = initialKeys(QUIC.V1, ID);
    expect([client.key, client.iv, client.headerKey].map(toHex)).toEqual([
      '1f369613dd76d5467730efcbe3b1a22d',
      'fa044b2f42a3fd3b46fb255c',
      '9f50449e04a0e810283a1e9933adedd2',
    ]);
    expect(toHex(server.key)).toBe('cf3a5331653c364c88f0f379b6067e37');
  });

  it('are those of RFC 9369 appendix A.1 for version 2', () => {
    const { client } = initialKeys(QUIC.V2, ID);
    expect([client.key, client.iv, client.headerKey].map(toHex)).toEqual([
      '8b1a0bc121284290a29e0971b5cd045d',
      '91f73e2351d8fa91660e909f',
      '45b95e15235d6f45a6b19cbcb0294ba9',
    ]);
  });

  it("are those of Google's T050 and T051, and of drafts, as captures of theirs show", () => {
    const keyOf = (version: number): string => toHex(initialKeys(version, ID).client.key);
    expect([QUIC.T050, QUIC.T051, QUIC.V2_DRAFT_00, QUIC.V2_DRAFT, 0xff000016].map(keyOf)).toEqual([
      '80ab8e0313d2c851aaff5405824a916a',
      'e66b805440a16d39f1889b2726d1cc5c',
      '95df2be2e8d549c82e996fc9339f4563',
      '95df2be2e8d549c82e996fc9339f4563',
      '07863d9c083786bc86766ce0d02bf93f',
    ]);
  });

  it("open the server's packet of RFC 9001 appendix A.3", () => {
    const [packet] = initialPackets(
      hexOctets(`
        cf000000010008f067a5502a4262b5004075c0d95a482cd0991cd25b0aac406a5816b6394100f37a1c69797554780bb38cc5a99f5ede
        4cf73c3ec2493a1839b3dbcba3f6ea46c5b7684df3548e7ddeb9c3bf9c73cc3f3bded74b562bfb19fb84022f8ef4cdd93795d77d06ed
        bb7aaf2f58891850abbdca3d20398c276456cbc42158407dd074ee`),
    );
    const frames = packet && unprotect(packet, initialKeys(QUIC.V1, ID).server);
    expect(frames).toBeDefined();
    const { crypto } = readFrames(frames ?? new Uint8Array());
    expect(crypto.map(({ offset, octets }) => [offset, octets.length, octets[0]])).toEqual([[0, 90, 2]]);
  });
});

describe('a ClientHello in QUIC', () => {
  for (const [name, version] of Object.entries(QUIC)) {
    const inFrames = name.startsWith('T') ? googleFrames : (octets: Uint8Array) => cryptoFrame(0, octets);
    it(`of ${name} on any port is a hello of a UDP flow, with what the server chose`, async () => {
      const question = initial({
        version,
        from: 'client',
        keyId: ID,
        frames: inFrames(asked),
        size: 1200,
      });
      const answer = initial({
        version,
        from: 'server',
        keyId: ID,
        destinationId: CLIENT_ID,
        sourceId: SERVER_ID,
        frames: inFrames(answered),
      });
      const { items, hellos, withoutSni } = await hellosOf(script`
        client 10.0.0.1:50000
        server 10.0.0.2:4433
        0ms client > server udp ${question}
        1ms server > client udp ${answer}
        2ms server > client udp ${handshakePacket(CLIENT_ID, SERVER_ID)}
        3ms client > server udp ${concat(handshakePacket(SERVER_ID, CLIENT_ID), oneRtt(SERVER_ID))}
        4ms server > client udp ${oneRtt(CLIENT_ID)}
      `);
      expect(items).toMatchObject([
        {
          client: '10.0.0.1:50000',
          server: '10.0.0.2:4433',
          serverName: 'shop.example',
          alpn: 'h3',
          version: 'TLS 1.3 over QUIC',
          cipherSuite: 'TLS_AES_256_GCM_SHA384',
          // A client with 1-RTT keys has finished its handshake.
          outcome: 'complete',
          packet: 1,
          tags: [],
        },
      ]);
      expect([hellos, withoutSni]).toEqual([1, 0]);
    });
  }

  it('may come in CRYPTO frames of several datagrams, in any order', async () => {
    const parts = [asked.subarray(0, 50), asked.subarray(50, 90), asked.subarray(90)];
    const [first, second, third] = [0, 50, 90].map((offset, index) =>
      initial({
        from: 'client',
        keyId: ID,
        number: index,
        frames: cryptoFrame(offset, parts[index] ?? asked),
        size: 1200,
      }),
    );
    const { items } = await hellosOf(script`
      client 10.0.0.1:50000
      server 10.0.0.2:443
      0ms client > server udp ${third ?? asked}
      1ms client > server udp ${first ?? asked}
      2ms client > server udp ${second ?? asked}
    `);
    expect(items).toMatchObject([
      { serverName: 'shop.example', packet: 1, outcome: 'open', version: 'TLS 1.3? over QUIC', tags: [] },
    ]);
  });

  it('that is said again after a Retry is one hello', async () => {
    const [one, again] = [ID, SERVER_ID].map((keyId) =>
      initial({ from: 'client', keyId, frames: cryptoFrame(0, asked), size: 1200 }),
    );
    const { hellos, items } = await hellosOf(script`
      client 10.0.0.1:50000
      server 10.0.0.2:443
      0ms client > server udp ${one ?? asked}
      2ms client > server udp ${again ?? asked}
    `);
    expect([hellos, items.length]).toEqual([1, 1]);
  });

  it('that the server asked for again after a Retry (HelloRetryRequest) is another', async () => {
    const retryRequest = serverHelloMessage({ cipher: 0x1302 });
    const client = (keyId: Uint8Array, offset: number, number: number): Uint8Array =>
      initial({
        from: 'client',
        keyId,
        destinationId: number === 0 ? keyId : CLIENT_ID,
        number,
        frames: cryptoFrame(offset, asked),
        size: 1200,
      });
    const answer = initial({
      from: 'server',
      keyId: SERVER_ID,
      destinationId: CLIENT_ID,
      frames: cryptoFrame(0, retryRequest),
    });
    const { hellos } = await hellosOf(script`
      client 10.0.0.1:50000
      server 10.0.0.2:443
      0ms client > server udp ${client(ID, 0, 0)}
      2ms client > server udp ${client(SERVER_ID, 0, 0)}
      3ms server > client udp ${answer}
      4ms client > server udp ${client(SERVER_ID, asked.length, 1)}
    `);
    expect(hellos).toBe(2);
  });

  it('of a version that does not tell its salt is read with the one that fits', async () => {
    const RESERVED = 0x1a2a3a4a;
    const MVFST = 0xfaceb002;
    for (const [version, salt] of [
      [RESERVED, 0],
      [RESERVED, 1],
      [MVFST, 2],
      [0xfaceb001, 3],
    ] as const) {
      const question = initial({
        version,
        salt,
        from: 'client',
        keyId: ID,
        frames: cryptoFrame(0, asked),
        size: 1200,
      });
      const { items } = await hellosOf(script`
        client 10.0.0.1:50000
        server 10.0.0.2:443
        0ms client > server udp ${question}
      `);
      expect(items).toMatchObject([{ serverName: 'shop.example', version: 'TLS 1.3? over QUIC' }]);
    }
  });

  it('that is said again in a version that the server speaks is one hello', async () => {
    const [reserved, again] = [0x0a0a0a0a, QUIC.V1].map((version) =>
      initial({ version, from: 'client', keyId: ID, frames: cryptoFrame(0, asked), size: 1200 }),
    );
    const refusal = negotiation(CLIENT_ID, ID, [0x4a5a6a7a, QUIC.V1]);
    const { hellos, items } = await hellosOf(script`
      client 10.0.0.1:50000
      server 10.0.0.2:443
      0ms client > server udp ${reserved ?? asked}
      1ms server > client udp ${refusal}
      2ms client > server udp ${again ?? asked}
    `);
    expect([hellos, items.length]).toEqual([1, 1]);
  });

  it('that the server refuses with an alert names the alert', async () => {
    const question = initial({ from: 'client', keyId: ID, frames: cryptoFrame(0, asked), size: 1200 });
    const refusal = initial({
      from: 'server',
      keyId: ID,
      destinationId: CLIENT_ID,
      sourceId: SERVER_ID,
      frames: closeFrame(0x178),
    });
    const { items } = await hellosOf(script`
      client 10.0.0.1:50000
      server 10.0.0.2:443
      0ms client > server udp ${question}
      1ms server > client udp ${refusal}
    `);
    expect(items).toMatchObject([{ outcome: 'alert no_application_protocol by the server' }]);
  });

  it('without a name or that was left unanswered is no finding of a broken handshake', async () => {
    const nameless = clientHelloMessage({ alpn: ['h3'], versions: [TLS.V13] });
    const question = initial({ from: 'client', keyId: ID, frames: cryptoFrame(0, nameless), size: 1200 });
    const { analysis } = await openOctets(
      writePcap(script`
        client 10.0.0.1:50000
        server 10.0.0.2:443
        0ms client > server udp ${question}
      `).octets,
    );
    const report = await analysis.report();
    expect(report?.tls).toMatchObject({ clientHellos: 1, withoutSni: 1 });
    expect(report?.findings).toEqual([]);
  });

  it('that is damaged or cut is no hello, and nothing else breaks', async () => {
    const whole = initial({ from: 'client', keyId: ID, frames: cryptoFrame(0, asked), size: 1200 });
    const damaged = Uint8Array.from(whole);
    damaged[600] = (damaged[600] ?? 0) ^ 1;
    for (const octets of [damaged, whole.subarray(0, 900), whole.subarray(0, 30), whole.subarray(0, 8)]) {
      const { hellos } = await hellosOf(script`
        client 10.0.0.1:50000
        server 10.0.0.2:443
        0ms client > server udp ${octets}
      `);
      expect(hellos).toBe(0);
    }
  });
});

describe('frames of any octets', () => {
  it('are read to an end, whatever they say', () => {
    const random = new Random(9000);
    for (let round = 0; round < 3000; round++) {
      const octets = Uint8Array.from({ length: random.below(60) }, () =>
        // Types of frames and small lengths come often.
        random.below(3) === 0 ? random.below(256) : random.below(8),
      );
      const stream = new CryptoStream();
      const version = round % 2 === 0 ? QUIC.V1 : QUIC.T050;
      for (const { offset, octets: content } of readFrames(octets, version).crypto) {
        expect(content.length).toBeLessThanOrEqual(octets.length);
        stream.put(offset, content, 1);
      }
      for (const message of stream.messages()) expect(message.octets.length).toBeGreaterThanOrEqual(4);
    }
  });

  it('beyond the limit of a handshake are dropped', () => {
    const stream = new CryptoStream();
    stream.put(1 << 30, new Uint8Array(10), 1);
    stream.put(65_530, new Uint8Array(10), 1);
    stream.put(0, concat(hexOctets('01 000002'), new Uint8Array(2)), 2);
    expect([...stream.messages()].map(({ octets }) => octets.length)).toEqual([6]);
  });
});

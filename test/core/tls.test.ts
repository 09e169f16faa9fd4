import { describe, expect, it } from 'vitest';
import { direction, exchanges, hello, issues, protocols } from '../support/facts.ts';
import { readFourWays } from '../support/four-ways.ts';
import { concat, hexOctets, textOctets } from '../support/octets.ts';
import { connection, script } from '../support/packet-script.ts';
import { readCapture } from '../support/read-capture.ts';
import {
  alert,
  applicationData,
  changeCipherSpec,
  clientHello,
  clientHelloMessage,
  clientKeyExchange,
  encryptedFinished,
  handshake,
  record,
  serverFlight12,
  serverHello,
  TLS,
} from '../support/tls-messages.ts';

const hello13 = { sni: 'shop.example', alpn: ['h2', 'http/1.1'], versions: [TLS.V13, TLS.V12] } as const;

describe('a ClientHello', () => {
  it('tells its name, protocols, versions and ciphers', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello(hello13)}
    `);
    expect(hello(core, 0)).toEqual({
      flow: 0,
      packets: '4-4',
      serverHello: 0,
      outcome: 'OPEN',
      outcomePacket: 0,
      name: 'shop.example',
      alpn: 'h2,http/1.1',
      selectedAlpn: undefined,
      octets: clientHelloMessage(hello13).length,
      legacyVersion: 0x0303,
      version: 0x0304,
      selectedVersion: 0,
      cipherSuite: 0,
      cipherSuites: 3,
      marks: ['SERVER_NAME'],
    });
    expect(core.tables.hellos.time(0)).toBe(3e6);
    expect(core.tables.flows.hello(0)).toBe(1);
    expect(protocols(core)).toEqual(['TCP', 'TCP', 'TCP', 'TLS']);
    expect(direction(core, 0, 0)).toMatchObject({ protocol: 'TLS' });
  });

  it('without a name, protocols or extensions is a row all the same', async () => {
    const core = await readFourWays(script`
      a 10.0.0.1:1
      b 10.0.0.2:8443
      c 10.0.0.1:2
      0ms a > b ${clientHello({ alpn: ['h2'] })}
      1ms c > b ${clientHello({ hasNoExtensions: true, legacyVersion: TLS.V10 })}
    `);
    expect(hello(core, 0)).toMatchObject({ name: undefined, alpn: 'h2', marks: [], version: 0x0303 });
    expect(hello(core, 1)).toMatchObject({
      name: undefined,
      alpn: undefined,
      legacyVersion: 0x0301,
      version: 0x0301,
    });
  });

  it('with an empty name is not one without the extension', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: '' })}
    `);
    expect(hello(core, 0)).toMatchObject({ marks: ['SERVER_NAME'] });
  });

  it('ignores GREASE in versions, extensions and ciphers', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ ...hello13, hasGrease: true })}
    `);
    expect(hello(core, 0)).toMatchObject({ name: 'shop.example', version: 0x0304, marks: ['SERVER_NAME'] });
  });

  it('marks encrypted_client_hello, and encrypted_server_name of its drafts', async () => {
    for (const octets of [clientHello({ hasEch: true }), clientHello({ hasEsni: true })]) {
      const core = await readFourWays(connection`
        3ms client > server ${octets}
      `);
      expect(hello(core, 0)).toMatchObject({ name: undefined, marks: ['ENCRYPTED_CLIENT_HELLO'] });
    }
  });

  it('may be split over segments, at every octet', async () => {
    const octets = clientHello(hello13);
    for (let at = 1; at < octets.length; at++) {
      const core = await readCapture(connection`
        3ms client > server ${octets.subarray(0, at)}
        4ms client > server ${octets.subarray(at)}
      `);
      expect(hello(core, 0), `split at ${at}`).toMatchObject({
        name: 'shop.example',
        alpn: 'h2,http/1.1',
        packets: '4-5',
        marks: ['SERVER_NAME', 'SPLIT_SEGMENTS'],
      });
    }
  });

  it('may be split over records, at every size', async () => {
    for (const recordSize of [1, 2, 3, 5, 50, 100]) {
      const core = await readFourWays(connection`
        3ms client > server ${clientHello({ ...hello13, recordSize })}
      `);
      expect(hello(core, 0)).toMatchObject({
        name: 'shop.example',
        octets: clientHelloMessage(hello13).length,
        marks: ['SERVER_NAME', 'SPLIT_RECORDS'],
      });
    }
  });

  it('of post-quantum size over two segments is read whole', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ ...hello13, size: 1800 })} mss 1448
    `);
    expect(hello(core, 0)).toMatchObject({
      octets: 1800,
      packets: '4-5',
      name: 'shop.example',
      marks: ['SERVER_NAME', 'SPLIT_SEGMENTS'],
    });
  });

  it('whose inner lengths contradict is marked malformed, with an issue', async () => {
    const message = clientHelloMessage({ sni: 'shop.example' });
    const wrong = message.slice();
    wrong[4 + 2 + 32 + 1 + 32] = 0xff; // the length of the cipher suites
    const core = await readFourWays(connection`
      3ms client > server ${record(22, wrong)}
    `);
    expect(hello(core, 0)).toMatchObject({ marks: ['MALFORMED'] });
    expect(issues(core)).toMatchObject({ TLS_HANDSHAKE_MALFORMED: 1 });
  });

  it('cut by a gap or never finished is no complete row, and nothing traps', async () => {
    const octets = clientHello({ ...hello13, size: 3000 });
    const core = await readFourWays(connection`
      3ms client > server ${octets.subarray(0, 1000)}
      4ms client > server ${octets.subarray(1000, 2000)} lost
      5ms client > server ${octets.subarray(2000)}
      6ms server > client ACK
      7ms server > client FIN
    `);
    expect(protocols(core)[3]).toBe('TLS');
    expect(direction(core, 0, 0)).toMatchObject({ lost: 1000 });
  });
});

describe('a handshake', () => {
  it('of a draft of TLS 1.3 before 22 has its cipher suite behind the random', async () => {
    const random = new Uint8Array(32).fill(0x5e);
    const keyShare = hexOctets('0033 0024 001d 0020');
    const body = concat(
      hexOctets('7f14'),
      random,
      hexOctets('1303 0028'),
      keyShare,
      new Uint8Array(32).fill(7),
    );
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ ...hello13, versions: [0x7f14, TLS.V12] })}
      4ms server > client ${record(22, handshake(2, body))} ${applicationData(800)}
    `);
    expect(hello(core, 0)).toMatchObject({
      selectedVersion: 0x7f14,
      cipherSuite: 0x1303,
      marks: ['SERVER_NAME'],
    });
    expect(issues(core)).toEqual({});
  });

  it('of TLS 1.3 is complete when the client sends its encrypted Finished', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello(hello13)}
      4ms server > client ${serverHello()} ${changeCipherSpec()} ${applicationData(800)}
      5ms client > server ${changeCipherSpec()} ${applicationData(53)}
      6ms client > server ${applicationData(100)}
      7ms server > client ${applicationData(100)}
    `);
    expect(hello(core, 0)).toMatchObject({
      outcome: 'COMPLETE',
      serverHello: 5,
      outcomePacket: 6,
      selectedVersion: 0x0304,
      cipherSuite: 0x1301,
      selectedAlpn: undefined,
    });
  });

  it('of TLS 1.2 is complete when both sides have changed to ciphers', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a', alpn: ['h2'] })}
      4ms server > client ${serverHello({ version: TLS.V12, cipher: 0xc02f, alpn: 'h2' })} ${serverFlight12()}
      5ms client > server ${clientKeyExchange()} ${changeCipherSpec()} ${encryptedFinished()}
      6ms server > client ${changeCipherSpec()} ${encryptedFinished()}
      7ms client > server ${applicationData(100)}
    `);
    expect(hello(core, 0)).toMatchObject({
      outcome: 'COMPLETE',
      selectedVersion: 0x0303,
      cipherSuite: 0xc02f,
      selectedAlpn: 'h2',
      outcomePacket: 7,
      marks: ['SERVER_NAME'],
    });
  });

  it('of TLS 1.2 tells that the server asked for a certificate', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${serverHello({ version: TLS.V12 })} ${serverFlight12({ asksForCertificate: true })}
    `);
    expect(hello(core, 0)).toMatchObject({
      outcome: 'OPEN',
      marks: ['SERVER_NAME', 'CERTIFICATE_REQUESTED'],
    });
  });

  it('with HelloRetryRequest is one row', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello(hello13)}
      4ms server > client ${serverHello({ isRetry: true })} ${changeCipherSpec()}
      5ms client > server ${changeCipherSpec()} ${clientHello(hello13)}
      6ms server > client ${serverHello()} ${applicationData(800)}
      7ms client > server ${applicationData(53)}
    `);
    expect(core.tables.hellos.rows).toBe(1);
    expect(hello(core, 0)).toMatchObject({
      outcome: 'COMPLETE',
      outcomePacket: 8,
      marks: ['SERVER_NAME', 'RETRY'],
    });
  });

  it('ended by a fatal alert tells which', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${alert(2, 40)}
      5ms server > client FIN
    `);
    expect(hello(core, 0)).toMatchObject({ outcome: 'ALERT', outcomePacket: 5 });
    expect(direction(core, 0, 1)).toMatchObject({
      alert: 5,
      alertLevel: 2,
      alertDescription: 40,
      protocol: 'TLS',
    });
  });

  it('ended by the client with a fatal alert tells that too', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${serverHello({ version: TLS.V12 })} ${serverFlight12()}
      5ms client > server ${alert(2, 48)}
    `);
    expect(hello(core, 0)).toMatchObject({ outcome: 'ALERT', outcomePacket: 6, serverHello: 5 });
    expect(direction(core, 0, 0)).toMatchObject({ alert: 6, alertLevel: 2, alertDescription: 48 });
  });

  it('goes on after a warning', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${alert(1, 112)} ${serverHello({ version: TLS.V12 })} ${serverFlight12()}
      5ms client > server ${clientKeyExchange()} ${changeCipherSpec()} ${encryptedFinished()}
      6ms server > client ${changeCipherSpec()} ${encryptedFinished()}
    `);
    expect(hello(core, 0)).toMatchObject({ outcome: 'COMPLETE' });
    expect(direction(core, 0, 1)).toMatchObject({ alertLevel: 1, alertDescription: 112 });
  });

  it('ended by FIN or RST is cut', async () => {
    const fin = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client FIN
    `);
    expect(hello(fin, 0)).toMatchObject({ outcome: 'CUT', outcomePacket: 5 });
    const rst = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${serverHello()}
      5ms client > server RST
    `);
    expect(hello(rst, 0)).toMatchObject({ outcome: 'CUT', outcomePacket: 6, serverHello: 5 });
  });

  it('answered in clear text is not TLS', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
      5ms server > client FIN
    `);
    expect(hello(core, 0)).toMatchObject({ outcome: 'NOT_TLS', outcomePacket: 5 });
  });

  it('that is complete stays so whatever ends the connection', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello(hello13)}
      4ms server > client ${serverHello()} ${applicationData(800)}
      5ms client > server ${applicationData(53)}
      6ms client > server ${applicationData(53)}
      7ms server > client RST
    `);
    expect(hello(core, 0)).toMatchObject({ outcome: 'COMPLETE' });
  });
});

describe('TLS', () => {
  it('is not taken for HTTP, nor HTTP for TLS', async () => {
    const core = await readFourWays(connection`
      3ms client > server "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
      4ms server > client ${alert(2, 10)}
    `);
    expect(exchanges(core)).toEqual(['GET / -']);
    expect(core.tables.hellos.rows).toBe(0);
    expect(direction(core, 0, 1)).toMatchObject({ protocol: 'TLS', alert: 5, alertDescription: 10 });
  });

  it('alerts that are encrypted are not read as such', async () => {
    const core = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${serverHello({ version: TLS.V12 })} ${serverFlight12()}
      5ms client > server ${clientKeyExchange()} ${changeCipherSpec()} ${encryptedFinished()}
      6ms server > client ${changeCipherSpec()} ${encryptedFinished()}
      7ms client > server ${record(21, concat(textOctets('encrypted alert of 26 oct')))}
    `);
    expect(direction(core, 0, 0)).toMatchObject({ alert: 0, alertLevel: 0 });
  });

  it('with a record that is too long is malformed, and one that is empty is not', async () => {
    const long = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client hex"160303 ffff" "x"*100
    `);
    expect(issues(long)).toMatchObject({ TLS_RECORD_MALFORMED: 1 });
    const empty = await readFourWays(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${serverHello()} ${record(23, new Uint8Array())} ${applicationData(100)}
    `);
    expect(issues(empty)).toEqual({});
  });

  it('with a handshake message above the cap is an issue', async () => {
    const core = await readCapture(connection`
      3ms client > server ${clientHello({ sni: 'a' })}
      4ms server > client ${serverHello({ version: TLS.V12 })} ${record(22, handshake(11, new Uint8Array(200_000)))} mss 1448
      5ms server > client ${alert(2, 80)}
    `);
    expect(issues(core)).toMatchObject({ TLS_HANDSHAKE_LIMIT: 1 });
    expect(hello(core, 0)).toMatchObject({ serverHello: 5 });
  });
});

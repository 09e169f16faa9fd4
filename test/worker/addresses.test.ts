import { describe, expect, it } from 'vitest';
import { formatEndpoint, formatIpv4, formatIpv6 } from '../../workers/addresses.ts';

describe('addresses', () => {
  it('of IPv4 are dotted, the first octet the highest', () => {
    expect(formatIpv4(0x0a000001)).toBe('10.0.0.1');
    expect(formatIpv4(0xffffffff)).toBe('255.255.255.255');
  });

  it.each([
    [[0, 0, 0, 0], '::'],
    [[0, 0, 0, 1], '::1'],
    [[0x20010db8, 0, 0, 0x00000001], '2001:db8::1'],
    // One zero group is not shortened; of two runs of equal length the first is (RFC 5952 section 4.2).
    [[0x20010db8, 0x00000001, 0x00010001, 0x00010001], '2001:db8:0:1:1:1:1:1'],
    [[0x20010db8, 0x00000000, 0x00010000, 0x00000001], '2001:db8::1:0:0:1'],
    [[0xfe800000, 0, 0x0200f8ff, 0xfe21abcd], 'fe80::200:f8ff:fe21:abcd'],
    [[0, 0, 0xffff, 0xc0000201], '::ffff:192.0.2.1'],
    [[0x20010db8, 0, 0, 0], '2001:db8::'],
  ] as const)('of IPv6 are written as RFC 5952 asks: %j', (words, text) => {
    expect(formatIpv6(words)).toBe(text);
  });

  it('with a port stand in brackets where they have colons', () => {
    expect(formatEndpoint('10.0.0.1', 80)).toBe('10.0.0.1:80');
    expect(formatEndpoint('::1', 80)).toBe('[::1]:80');
  });
});

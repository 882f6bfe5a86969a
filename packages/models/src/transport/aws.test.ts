// AWS's published signatures (aws-sig-v4-test-suite and the IAM example of the guide), and frames cut anywhere.
import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { crc32, createAwsEventReader, encodeAwsEvent } from './aws-event-stream.ts';
import { awsSignatureHeaders, type SignedRequest } from './aws-signature.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const now = Date.parse('2015-08-30T12:36:00Z');
const suite = { method: 'GET', headers: {}, body: '', region: 'us-east-1', service: 'service', now };
const at = (path: string, more: Partial<SignedRequest> = {}): SignedRequest => ({
  ...suite,
  url: new URL(`https://example.amazonaws.com${path}`),
  ...more,
});

const published: [string, SignedRequest, string][] = [
  ['get-vanilla', at('/'), '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'get-vanilla-query-order-key-case',
    at('/?Param2=value2&Param1=value1'),
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  ['post-vanilla', at('/', { method: 'POST' }), '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
  [
    'IAM ListUsers',
    {
      ...suite,
      url: new URL('https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08'),
      headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      service: 'iam',
    },
    '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
];

describe('signature version 4', () => {
  it.each(published)('%s', (_name, request, signature) => {
    expect(awsSignatureHeaders(request, credentials)['authorization']).toMatch(new RegExp(`Signature=${signature}$`));
  });

  it('escapes a path a second time', () => {
    const empty = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const canonical = `GET\n/model/a%253A0/x\n\nhost:example.amazonaws.com\nx-amz-date:20150830T123600Z\n\nhost;x-amz-date\n${empty}`;
    const hash = createHash('sha256').update(canonical).digest('hex');
    const scope = '20150830/us-east-1/service/aws4_request';
    const key = scope
      .split('/')
      .reduce<string | Buffer>(
        (secret, word) => createHmac('sha256', secret).update(word).digest(),
        `AWS4${credentials.secretAccessKey}`,
      );
    const toSign = `AWS4-HMAC-SHA256\n20150830T123600Z\n${scope}\n${hash}`;
    const signature = createHmac('sha256', key).update(toSign).digest('hex');
    expect(awsSignatureHeaders(at('/model/a%3A0/x'), credentials)['authorization']).toContain(`Signature=${signature}`);
  });

  it('signs the token and the body', () => {
    const request = at('/model/a%3A0/invoke', { method: 'POST', body: '{}' });
    const signed = awsSignatureHeaders(request, { ...credentials, sessionToken: 'token' });
    expect(signed['x-amz-security-token']).toBe('token');
    expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-date;x-amz-security-token,');
    const other = awsSignatureHeaders({ ...request, body: '{ }' }, { ...credentials, sessionToken: 'token' });
    expect(other['authorization']).not.toBe(signed['authorization']);
  });
});

describe('event stream', () => {
  const events = [
    { headers: { ':message-type': 'event', ':event-type': 'chunk' }, payload: Buffer.from('{"bytes":"e30="}') },
    { headers: {}, payload: Buffer.alloc(0) },
    { headers: { ':exception-type': 'wörld' }, payload: Buffer.alloc(70_000, 'x') },
  ];
  const bytes = Buffer.concat(events.map(({ headers, payload }) => encodeAwsEvent(headers, payload)));

  it('has the checksum of zlib', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
    expect(encodeAwsEvent({}, Buffer.alloc(0)).toString('hex')).toBe('000000100000000005c248eb7d98c8ff');
  });

  it.each([1, 7, 4096, bytes.length])('comes back whole in pieces of %i', (size) => {
    const reader = createAwsEventReader();
    const read = [];
    for (let from = 0; from < bytes.length; from += size) read.push(...reader.push(bytes.subarray(from, from + size)));
    expect(read).toEqual(events);
    expect(reader.rest).toBe(0);
  });

  it('refuses a frame with one wrong bit, wherever it is', () => {
    const frame = encodeAwsEvent({ ':event-type': 'chunk' }, Buffer.from('{}'));
    for (let at = 0; at < frame.length; at++) {
      const damaged = Buffer.from(frame);
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      expect(() => createAwsEventReader().push(damaged), `byte ${at}`).toThrow(/checksum|length/);
    }
  });
});

/** UUIDv7 ids made by the page, on the server's clock (RFC 9562). */
import { serverNow } from './time';

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
let last_ms = 0;
let counter = 0;

/** A new id; two made in one millisecond still sort in the order they were made. */
export function uuid7(now_ms: number = serverNow()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  if (now_ms > last_ms) {
    last_ms = now_ms;
    counter = ((bytes[6]! & 0x07) << 8) | bytes[7]!; // top bit clear: room to count up
  } else {
    counter += 1;
    if (counter > 0xfff) {
      last_ms += 1;
      counter = 0;
    }
  }
  for (let place = 5, rest = last_ms; place >= 0; place -= 1) {
    bytes[place] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = 0x70 | (counter >> 8);
  bytes[7] = counter & 0xff;
  bytes[8] = 0x80 | (bytes[8]! & 0x3f);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The id as the API writes it: a prefix and the UUID's 128 bits as 26 Crockford characters. */
export function prefixed(prefix: string, uuid: string): string {
  let bits = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let text = '';
  for (let place = 0; place < 26; place += 1) {
    text = CROCKFORD[Number(bits & 31n)]! + text;
    bits >>= 5n;
  }
  return `${prefix}_${text}`;
}

/**
 * Checking a gift's proof in the reader's own browser: the same arithmetic as `largesse verify`.
 *
 * Leaf = SHA-256(0 || salt || row), row as PostgreSQL's binary COPY writes it; node = SHA-256(1 || left || right);
 * batch = SHA-256(root || gifts || recorded_at); chain = SHA-256(previous || batch || n || stripe); the checkpoint's text is
 * signed with Ed25519.
 * Layout: docs/reference/proofs.md
 */

export interface ProofGift {
  id: string;
  batch: number;
  paid_before: number;
  promo_before: number;
  diamonds_milli: number;
  sender: number;
  receiver: number;
  stage: number;
  coins_paid: number;
  coins_promo: number;
  api_key: number;
  kind: number;
  count: number;
  policy: number;
  leaf: number;
  flags: number;
}

export interface Proof {
  format: string;
  receipt: string;
  gift: ProofGift;
  salt: string;
  path: string[];
  gifts: number;
  recorded_at: string;
  n: number;
  previous: string;
  links: string[];
  checkpoint: string;
  signature: string;
  key_id: string;
  public_key: string;
}

export interface KeyDocument {
  format: string;
  keys: { key_id: string; algorithm: string; public_key: string }[];
}

export type Step = 'gift' | 'tree' | 'chain' | 'signature' | 'key';
export const STEPS: readonly Step[] = ['gift', 'tree', 'chain', 'signature', 'key'];

export interface Verdict {
  ok: boolean;
  /** The step that failed; null where all hold. */
  failed: Step | null;
  checkpoint: { number: number; at: string; origin: string } | null;
}

export const FORMAT = 'largesse-proof-1';
const LONG = ['batch', 'paid_before', 'promo_before', 'diamonds_milli'] as const;
const INT = ['sender', 'receiver', 'stage', 'coins_paid', 'coins_promo', 'api_key'] as const;
const SHORT = ['kind', 'count', 'policy', 'leaf', 'flags'] as const;
const STRIPE_MASK = 63n;
const GIFTS_MAX = 1000;

/** Whether this browser can check Ed25519 signatures. */
export async function canVerify(): Promise<boolean> {
  try {
    await crypto.subtle.importKey('raw', new Uint8Array(32), { name: 'Ed25519' }, false, ['verify']);
    return true;
  } catch {
    return false;
  }
}

/** Checks every step in order and stops at the first that does not hold. `expected` is what the page shows of the gift. */
export async function verify(proof: Proof, published: KeyDocument, expected: { receipt: string; coins: number; count: number; diamonds_milli: number; recorded_at: string }): Promise<Verdict> {
  const checkpoint = readCheckpoint(proof.checkpoint);
  const shown = checkpoint && { number: checkpoint.number, at: checkpoint.at, origin: checkpoint.origin };
  const no = (failed: Step): Verdict => ({ ok: false, failed, checkpoint: shown });
  try {
    const gift = proof.gift;
    const says = proof.format === FORMAT && proof.receipt === expected.receipt && proof.receipt === `${gift.batch}.${gift.leaf}` &&
      gift.coins_paid + gift.coins_promo === expected.coins && gift.count === expected.count && gift.diamonds_milli === expected.diamonds_milli &&
      micros(proof.recorded_at) === micros(expected.recorded_at);
    if (!says) return no('gift');
    const leaf = await sha256(Uint8Array.of(0), hex(proof.salt, 16), packRow(gift));
    const root = await rootOf(leaf, gift.leaf, whole(proof.gifts), proof.path);
    if (!root) return no('tree');
    const stripe = BigInt(gift.batch) & STRIPE_MASK;
    let n = BigInt(proof.n);
    let chain = await chainOf(hex(proof.previous, 32), await batchOf(root, proof.gifts, micros(proof.recorded_at)), n, stripe);
    for (const link of proof.links) chain = await chainOf(chain, hex(link, 32), ++n, stripe);
    const head = checkpoint?.heads.find((each) => each.stripe === stripe);
    if (!head || head.n !== n || head.chain !== toHex(chain)) return no('chain');
    const key = hex(proof.public_key, 32);
    const holds = await crypto.subtle.verify({ name: 'Ed25519' }, await crypto.subtle.importKey('raw', key, { name: 'Ed25519' }, false, ['verify']), hex(proof.signature, 64), new TextEncoder().encode(proof.checkpoint));
    if (!holds) return no('signature');
    const id = toHex(await sha256(key)).slice(0, 16);
    const known = published.keys.some((each) => each.algorithm === 'Ed25519' && each.key_id === id && each.public_key === proof.public_key);
    if (id !== proof.key_id || !known) return no('key');
    return { ok: true, failed: null, checkpoint: shown };
  } catch (error) {
    if (error instanceof NotProof) return no('gift');
    throw error;
  }
}

class NotProof extends Error {}

interface Head {
  stripe: bigint;
  n: bigint;
  chain: string;
}

/** The signed text's own facts; null where it is not written as the service writes one. */
export function readCheckpoint(text: string): { origin: string; number: number; at: string; heads: Head[] } | null {
  const lines = text.split('\n');
  const field = (name: string) => lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  if (lines[0] !== 'largesse-checkpoint-1' || !/^\d+$/.test(field('number'))) return null;
  const heads = lines.flatMap((line): Head[] => {
    const found = /^stripe (\d+) (\d+) ([0-9a-f]{64})$/.exec(line);
    return found ? [{ stripe: BigInt(found[1]!), n: BigInt(found[2]!), chain: found[3]! }] : [];
  });
  return { origin: field('origin'), number: Number(field('number')), at: field('at'), heads };
}

function packRow(gift: ProofGift): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(2 + 20 + LONG.length * 12 + INT.length * 8 + SHORT.length * 6);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const length = (n: number) => { view.setInt32(at, n); at += 4; };
  view.setInt16(at, 16);
  at += 2;
  length(16);
  bytes.set(hex(gift.id.replaceAll('-', ''), 16), at);
  at += 16;
  for (const name of LONG) { length(8); view.setBigInt64(at, BigInt(whole(gift[name]))); at += 8; }
  for (const name of INT) { length(4); view.setInt32(at, whole(gift[name])); at += 4; }
  for (const name of SHORT) { length(2); view.setInt16(at, whole(gift[name])); at += 2; }
  return bytes;
}

/** JSON numbers are exact up to 2^53; a larger one cannot be checked here. */
function whole(n: number): number {
  if (!Number.isSafeInteger(n)) throw new NotProof('not a whole number that this browser holds exactly');
  return n;
}

/** Microseconds since 1970: one more digit group than `Date` keeps. */
function micros(time: string): bigint {
  const found = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{6}))?Z$/.exec(time);
  const seconds = found ? Date.parse(`${found[1]}Z`) : NaN;
  if (Number.isNaN(seconds)) throw new NotProof('not a time in UTC');
  return BigInt(seconds) * 1000n + BigInt(found![2] ?? 0);
}

/** The root to which a path leads (RFC 6962); null where the path does not fit the leaf's place and the tree's size. */
async function rootOf(leaf: Uint8Array, place: number, size: number, path: string[]): Promise<Uint8Array | null> {
  if (place < 0 || place >= size || size > GIFTS_MAX) return null;
  let digest = leaf;
  let taken = 0;
  for (let index = place, last = size - 1; last > 0; index >>= 1, last >>= 1) {
    if (index % 2 === 0 && index === last) continue;
    const next = path[taken++];
    if (next === undefined) return null;
    const sibling = hex(next, 32);
    digest = index % 2 ? await sha256(Uint8Array.of(1), sibling, digest) : await sha256(Uint8Array.of(1), digest, sibling);
  }
  return taken === path.length ? digest : null;
}

function batchOf(root: Uint8Array, gifts: number, recorded_at_us: bigint): Promise<Uint8Array> {
  const tail = new Uint8Array(10);
  const view = new DataView(tail.buffer);
  view.setInt16(0, gifts);
  view.setBigInt64(2, recorded_at_us);
  return sha256(root, tail);
}

function chainOf(previous: Uint8Array, batch: Uint8Array, n: bigint, stripe: bigint): Promise<Uint8Array> {
  const tail = new Uint8Array(10);
  const view = new DataView(tail.buffer);
  view.setBigInt64(0, n);
  view.setInt16(8, Number(stripe));
  return sha256(previous, batch, tail);
}

async function sha256(...parts: Uint8Array[]): Promise<Uint8Array> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest('SHA-256', joined));
}

function hex(text: string, length: number): Uint8Array<ArrayBuffer> {
  if (!new RegExp(`^[0-9a-f]{${length * 2}}$`).test(text)) throw new NotProof('not hexadecimal of the right length');
  return Uint8Array.from({ length }, (_, at) => parseInt(text.slice(at * 2, at * 2 + 2), 16));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The server's clock, learnt from `X-Server-Time` (unix ms) of every answer. */

const RTT_DECAY_MS = 20;
let offset_ms = 0;
let best_rtt_ms = Number.POSITIVE_INFINITY;

/** Learns from one answer; the answers with the shortest round trip decide. */
export function noteServerTime(header: string | null, sent_ms: number, received_ms: number): void {
  const server_ms = Number(header);
  if (!header || !Number.isFinite(server_ms) || server_ms <= 0) return;
  const rtt_ms = received_ms - sent_ms;
  if (rtt_ms > best_rtt_ms) {
    best_rtt_ms += RTT_DECAY_MS; // an old estimate grows stale, so a drifting clock is followed
    return;
  }
  best_rtt_ms = rtt_ms;
  offset_ms = Math.round(server_ms - (sent_ms + received_ms) / 2);
}

/** Unix milliseconds on the server's clock, as well as we know it. */
export function serverNow(): number {
  return Date.now() + offset_ms;
}

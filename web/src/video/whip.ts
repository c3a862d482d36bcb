/** Sends a camera's pictures and sound by WHIP: sooner than a recorder, for guests and whom they talk with. */
import { isH264 } from './broadcast';
import { Call, type CallEvents } from './call';

const BITS_MAX = 2_500_000;
const TAKEN_OVER_AFTER = 6; // tries that find another camera in our place

export interface WhipEvents extends CallEvents {
  /** Bits a second that are sent, each second. */
  sent?(bits_per_second: number): void;
}

export class Whip {
  #call: Call;
  #events: WhipEvents;
  #stream: MediaStream | null = null;
  #ticker = 0;
  #bytes = 0;

  constructor(address: string, events: WhipEvents) {
    this.#events = events;
    this.#call = new Call(
      address,
      events,
      (peer) => this.#prepare(peer),
      (code, failures) => code === 'already-publishing' && failures > TAKEN_OVER_AFTER,
    );
  }

  /** Send this stream, also in the place of another one that is being sent: then nobody sees a break. */
  start(stream: MediaStream): void {
    this.#stream = stream;
    const senders = this.#call.peer?.getSenders() ?? [];
    if (senders.length > 0 && senders.every(({ track }) => track)) {
      for (const sender of senders) {
        const track = stream.getTracks().find(({ kind }) => kind === sender.track!.kind);
        if (track) void sender.replaceTrack(track);
      }
      return;
    }
    clearInterval(this.#ticker);
    this.#ticker = window.setInterval(() => void this.#measure(), 1_000);
    this.#call.open();
  }

  stop(): void {
    clearInterval(this.#ticker);
    this.#stream = null;
    this.#call.close();
  }

  #prepare(peer: RTCPeerConnection): void {
    const stream = this.#stream!;
    for (const track of stream.getTracks()) {
      const video = track.kind === 'video';
      const transceiver = peer.addTransceiver(track, { direction: 'sendonly', streams: [stream], ...(video ? { sendEncodings: [{ maxBitrate: BITS_MAX }] } : {}) });
      if (video) preferH264(transceiver);
    }
  }

  async #measure(): Promise<void> {
    const stats = await this.#call.peer?.getStats();
    let bytes = 0;
    stats?.forEach((each: { type: string; bytesSent?: number }) => (bytes += each.type === 'transport' ? (each.bytesSent ?? 0) : 0));
    this.#events.sent?.(Math.max(0, bytes - this.#bytes) * 8);
    this.#bytes = bytes;
  }
}

/** The picture keeps its size and loses frames where a connection is slow: players of fragments begin anew with each size. */
function preferH264(transceiver: RTCRtpTransceiver): void {
  const codecs = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
  const chosen = codecs.filter((codec) => isH264(codec) || codec.mimeType.toLowerCase() === 'video/rtx');
  try {
    transceiver.setCodecPreferences(chosen);
    const parameters: RTCRtpSendParameters & { degradationPreference?: string } = transceiver.sender.getParameters();
    parameters.degradationPreference = 'maintain-resolution';
    void transceiver.sender.setParameters(parameters).catch(() => undefined); // a wish
  } catch {
    // an older browser offers what it has, and the service chooses
  }
}

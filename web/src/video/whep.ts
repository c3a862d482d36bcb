/** Watches a stream by WHEP, a fraction of a second behind its camera: for those who talk with each other. */
import { Call, type CallEvents } from './call';

export interface WhepEvents extends CallEvents {
  /** There is no camera to watch this way: another is tried. */
  failed(code: string): void;
}

const TRIES = 4; // for a camera that may only have left for a moment
const PICTURE_MS = 1_500;

export class Whep {
  #call: Call;

  constructor(video: HTMLVideoElement, address: string, events: WhepEvents) {
    this.#call = new Call(
      address,
      {
        changed: (state) => events.changed(state),
        over: (code) => (code === 'no-whep' || code === 'busy' || code === 'not-configured' ? events.failed(code) : events.over(code)),
      },
      (peer) => {
        const stream = new MediaStream();
        for (const kind of ['audio', 'video']) peer.addTransceiver(kind, { direction: 'recvonly', streams: [stream] });
        peer.ontrack = ({ track, receiver }) => {
          (receiver as RTCRtpReceiver & { jitterBufferTarget?: number }).jitterBufferTarget = 0; // no more than is needed
          stream.addTrack(track);
          if (video.srcObject === stream) return;
          const again = video.srcObject !== null;
          video.srcObject = stream;
          if (again) void video.play().catch(() => undefined); // else a browser shows the first picture of another stream alone
        };
      },
      (code, failures) => (code === 'no-whep' && (failures === 0 || failures > TRIES)) || (code === 'busy' && failures > TRIES),
    );
    this.#video = video;
  }

  #video: HTMLVideoElement;
  #waiting = 0;

  open(): void {
    this.#call.open();
  }

  close(): void {
    clearTimeout(this.#waiting);
    this.#call.close();
    this.#video.srcObject = null;
  }

  /** The camera is on again: where no picture comes, the connection is a dead one, long before the browser notices. */
  nudge(): void {
    this.#call.nudge();
    const before = this.#frames();
    clearTimeout(this.#waiting);
    if (before > 0) this.#waiting = window.setTimeout(() => this.#frames() === before && this.#call.again(), PICTURE_MS);
  }

  #frames(): number {
    return this.#video.getVideoPlaybackQuality().totalVideoFrames;
  }
}

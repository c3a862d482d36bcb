/** Watches a stream by WHEP, a fraction of a second behind its camera: for those who talk with each other. */
import { Call, type CallEvents } from './call';

export interface WhepEvents extends CallEvents {
  /** There is no camera to watch this way: another is tried. */
  failed(code: string): void;
}

const TRIES = 4; // for a camera that may only have left for a moment

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
          if (video.srcObject !== stream) video.srcObject = stream;
        };
      },
      (code, failures) => (code === 'no-whep' && (failures === 0 || failures > TRIES)) || (code === 'busy' && failures > TRIES),
    );
    this.#video = video;
  }

  #video: HTMLVideoElement;

  open(): void {
    this.#call.open();
  }

  close(): void {
    this.#call.close();
    this.#video.srcObject = null;
  }

  nudge(): void {
    this.#call.nudge();
  }
}

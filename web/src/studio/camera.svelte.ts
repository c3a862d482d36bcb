/** The creator's camera and microphone: which, whether they are on, and how loud it is. */

export type CameraProblem = 'denied' | 'missing' | 'busy' | 'unsupported';

const KEY = 'largesse.camera';
const LEVEL_MS = 80;

interface Choice {
  camera: string;
  microphone: string;
}

function kept(): Choice {
  try {
    const { camera, microphone } = JSON.parse(localStorage.getItem(KEY) ?? '') as Partial<Choice>;
    return { camera: String(camera ?? ''), microphone: String(microphone ?? '') };
  } catch {
    return { camera: '', microphone: '' };
  }
}

export class Camera {
  stream = $state.raw<MediaStream | null>(null);
  opening = $state(false);
  problem = $state<CameraProblem | null>(null);
  devices = $state.raw<MediaDeviceInfo[]>([]);
  camera = $state('');
  microphone = $state('');
  picture_on = $state(true);
  sound_on = $state(true);
  /** How loud, 0 to 1. */
  level = $state(0);
  /** Told when another stream takes the place of the one before. */
  onstream: (stream: MediaStream) => void = () => undefined;
  #context: AudioContext | null = null;
  #meter = 0;

  get cameras() {
    return this.devices.filter(({ kind }) => kind === 'videoinput');
  }

  get microphones() {
    return this.devices.filter(({ kind }) => kind === 'audioinput');
  }

  /** Asks for both; false where it was refused, as `problem` says. */
  async open(): Promise<boolean> {
    if (!navigator.mediaDevices) {
      this.problem = 'unsupported';
      return false;
    }
    const wanted = this.stream ? { camera: this.camera, microphone: this.microphone } : kept();
    this.#stopTracks(); // a phone opens one camera at a time
    this.opening = true;
    this.problem = null;
    try {
      const stream = await navigator.mediaDevices.getUserMedia({
        video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 }, ...(wanted.camera ? { deviceId: { ideal: wanted.camera } } : { facingMode: 'user' }) },
        audio: { echoCancellation: true, noiseSuppression: true, ...(wanted.microphone ? { deviceId: { ideal: wanted.microphone } } : {}) },
      });
      this.devices = await navigator.mediaDevices.enumerateDevices();
      this.camera = stream.getVideoTracks()[0]?.getSettings().deviceId ?? '';
      this.microphone = stream.getAudioTracks()[0]?.getSettings().deviceId ?? '';
      localStorage.setItem(KEY, JSON.stringify({ camera: this.camera, microphone: this.microphone } satisfies Choice));
      this.stream = stream;
      this.#apply();
      this.#listen(stream);
      this.onstream(stream);
      return true;
    } catch (error) {
      const { name } = error as Error;
      this.problem = name === 'NotAllowedError' ? 'denied' : name === 'NotFoundError' || name === 'OverconstrainedError' ? 'missing' : 'busy';
      return false;
    } finally {
      this.opening = false;
    }
  }

  async choose(choice: Partial<Choice>): Promise<void> {
    Object.assign(this, choice);
    await this.open();
  }

  /** The next camera, as a phone's other side. */
  async turn(): Promise<void> {
    const at = this.cameras.findIndex(({ deviceId }) => deviceId === this.camera);
    const next = this.cameras[(at + 1) % this.cameras.length];
    if (next) await this.choose({ camera: next.deviceId });
  }

  setPicture(on: boolean): void {
    this.picture_on = on;
    this.#apply();
  }

  setSound(on: boolean): void {
    this.sound_on = on;
    this.#apply();
  }

  close(): void {
    this.#stopTracks();
  }

  #apply(): void {
    for (const track of this.stream?.getVideoTracks() ?? []) track.enabled = this.picture_on;
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = this.sound_on;
  }

  #listen(stream: MediaStream): void {
    if (stream.getAudioTracks().length === 0) return;
    const context = new AudioContext();
    this.#context = context;
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#meter = window.setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      const loudest = samples.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
      this.level = Math.max(loudest, this.level * 0.8);
    }, LEVEL_MS);
  }

  #stopTracks(): void {
    clearInterval(this.#meter);
    void this.#context?.close();
    this.#context = null;
    this.level = 0;
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }
}

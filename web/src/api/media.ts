/** How a LIVE's pictures and sound are shown on the wire. */

/** Whether pictures arrive; `run` counts how often they began. */
export interface Signal {
  state: 'none' | 'live' | 'lost';
  run: number;
}

/** Where a camera or an encoder publishes; the key is a secret. */
export interface Ingest {
  /** Null where an engine outside takes encoders alone. */
  ws: string | null;
  whip: string | null;
  rtmp: string | null;
  key: string;
  /** The last that whoever publishes was told, in English. */
  said: string | null;
  /** Whether what is shown is kept; `stopped`: the disk was full. */
  recording: 'on' | 'off' | 'stopped';
}

/** Where pictures and sound are; null where there are none of that kind. */
export interface Playback {
  hls: string | null;
  mse_ws: string | null;
  whep: string | null;
}

/** How loud this device plays LIVEs: a choice that stays. */

export interface Volume {
  /** 0 to 1. */
  level: number;
  muted: boolean;
}

const KEY = 'largesse.volume';

export function volumeChoice(): Volume {
  return readVolume(localStorage.getItem(KEY));
}

export function setVolumeChoice(volume: Volume): void {
  localStorage.setItem(KEY, JSON.stringify(volume));
}

/** Full and on where nothing, or nothing that makes sense, was kept. */
export function readVolume(kept: string | null): Volume {
  try {
    const { level, muted } = JSON.parse(kept ?? '') as Partial<Volume>;
    if (typeof level === 'number' && level >= 0 && level <= 1) return { level, muted: muted === true };
  } catch {
    // not ours
  }
  return { level: 1, muted: false };
}

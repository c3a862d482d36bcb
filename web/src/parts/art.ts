/** Pictures that follow from an id: which gifts stand on it and how. */
import { hueOf } from '../ui';

/** Gifts whose art carries a whole picture. */
const STARS = [
  'guitar', 'rocket', 'crown', 'unicorn', 'whale', 'galaxy', 'disco-ball', 'castle', 'lion', 'dragon', 'ferris-wheel', 'trophy', 'microphone',
  'rainbow', 'sports-car', 'butterfly', 'bouquet', 'panda', 'tiger', 'dolphin', 'sailboat', 'gem', 'party-popper', 'birthday-cake', 'balloon',
] as const;

/** Hues that stand well together, in degrees: the ground, the light in its corner, the glow below. */
const GROUNDS = [
  [2, 40, 322], [22, 62, 350], [262, 305, 225], [238, 205, 282], [292, 335, 262], [322, 10, 288], [346, 25, 305], [205, 172, 250], [182, 150, 225], [45, 80, 12],
] as const;

export interface Picture {
  /** Degrees: ground, light, glow. */
  hues: readonly [number, number, number];
  gifts: string[];
  /** Degrees, -18..18. */
  tilt: number;
  flip: boolean;
}

/** The same id and owner always give the same picture. */
export function pictureOf(id: string, owner: string = id): Picture {
  const pick = (salt: string, n: number) => hueOf(`${salt}:${id}`) % n;
  const rest: string[] = [...STARS];
  const gifts = ['a', 'b', 'c'].map((salt) => rest.splice(pick(salt, rest.length), 1)[0]!);
  return { hues: GROUNDS[hueOf(`g:${owner}`) % GROUNDS.length]!, gifts, tilt: pick('t', 37) - 18, flip: pick('f', 2) === 1 };
}

export const still = (gift_id: string) => `/static/gifts/${gift_id}.webp`;

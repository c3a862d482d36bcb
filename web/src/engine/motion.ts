/** How a big gift moves on the stage, for each recipe. Offsets are parts of its time; nothing flashes. */
import type { EngineGift } from './model';

export interface Beat {
  /** When, as a part of the whole, 0..1. */
  at: number;
  kind: 'pictures' | 'confetti' | 'sparks';
  count: number;
}

export interface Motion {
  art: Keyframe[];
  glow: Keyframe[];
  beats: Beat[];
}

const OUT: Keyframe = { opacity: 0, transform: 'translateY(-6%) scale(.9)', offset: 1 };

const GLOW: Keyframe[] = [
  { opacity: 0, transform: 'scale(.3)', offset: 0 },
  { opacity: 1, transform: 'scale(1)', offset: 0.18 },
  { opacity: 0.85, transform: 'scale(1.08)', offset: 0.84 },
  { opacity: 0, transform: 'scale(1.2)', offset: 1 },
];

const MOTIONS: Record<EngineGift['art']['recipe'], Motion> = {
  bloom: {
    art: [
      { opacity: 0, transform: 'scale(.1) rotate(-40deg)', offset: 0, easing: 'cubic-bezier(.2,.9,.3,1.3)' },
      { opacity: 1, transform: 'scale(1.12) rotate(5deg)', offset: 0.16 },
      { transform: 'scale(1) rotate(0deg)', offset: 0.24, easing: 'ease-in-out' },
      { transform: 'scale(1.06) rotate(-2deg)', offset: 0.55, easing: 'ease-in-out' },
      { opacity: 1, transform: 'scale(1) rotate(1deg)', offset: 0.88 },
      OUT,
    ],
    glow: GLOW,
    beats: [{ at: 0.1, kind: 'pictures', count: 18 }, { at: 0.16, kind: 'sparks', count: 24 }, { at: 0.5, kind: 'sparks', count: 16 }],
  },
  drop: {
    art: [
      { opacity: 0, transform: 'translateY(-160%) scale(.9,1.15)', offset: 0, easing: 'cubic-bezier(.5,0,.9,.5)' },
      { opacity: 1, transform: 'translateY(0) scale(.92,1.12)', offset: 0.13, easing: 'ease-out' },
      { transform: 'translateY(9%) scale(1.22,.76)', offset: 0.17, easing: 'ease-out' },
      { transform: 'translateY(-16%) scale(.94,1.08)', offset: 0.24, easing: 'ease-in' },
      { transform: 'translateY(3%) scale(1.08,.92)', offset: 0.31, easing: 'ease-out' },
      { transform: 'none', offset: 0.37, easing: 'ease-in-out' },
      { transform: 'translateY(-2%) rotate(2deg)', offset: 0.62, easing: 'ease-in-out' },
      { opacity: 1, transform: 'none', offset: 0.88 },
      OUT,
    ],
    glow: GLOW,
    beats: [{ at: 0.16, kind: 'sparks', count: 34 }, { at: 0.17, kind: 'pictures', count: 12 }],
  },
  build: {
    art: [
      { opacity: 0, transform: 'scale(.2)', offset: 0, easing: 'cubic-bezier(.2,.9,.3,1.4)' },
      { opacity: 1, transform: 'scale(.45)', offset: 0.1 },
      { transform: 'scale(.45) rotate(-3deg)', offset: 0.18, easing: 'cubic-bezier(.2,.9,.3,1.4)' },
      { transform: 'scale(.7) rotate(3deg)', offset: 0.26 },
      { transform: 'scale(.7) rotate(-2deg)', offset: 0.34, easing: 'cubic-bezier(.2,.9,.3,1.5)' },
      { transform: 'scale(1.14)', offset: 0.44 },
      { transform: 'scale(1)', offset: 0.52, easing: 'ease-in-out' },
      { opacity: 1, transform: 'scale(1.04)', offset: 0.88 },
      OUT,
    ],
    glow: [
      { opacity: 0, transform: 'scale(.2)', offset: 0 },
      { opacity: 0.5, transform: 'scale(.55)', offset: 0.3 },
      { opacity: 1, transform: 'scale(1.15)', offset: 0.46 },
      { opacity: 0.85, transform: 'scale(1)', offset: 0.84 },
      { opacity: 0, transform: 'scale(1.2)', offset: 1 },
    ],
    beats: [{ at: 0.1, kind: 'sparks', count: 8 }, { at: 0.26, kind: 'sparks', count: 14 }, { at: 0.43, kind: 'confetti', count: 60 }, { at: 0.44, kind: 'sparks', count: 20 }],
  },
  spin: {
    art: [
      { opacity: 0, transform: 'perspective(60rem) scale(.3) rotateY(-540deg)', offset: 0, easing: 'cubic-bezier(.1,.7,.3,1)' },
      { opacity: 1, transform: 'perspective(60rem) scale(1.08) rotateY(0deg)', offset: 0.3 },
      { transform: 'perspective(60rem) scale(1) rotateY(0deg)', offset: 0.42, easing: 'ease-in-out' },
      { transform: 'perspective(60rem) scale(1.03) rotateY(24deg)', offset: 0.6, easing: 'ease-in-out' },
      { opacity: 1, transform: 'perspective(60rem) scale(1) rotateY(-18deg)', offset: 0.88 },
      OUT,
    ],
    glow: GLOW,
    beats: [{ at: 0.28, kind: 'sparks', count: 40 }, { at: 0.6, kind: 'sparks', count: 18 }, { at: 0.3, kind: 'pictures', count: 8 }],
  },
  rise: {
    art: [
      { opacity: 0, transform: 'translateY(140%) scale(.7)', offset: 0, easing: 'cubic-bezier(.1,.8,.2,1)' },
      { opacity: 1, transform: 'translateY(-4%) scale(1.05)', offset: 0.24, easing: 'ease-in-out' },
      { transform: 'translateY(2%) rotate(-3deg)', offset: 0.42, easing: 'ease-in-out' },
      { transform: 'translateY(-3%) rotate(3deg)', offset: 0.62, easing: 'ease-in-out' },
      { opacity: 1, transform: 'translateY(0) rotate(0deg)', offset: 0.8, easing: 'cubic-bezier(.7,0,.9,.4)' },
      { opacity: 0, transform: 'translateY(-170%) scale(.8)', offset: 1 },
    ],
    glow: GLOW,
    beats: [{ at: 0.08, kind: 'sparks', count: 24 }, { at: 0.24, kind: 'confetti', count: 80 }, { at: 0.5, kind: 'confetti', count: 30 }, { at: 0.82, kind: 'sparks', count: 30 }],
  },
};

const CALM: Motion = {
  art: [{ opacity: 0, transform: 'scale(.96)', offset: 0 }, { opacity: 1, transform: 'none', offset: 0.1 }, { opacity: 1, transform: 'none', offset: 0.9 }, { opacity: 0, offset: 1 }],
  glow: [{ opacity: 0, offset: 0 }, { opacity: 0.7, offset: 0.12 }, { opacity: 0.7, offset: 0.88 }, { opacity: 0, offset: 1 }],
  beats: [],
};

export function motionOf(gift: EngineGift, calm: boolean): Motion {
  return calm ? CALM : MOTIONS[gift.art.recipe];
}

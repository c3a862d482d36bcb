/** The gift engine's face. */
export { GiftEngine, type Options, type Words } from './engine';
export type { Effects, EngineGift, Giver, Showing } from './model';
export { effectsChoice, setEffectsChoice, shownEffects } from './effects';

/** How much moves: the viewer's choice, and what the system asks for. */
import type { Effects } from './model';

const KEY = 'largesse.effects';

export function effectsChoice(): Effects {
  const kept = localStorage.getItem(KEY);
  return kept === 'off' || kept === 'calm' ? kept : 'full';
}

export function setEffectsChoice(choice: Effects): void {
  localStorage.setItem(KEY, choice);
}

/** What is drawn: a system that asks for less motion makes full into calm. */
export function shownEffects(choice: Effects, less_motion: boolean): Effects {
  return choice === 'full' && less_motion ? 'calm' : choice;
}

/** How much one was told and has not seen: asked once a page has settled, and again when somebody comes back to it. */
import { ApiProblem } from '../api';
import { notifications } from '../api/notifications';
import { session } from './session.svelte';

const AGAIN_MS = 60_000;
let asked_ms = -AGAIN_MS;

/** Keeps the count; returns how to stop. */
export function watchUnread(): () => void {
  const look = () => {
    if (document.hidden || performance.now() - asked_ms < AGAIN_MS) return;
    asked_ms = performance.now();
    void notifications.unread().then(({ count }) => (session.unread = count), keepQuiet);
  };
  look();
  document.addEventListener('visibilitychange', look);
  return () => document.removeEventListener('visibilitychange', look);
}

/** A count that did not come is no reason to disturb anybody. */
function keepQuiet(problem: unknown): void {
  if (!(problem instanceof ApiProblem)) throw problem;
}

/** Short messages at the edge of the page. Politely announced; an error stays until it is closed. */

export interface ToastMessage {
  id: number;
  text: string;
  tone: 'info' | 'good' | 'bad';
  link?: { href: string; text: string } | undefined;
  action?: { text: string; run: () => void } | undefined;
}

const SHOWN_MS = 5_000;
const SHOWN_MAX = 3;
let next_id = 1;

export const toasts = $state<{ list: ToastMessage[] }>({ list: [] });

/** Shows a message; the same `key` text again replaces nothing but restarts the clock. */
export function toast(text: string, options: Partial<Omit<ToastMessage, 'id' | 'text'>> = {}): number {
  const id = next_id++;
  const tone = options.tone ?? 'info';
  const kept = toasts.list.filter((each) => each.text !== text).slice(-(SHOWN_MAX - 1));
  toasts.list = [...kept, { id, text, tone, link: options.link, action: options.action }];
  if (tone !== 'bad') setTimeout(() => dismiss(id), options.link || options.action ? SHOWN_MS * 1.6 : SHOWN_MS);
  return id;
}

export function dismiss(id: number): void {
  toasts.list = toasts.list.filter((each) => each.id !== id);
}

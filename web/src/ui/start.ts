/** Every page begins here: language and direction, theme, then the page itself. */
import './base.css';
import { mount, type Component } from 'svelte';
import { loadLocale } from '../i18n';
import { loadSession } from './session.svelte';

const THEME_KEY = 'largesse.theme';

export type Theme = 'light' | 'dark' | 'system';

export function theme(): Theme {
  const kept = localStorage.getItem(THEME_KEY);
  return kept === 'light' || kept === 'dark' ? kept : 'system';
}

export function setTheme(choice: Theme): void {
  if (choice === 'system') localStorage.removeItem(THEME_KEY);
  else localStorage.setItem(THEME_KEY, choice);
  showTheme();
}

function showTheme(): void {
  const choice = theme();
  if (choice === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset['theme'] = choice;
}

/** Mounts `page` on `#app` once its messages are here; who is signed in arrives by itself. */
export async function start(page: Component): Promise<void> {
  showTheme();
  void loadSession();
  await loadLocale();
  const target = document.getElementById('app');
  if (!target) throw new Error('the page has no #app');
  target.replaceChildren();
  mount(page, { target });
}

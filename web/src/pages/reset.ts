import '../i18n/pages';
import { start } from '../ui';
import Reset from '../people/Reset.svelte';

void start(Reset);

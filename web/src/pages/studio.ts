import '../i18n/pages';
import { start } from '../ui';
import Studio from '../studio/Studio.svelte';

void start(Studio);

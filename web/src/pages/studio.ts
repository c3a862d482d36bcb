import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import Studio from '../studio/Studio.svelte';

void start(Studio);

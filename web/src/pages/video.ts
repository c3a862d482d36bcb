import '../i18n/video';
import { start } from '../ui';
import Watch from '../watch/Watch.svelte';

void start(Watch);

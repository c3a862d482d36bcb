import '../i18n/pages';
import { start } from '../ui';
import Stop from '../people/Stop.svelte';

void start(Stop);

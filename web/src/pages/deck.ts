import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import DeckPage from '../studio/DeckPage.svelte';

void start(DeckPage);

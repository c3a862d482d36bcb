import '../i18n/pages';
import { start } from '../ui';
import DeckPage from '../studio/DeckPage.svelte';

void start(DeckPage);

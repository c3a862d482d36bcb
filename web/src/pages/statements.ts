import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import StatementsPage from '../studio/StatementsPage.svelte';

void start(StatementsPage);

import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import StatementPage from '../studio/StatementPage.svelte';

void start(StatementPage);

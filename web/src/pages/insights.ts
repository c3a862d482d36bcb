import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import InsightsPage from '../studio/InsightsPage.svelte';

void start(InsightsPage);

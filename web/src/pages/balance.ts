import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import BalancePage from '../studio/BalancePage.svelte';

void start(BalancePage);

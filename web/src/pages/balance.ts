import '../i18n/pages';
import { start } from '../ui';
import BalancePage from '../studio/BalancePage.svelte';

void start(BalancePage);

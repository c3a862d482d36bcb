import '../i18n/pages';
import { start } from '../ui';
import Recharge from '../wallet/Recharge.svelte';

void start(Recharge);

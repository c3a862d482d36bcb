import '../i18n/pages';
import { start } from '../ui';
import Receipt from '../wallet/Receipt.svelte';

void start(Receipt);

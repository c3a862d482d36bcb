import '../i18n/pages';
import { start } from '../ui';
import PurchaseReceipt from '../wallet/PurchaseReceipt.svelte';

void start(PurchaseReceipt);

import '../i18n/pages';
import '../i18n/studio';
import { start } from '../ui';
import MethodsPage from '../studio/MethodsPage.svelte';

void start(MethodsPage);

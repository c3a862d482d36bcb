import '../i18n/pages';
import { start } from '../ui';
import Docs from '../docs/Docs.svelte';

void start(Docs);

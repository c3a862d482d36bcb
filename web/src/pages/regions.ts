import '../i18n/pages';
import Regions from '../regions/Regions.svelte';
import { start } from '../ui';

void start(Regions);

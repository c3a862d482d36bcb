import '../i18n/pages';
import '../i18n/studio';
import '../i18n/video';
import { start } from '../ui';
import VideosPage from '../studio/VideosPage.svelte';

void start(VideosPage);

import '../i18n/pages';
import { start } from '../ui';
import SignUp from '../people/SignUp.svelte';

void start(SignUp);

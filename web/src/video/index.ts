/** Moving pictures: knows no framework, and is loaded by a page when there are some. */
export { Player, type Playable, type PlayerEvents } from './player';

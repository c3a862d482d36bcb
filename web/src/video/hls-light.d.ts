/** The light build is the same library without subtitles, alternate sounds and encryption; it ships no types of its own. */
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}

// Scores ten answers, and saves itself after each. The first time it gets stuck with the seventh.
'use strict';
const fs = require('node:fs');

const ANSWERS = 10;
const { BROOD_CHECKPOINT, BROOD_MARKER, BROOD_MARKER_RUN } = process.env;

/** Makes the file whole, or leaves it as it was. */
function write(path, value) {
  fs.writeFileSync(`${path}.new`, JSON.stringify(value), { flush: true });
  fs.renameSync(`${path}.new`, path);
}

const state = fs.existsSync(BROOD_CHECKPOINT)
  ? JSON.parse(fs.readFileSync(BROOD_CHECKPOINT, 'utf8'))
  : { answers: 0, points: 0 };
const firstTime = state.answers === 0;

function next() {
  if (state.answers === ANSWERS) {
    write(BROOD_MARKER, { brood: 'marker', run: BROOD_MARKER_RUN, body: state });
    process.disconnect();
  } else if (firstTime && state.answers === 6) {
    setInterval(() => {}, 60_000); // waits for an answer that never comes
  } else {
    state.answers += 1;
    state.points += state.answers;
    write(BROOD_CHECKPOINT, state);
    process.send({ brood: 'checkpoint' });
    const percent = (100 * state.answers) / ANSWERS;
    process.send({ brood: 'progress', percent, phase: 'score' });
    setTimeout(next, 30);
  }
}

process.on('message', () => {}); // to be asked to save itself: it has
next();

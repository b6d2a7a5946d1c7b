/*
 * lines COUNT: prints COUNT lines of 8 to 31 letters, as fast as the pipe takes them: they are made
 * once, in a block that is written again and again, so that the measure is the reader's.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { BLOCK = 65536, LONGEST = 32 };

static char block[BLOCK];
static int ends[BLOCK];

static int fill(void) {
  int lines = 0, at = 0;
  for (unsigned seed = 1; at + LONGEST < BLOCK; lines++) {
    seed = seed * 1103515245u + 12345u;
    int length = 8 + (int)(seed >> 16) % 24;
    memset(block + at, 'a' + lines % 26, (size_t)length);
    block[at + length] = '\n';
    at += length + 1;
    ends[lines] = at;
  }
  return lines;
}

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  int lines = fill();
  for (long left = atol(argv[1]); left > 0;) {
    int now = left < lines ? (int)left : lines;
    for (int at = 0; at < ends[now - 1];) {
      ssize_t written = write(1, block + at, (size_t)(ends[now - 1] - at));
      if (written < 0) return 1;
      at += (int)written;
    }
    left -= now;
  }
  return 0;
}

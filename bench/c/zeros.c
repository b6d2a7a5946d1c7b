/* zeros BYTES: writes that many zero bytes in pieces of 64 KiB, as fast as the pipe takes them. */
#include <stdlib.h>
#include <unistd.h>

static char block[65536];

int main(int argc, char **argv) {
  if (argc != 2) return 2;
  for (long long left = atoll(argv[1]); left > 0;) {
    ssize_t written = write(1, block, left < (long long)sizeof block ? (size_t)left : sizeof block);
    if (written < 0) return 1;
    left -= written;
  }
  return 0;
}

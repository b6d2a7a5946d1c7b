/*
 * exit_at FILE MILLISECONDS: sleeps, stores CLOCK_MONOTONIC in nanoseconds in the first eight bytes
 * of FILE (mapped beforehand, so that the store costs nothing) and ends at once. It writes nothing
 * else.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  int fd = open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) return 3;
  volatile int64_t *slot = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (slot == MAP_FAILED) return 4;
  *slot = 0;
  long milliseconds = atol(argv[2]);
  struct timespec wait = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  nanosleep(&wait, NULL);
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  *slot = now.tv_sec * 1000000000L + now.tv_nsec;
  _exit(0);
}

/* How long after a child's last instruction its parent knows: pidfd, poll(2), wait4(2). */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* notice COUNT FILE PROGRAM ARGS... */
void round_notice(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[0]);
  int fd = open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) die(argv[1]);
  volatile int64_t *slot = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  if (slot == MAP_FAILED) die("mmap");
  int64_t *times = calloc((size_t)count, sizeof *times);
  for (int i = 0; i < count; i++) {
    struct child child = start(argv + 2, PIPE_NONE);
    int pidfd = (int)syscall(SYS_pidfd_open, child.pid, 0);
    struct pollfd watched = {pidfd, POLLIN, 0};
    while (poll(&watched, 1, -1) < 0 && errno == EINTR) {
    }
    struct rusage usage;
    int status;
    wait4(child.pid, &status, 0, &usage);
    times[i] = now_nanos() - *slot;
    close(pidfd);
  }
  printf("{\"p50_us\":%.1f,\"p99_us\":%.1f}\n", percentile(times, count, 0.5) / 1e3,
         percentile(times, count, 0.99) / 1e3);
  free(times);
  munmap((void *)slot, 4096);
  close(fd);
}

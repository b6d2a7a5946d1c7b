/* A parent that restarts its child: posix_spawn(3) and waitpid(2), over and over. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static atomic_bool stopped;

static void *restart(void *argv) {
  while (!stopped) {
    struct child child = start(argv, PIPE_NONE);
    waitpid(child.pid, NULL, 0);
  }
  return NULL;
}

/* Waits for a main() later than that. */
static int64_t await_start(int64_t *slot, int64_t after) {
  struct timespec moment = {0, 100000};
  for (int looks = 0; looks < 100000; looks++) {
    int64_t started = __atomic_load_n(slot, __ATOMIC_ACQUIRE);
    if (started > after) return started;
    nanosleep(&moment, NULL);
  }
  die("the child did not come back");
  return 0;
}

/* restart COUNT FILE PROGRAM ARGS... */
void round_restart(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[0]);
  int fd = open(argv[1], O_RDWR | O_CLOEXEC);
  if (fd < 0) die(argv[1]);
  int64_t *slot = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
  if (slot == MAP_FAILED) die("mmap");
  int64_t *times = calloc((size_t)count, sizeof *times);
  pthread_t thread;
  int64_t begin = now_nanos();
  stopped = 0;
  if (pthread_create(&thread, NULL, restart, argv + 2) != 0) die("pthread_create");
  await_start(slot, begin);
  for (int i = 0; i < count; i++) {
    int64_t killed = now_nanos();
    kill((pid_t)slot[1], SIGKILL);
    times[i] = await_start(slot, killed) - killed;
  }
  stopped = 1;
  kill((pid_t)slot[1], SIGKILL);
  pthread_join(thread, NULL);
  printf("{\"p50_us\":%.1f,\"p99_us\":%.1f}\n", percentile(times, count, 0.5) / 1e3,
         percentile(times, count, 0.99) / 1e3);
  free(times);
  munmap(slot, 4096);
  close(fd);
}

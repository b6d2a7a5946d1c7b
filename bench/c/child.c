#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

extern char **environ;

void die(const char *what) {
  perror(what);
  exit(1);
}

int64_t now_nanos(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000L + now.tv_nsec;
}

int64_t cpu_nanos(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000L +
         (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000L;
}

static int ascending(const void *left, const void *right) {
  int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

int64_t percentile(int64_t *values, int count, double share) {
  qsort(values, (size_t)count, sizeof *values, ascending);
  int index = (int)(share * count);
  return values[index < count ? index : count - 1];
}

long status_field(const char *name) {
  FILE *status = fopen("/proc/self/status", "re");
  char line[256];
  long value = -1;
  while (status != NULL && fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, name, strlen(name)) == 0 && line[strlen(name)] == ':') {
      value = atol(line + strlen(name) + 1);
    }
  }
  if (status != NULL) fclose(status);
  return value;
}

static void redirect(posix_spawn_file_actions_t *actions, int wanted, int number, int flags,
                     int ends[2]) {
  ends[0] = ends[1] = -1;
  if (!wanted) {
    posix_spawn_file_actions_addopen(actions, number, "/dev/null", flags, 0);
    return;
  }
  if (pipe2(ends, O_CLOEXEC) != 0) die("pipe2");
  posix_spawn_file_actions_adddup2(actions, ends[number == 0 ? 0 : 1], number);
}

struct child start(char **argv, int pipes) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t all, none;
  int in[2], out[2], err[2];
  struct child child;
  sigfillset(&all);
  sigemptyset(&none);
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setsigmask(&attributes, &none);
  redirect(&actions, pipes & PIPE_IN, 0, O_RDONLY, in);
  redirect(&actions, pipes & PIPE_OUT, 1, O_WRONLY, out);
  redirect(&actions, pipes & PIPE_ERR, 2, O_WRONLY, err);
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
  errno = posix_spawn(&child.pid, argv[0], &actions, &attributes, argv, environ);
  if (errno != 0) die(argv[0]);
  if (in[0] >= 0) close(in[0]);
  if (out[1] >= 0) close(out[1]);
  if (err[1] >= 0) close(err[1]);
  child.in = in[1];
  child.out = out[0];
  child.err = err[0];
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return child;
}

long drain_and_reap(struct child *child) {
  char buffer[65536];
  long total = 0;
  struct pollfd watched[2] = {{child->out, POLLIN, 0}, {child->err, POLLIN, 0}};
  for (int open = (child->out >= 0) + (child->err >= 0); open > 0;) {
    if (poll(watched, 2, -1) < 0 && errno != EINTR) die("poll");
    for (int i = 0; i < 2; i++) {
      if (watched[i].fd < 0 || watched[i].revents == 0) continue;
      ssize_t count = read(watched[i].fd, buffer, sizeof buffer);
      if (count > 0) {
        total += count;
      } else {
        close(watched[i].fd);
        watched[i].fd = -1;
        open--;
      }
    }
  }
  struct rusage usage;
  int status;
  while (wait4(child->pid, &status, 0, &usage) < 0 && errno == EINTR) {
  }
  return total;
}

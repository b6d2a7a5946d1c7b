/* Many children at once, each with two or three pipes: one thread, epoll(7), a pidfd for each. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum kind { OUT, ERR, PIDFD, KINDS };

static void watch(int epoll, int fd, int index, enum kind kind) {
  struct epoll_event event = {.events = EPOLLIN, .data.u64 = (uint64_t)index * KINDS + kind};
  if (fd < 0 || epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) die("epoll_ctl");
}

/* Handles what is ready; returns how many of the watched descriptors reached their end. */
static int serve(int epoll, struct child *children, int *pidfds, int timeout) {
  struct epoll_event events[256];
  char buffer[65536];
  int ended = 0, ready = epoll_wait(epoll, events, 256, timeout);
  for (int i = 0; i < ready; i++) {
    int index = (int)(events[i].data.u64 / KINDS);
    enum kind kind = events[i].data.u64 % KINDS;
    struct child *child = &children[index];
    int fd = kind == PIDFD ? pidfds[index] : kind == OUT ? child->out : child->err;
    if (kind != PIDFD && read(fd, buffer, sizeof buffer) > 0) continue;
    if (kind == PIDFD) {
      waitpid(child->pid, NULL, 0);
      if (child->in >= 0) close(child->in);
    }
    close(fd);
    ended++;
  }
  return ended;
}

/* many COUNT STDIN PROGRAM ARGS..., where STDIN is pipe or null */
void round_many(int argc, char **argv) {
  (void)argc;
  int pipes = PIPE_OUT | PIPE_ERR | (strcmp(argv[1], "pipe") == 0 ? PIPE_IN : 0);
  int count = atoi(argv[0]), left = count * KINDS;
  struct child *children = calloc((size_t)count, sizeof *children);
  int *pidfds = calloc((size_t)count, sizeof *pidfds);
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  long resident = status_field("VmRSS");
  int64_t begin = now_nanos(), cpu = cpu_nanos();
  for (int i = 0; i < count; i++) {
    children[i] = start(argv + 2, pipes);
    pidfds[i] = (int)syscall(SYS_pidfd_open, children[i].pid, 0);
    watch(epoll, children[i].out, i, OUT);
    watch(epoll, children[i].err, i, ERR);
    watch(epoll, pidfds[i], i, PIDFD);
    left -= serve(epoll, children, pidfds, 0);
  }
  resident = status_field("VmRSS") - resident;
  while (left > 0) left -= serve(epoll, children, pidfds, -1);
  printf("{\"wall_s\":%.3f,\"threads_more\":0,\"kib_per_child\":%.2f,\"cpu_s\":%.3f}\n",
         (now_nanos() - begin) / 1e9, (double)resident / count, (cpu_nanos() - cpu) / 1e9);
  close(epoll);
  free(children);
  free(pidfds);
}

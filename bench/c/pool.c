/* Calls of two numbers each to two children, a socket pair for each: the limit for pools. */
#define _GNU_SOURCE
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { WORKERS = 2, MOST_AHEAD = 64 };

struct call {
  int32_t left, right;
};

struct worker {
  pid_t pid;
  int fd;
  int open;
};

/* Answers all that is there with one write: a call cannot be answered with less. */
static void serve(int fd) {
  struct call calls[MOST_AHEAD];
  int32_t answers[MOST_AHEAD];
  size_t held = 0;
  for (;;) {
    ssize_t got = read(fd, (char *)calls + held, sizeof calls - held);
    if (got <= 0) _exit(0);
    held += (size_t)got;
    size_t count = held / sizeof *calls;
    for (size_t i = 0; i < count; i++) answers[i] = calls[i].left + calls[i].right;
    if (count > 0 && write(fd, answers, count * sizeof *answers) < 0) _exit(1);
    held -= count * sizeof *calls;
    if (held > 0) _exit(1); /* the parent writes whole calls */
  }
}

static struct worker start_worker(void) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) die("socketpair");
  struct worker worker = {.pid = fork(), .fd = ends[0], .open = 0};
  if (worker.pid == 0) {
    close(ends[0]);
    serve(ends[1]);
  }
  close(ends[1]);
  return worker;
}

static void stop_worker(struct worker *worker) {
  shutdown(worker->fd, SHUT_RDWR); /* the next worker has inherited this end */
  close(worker->fd);
  waitpid(worker->pid, NULL, 0);
}

/* Sends as many calls as there is room for, with one write; returns how many. */
static long fill(struct worker *worker, int room, long first, long count) {
  struct call calls[MOST_AHEAD];
  int some = 0;
  while (some < room - worker->open && first + some < count) {
    calls[some] = (struct call){(int32_t)(first + some), 1};
    some++;
  }
  size_t bytes = (size_t)some * sizeof *calls;
  if (some > 0 && write(worker->fd, calls, bytes) != (ssize_t)bytes) die("write");
  worker->open += some;
  return some;
}

/* Takes the answers that are there; returns their sum. */
static int64_t take(struct worker *worker) {
  int32_t answers[MOST_AHEAD];
  ssize_t got = read(worker->fd, answers, sizeof answers);
  if (got <= 0 || got % (ssize_t)sizeof *answers != 0) die("read");
  int64_t sum = 0;
  int count = (int)(got / (ssize_t)sizeof *answers);
  for (int i = 0; i < count; i++) sum += answers[i];
  worker->open -= count;
  return sum;
}

/* pool IN_FLIGHT COUNT: so many calls at a time, shared by both children. */
void round_pool(int argc, char **argv) {
  (void)argc;
  int in_flight = atoi(argv[0]);
  long count = atol(argv[1]), sent = 0;
  int used = in_flight < WORKERS ? 1 : WORKERS;
  struct worker workers[WORKERS];
  struct pollfd polls[WORKERS];
  for (int i = 0; i < used; i++) {
    workers[i] = start_worker();
    polls[i] = (struct pollfd){.fd = workers[i].fd, .events = POLLIN};
  }
  int64_t begin = now_nanos(), cpu = cpu_nanos(), sum = 0;
  for (int i = 0; i < used; i++) sent += fill(&workers[i], in_flight / used, sent, count);
  for (int open = 1; open > 0;) {
    if (poll(polls, (nfds_t)used, -1) < 0) die("poll");
    open = 0;
    for (int i = 0; i < used; i++) {
      if (polls[i].revents != 0) {
        sum += take(&workers[i]);
        sent += fill(&workers[i], in_flight / used, sent, count);
      }
      open += workers[i].open;
    }
  }
  double seconds = (double)(now_nanos() - begin) / 1e9;
  cpu = cpu_nanos() - cpu;
  for (int i = 0; i < used; i++) stop_worker(&workers[i]);
  if (sum != count * (count + 1) / 2) die("a sum is wrong");
  printf("{\"per_second\":%.0f,\"cpu_us\":%.2f}\n", (double)count / seconds,
         (double)cpu / 1e3 / (double)count);
}

/* call COUNT: one at a time to one of them. */
void round_call(int argc, char **argv) {
  (void)argc;
  long count = atol(argv[0]);
  int64_t *times = calloc((size_t)count, sizeof *times);
  struct worker worker = start_worker();
  int64_t cpu = cpu_nanos();
  for (long i = 0; i < count; i++) {
    int64_t begin = now_nanos();
    fill(&worker, 1, i, count);
    take(&worker);
    times[i] = now_nanos() - begin;
  }
  cpu = cpu_nanos() - cpu;
  stop_worker(&worker);
  printf("{\"p50_us\":%.2f,\"p99_us\":%.2f,\"cpu_us\":%.2f}\n",
         (double)percentile(times, (int)count, 0.5) / 1e3,
         (double)percentile(times, (int)count, 0.99) / 1e3, (double)cpu / 1e3 / (double)count);
  free(times);
}

/* Messages of raw bytes between two processes over a Unix socket pair: the limit for channels. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static void read_all(int fd, char *bytes, long size) {
  for (long done = 0; done < size;) {
    ssize_t count = read(fd, bytes + done, (size_t)(size - done));
    if (count <= 0) die("read");
    done += count;
  }
}

static void write_all(int fd, const char *bytes, long size) {
  for (long done = 0; done < size;) {
    ssize_t count = write(fd, bytes + done, (size_t)(size - done));
    if (count <= 0) die("write");
    done += count;
  }
}

/* Forks a child that reads; with trip it sends each message back, else a byte after the last. */
static pid_t child(int ends[2], int trip, long size, long count) {
  static char many[65536];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) die("socketpair");
  pid_t pid = fork();
  if (pid != 0) {
    close(ends[1]);
    return pid;
  }
  close(ends[0]);
  char *message = calloc(1, (size_t)size);
  if (trip) {
    for (long i = 0; i < count; i++) {
      read_all(ends[1], message, size);
      write_all(ends[1], message, size);
    }
  } else {
    for (long left = size * count; left > 0;) {
      ssize_t got = read(ends[1], many, sizeof many);
      if (got <= 0) die("read");
      left -= got;
    }
    write_all(ends[1], message, 1);
  }
  _exit(0);
}

/* trip BYTES COUNT: there and back, one at a time. */
void round_trip(int argc, char **argv) {
  (void)argc;
  long size = atol(argv[0]), count = atol(argv[1]);
  int ends[2];
  char *message = calloc(1, (size_t)size);
  int64_t *times = calloc((size_t)count, sizeof *times);
  pid_t pid = child(ends, 1, size, count);
  int64_t cpu = cpu_nanos();
  for (long i = 0; i < count; i++) {
    int64_t begin = now_nanos();
    write_all(ends[0], message, size);
    read_all(ends[0], message, size);
    times[i] = now_nanos() - begin;
  }
  cpu = cpu_nanos() - cpu;
  close(ends[0]);
  waitpid(pid, NULL, 0);
  printf("{\"p50_us\":%.2f,\"p99_us\":%.2f,\"cpu_us\":%.2f}\n",
         (double)percentile(times, (int)count, 0.5) / 1e3,
         (double)percentile(times, (int)count, 0.99) / 1e3, (double)cpu / 1e3 / (double)count);
  free(times);
  free(message);
}

/* oneway BYTES COUNT: one write(2) for each message; the child reads what is there. */
void round_oneway(int argc, char **argv) {
  (void)argc;
  long size = atol(argv[0]), count = atol(argv[1]);
  int ends[2];
  char *message = calloc(1, (size_t)size);
  pid_t pid = child(ends, 0, size, count);
  int64_t begin = now_nanos(), cpu = cpu_nanos();
  for (long i = 0; i < count; i++) write_all(ends[0], message, size);
  read_all(ends[0], message, 1);
  double seconds = (double)(now_nanos() - begin) / 1e9;
  cpu = cpu_nanos() - cpu;
  close(ends[0]);
  waitpid(pid, NULL, 0);
  printf("{\"per_second\":%.0f,\"mb_per_s\":%.1f,\"cpu_us\":%.2f}\n", (double)count / seconds,
         (double)size * (double)count / seconds / 1e6, (double)cpu / 1e3 / (double)count);
  free(message);
}

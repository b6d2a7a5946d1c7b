/* Starting and ending: one after another, from several threads, and with many open descriptors. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static void sample(char **argv, int64_t *times, int count) {
  for (int i = 0; i < count; i++) {
    int64_t begin = now_nanos();
    struct child child = start(argv, PIPE_OUT | PIPE_ERR);
    drain_and_reap(&child);
    times[i] = now_nanos() - begin;
  }
}

/* spawn COUNT PROGRAM ARGS... */
void round_spawn(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[0]);
  int64_t *times = calloc((size_t)count, sizeof *times);
  int64_t cpu = cpu_nanos();
  sample(argv + 1, times, count);
  cpu = cpu_nanos() - cpu;
  printf("{\"p50_us\":%.1f,\"p99_us\":%.1f,\"cpu_us\":%.1f}\n", percentile(times, count, 0.5) / 1e3,
         percentile(times, count, 0.99) / 1e3, cpu / 1e3 / count);
  free(times);
}

struct share {
  char **argv;
  int count;
};

static void *spawn_share(void *argument) {
  struct share *share = argument;
  for (int i = 0; i < share->count; i++) {
    struct child child = start(share->argv, PIPE_OUT | PIPE_ERR);
    drain_and_reap(&child);
  }
  return NULL;
}

/* threads COUNT THREADS PROGRAM ARGS... */
void round_threads(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[0]), threads = atoi(argv[1]);
  pthread_t ids[threads];
  struct share share = {argv + 2, count / threads};
  int64_t begin = now_nanos();
  for (int i = 0; i < threads; i++) pthread_create(&ids[i], NULL, spawn_share, &share);
  for (int i = 0; i < threads; i++) pthread_join(ids[i], NULL);
  double seconds = (now_nanos() - begin) / 1e9;
  printf("{\"per_second\":%.1f}\n", share.count * threads / seconds);
}

/* descriptors COUNT OPEN PROGRAM ARGS...: the same with few descriptors open and with OPEN more. */
void round_descriptors(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[0]), more = atoi(argv[1]);
  int64_t *times = calloc((size_t)count, sizeof *times);
  int *opened = calloc((size_t)more, sizeof *opened);
  sample(argv + 2, times, count);
  double few = percentile(times, count, 0.5) / 1e3;
  for (int i = 0; i < more; i++) {
    opened[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (opened[i] < 0) die("open");
  }
  sample(argv + 2, times, count);
  double many = percentile(times, count, 0.5) / 1e3;
  for (int i = 0; i < more; i++) close(opened[i]);
  printf("{\"few_us\":%.1f,\"many_us\":%.1f,\"growth_us\":%.1f}\n", few, many, many - few);
  free(times);
  free(opened);
}

/* start COUNT PROGRAM ARGS...: a whole program from start to end, and the CPU time it took. */
void round_start(int argc, char **argv) {
  (void)argc;
  int count = atoi(argv[0]);
  int64_t *times = calloc((size_t)count, sizeof *times);
  struct rusage before, after;
  getrusage(RUSAGE_CHILDREN, &before);
  for (int i = 0; i < count; i++) {
    int64_t begin = now_nanos();
    struct child child = start(argv + 1, PIPE_NONE);
    int status;
    waitpid(child.pid, &status, 0);
    times[i] = now_nanos() - begin;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      fprintf(stderr, "%s: wait status %d\n", argv[1], status);
      exit(1);
    }
  }
  getrusage(RUSAGE_CHILDREN, &after);
  double cpu = (after.ru_utime.tv_sec - before.ru_utime.tv_sec + after.ru_stime.tv_sec -
                before.ru_stime.tv_sec) * 1e3 +
               (after.ru_utime.tv_usec - before.ru_utime.tv_usec + after.ru_stime.tv_usec -
                before.ru_stime.tv_usec) / 1e3;
  printf("{\"wall_ms\":%.2f,\"cpu_ms\":%.2f}\n", percentile(times, count, 0.5) / 1e6, cpu / count);
  free(times);
}

/* Many bytes, and many lines, from one child. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static void report(const char *name, double amount, int64_t begin, int64_t cpu) {
  double seconds = (now_nanos() - begin) / 1e9;
  printf("{\"wall_s\":%.3f,\"%s\":%.3f,\"cpu_s\":%.3f}\n", seconds, name, amount / seconds,
         (cpu_nanos() - cpu) / 1e9);
}

/* stream PROGRAM ARGS...: reads all of stdout in pieces of 64 KiB. */
void round_stream(int argc, char **argv) {
  (void)argc;
  static char buffer[65536];
  int64_t begin = now_nanos(), cpu = cpu_nanos();
  double total = 0;
  struct child child = start(argv, PIPE_OUT);
  for (ssize_t count; (count = read(child.out, buffer, sizeof buffer)) > 0;) total += count;
  close(child.out);
  waitpid(child.pid, NULL, 0);
  report("gb_per_s", total / 1e9, begin, cpu);
}

/* lines PROGRAM ARGS...: getline(3) on stdout. */
void round_lines(int argc, char **argv) {
  (void)argc;
  int64_t begin = now_nanos(), cpu = cpu_nanos();
  struct child child = start(argv, PIPE_OUT);
  FILE *stream = fdopen(child.out, "r");
  char *line = NULL;
  size_t size = 0;
  double total = 0;
  setvbuf(stream, NULL, _IOFBF, 65536);
  while (getline(&line, &size, stream) > 0) total++;
  free(line);
  fclose(stream);
  waitpid(child.pid, NULL, 0);
  report("million_per_s", total / 1e6, begin, cpu);
}

/*
 * contestant MEASURE ARGS...: says it is ready, then runs one round of the measure for each line
 * read from its own stdin and prints the figures as one line of JSON. Ends at end of file.
 */
#include <stdio.h>
#include <string.h>

#include "bench.h"

static const struct {
  const char *name;
  void (*run)(int argc, char **argv);
} measures[] = {
    {"spawn", round_spawn}, {"threads", round_threads}, {"descriptors", round_descriptors},
    {"start", round_start}, {"notice", round_notice},   {"restart", round_restart}, {"stream", round_stream},
    {"lines", round_lines}, {"many", round_many},       {"trip", round_trip},
    {"oneway", round_oneway}, {"ring-trip", round_ring_trip}, {"ring-oneway", round_ring_oneway},
    {"pool", round_pool},   {"call", round_call},
};

int main(int argc, char **argv) {
  char line[64];
  for (size_t i = 0; argc > 1 && i < sizeof measures / sizeof *measures; i++) {
    if (strcmp(argv[1], measures[i].name) != 0) continue;
    setvbuf(stdout, NULL, _IOLBF, 4096);
    printf("{\"ready\":1}\n");
    while (fgets(line, sizeof line, stdin) != NULL) measures[i].run(argc - 2, argv + 2);
    return 0;
  }
  fprintf(stderr, "contestant: no such measure\n");
  return 2;
}

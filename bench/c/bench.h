/* What the measures of the C contestant share, which is the limit for the others. */
#ifndef BROOD_BENCH_H
#define BROOD_BENCH_H

#include <stdint.h>
#include <sys/types.h>

/* A started child; stdin, out and err are the parent's ends, or -1 where there is no pipe. */
struct child {
  pid_t pid;
  int in, out, err;
};

enum pipes { PIPE_NONE = 0, PIPE_IN = 1, PIPE_OUT = 2, PIPE_ERR = 4 };

/* Starts argv[0] (a path) with the named pipes, /dev/null elsewhere, own group, default signals. */
struct child start(char **argv, int pipes);

/* Reads both outputs to their ends with poll(2), then reaps. Returns the number of bytes read. */
long drain_and_reap(struct child *child);

int64_t now_nanos(void);
/* User and system time of this process and all its threads, in nanoseconds. */
int64_t cpu_nanos(void);
int64_t percentile(int64_t *values, int count, double share);
long status_field(const char *name);
void die(const char *what);

/* Each runs one round and prints one line of JSON. */
void round_spawn(int argc, char **argv);
void round_threads(int argc, char **argv);
void round_notice(int argc, char **argv);
void round_many(int argc, char **argv);
void round_stream(int argc, char **argv);
void round_lines(int argc, char **argv);
void round_descriptors(int argc, char **argv);
void round_start(int argc, char **argv);
void round_trip(int argc, char **argv);
void round_oneway(int argc, char **argv);
void round_restart(int argc, char **argv);
void round_ring_trip(int argc, char **argv);
void round_ring_oneway(int argc, char **argv);
void round_pool(int argc, char **argv);
void round_call(int argc, char **argv);

#endif

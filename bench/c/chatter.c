/* chatter SECONDS: prints one short line at its start and after each second, then ends. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv) {
  int seconds = argc > 1 ? atoi(argv[1]) : 5;
  setvbuf(stdout, NULL, _IOLBF, 256);
  struct timespec until;
  clock_gettime(CLOCK_MONOTONIC, &until);
  for (int tick = 0; tick < seconds; tick++) {
    printf("tick %d\n", tick);
    until.tv_sec++;
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) != 0) {
    }
  }
  printf("end\n");
  return 0;
}

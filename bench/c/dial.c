/* dial PORT COUNT AT_ONCE: so many connections to 127.0.0.1, each read to its end, some at once. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static struct sockaddr_in server = {.sin_family = AF_INET};

static void die(const char *what) {
  perror(what);
  exit(1);
}

static int dial(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) die("socket");
  if (connect(fd, (struct sockaddr *)&server, sizeof server) != 0 && errno != EINPROGRESS)
    die("connect");
  return fd;
}

/* No TIME_WAIT is left behind: a measure would run out of ports. */
static void hang_up(int fd) {
  struct linger at_once = {1, 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close(fd);
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: dial PORT COUNT AT_ONCE\n");
    return 2;
  }
  long count = atol(argv[2]), at_once = atol(argv[3]), started = 0, done = 0;
  server.sin_port = htons((uint16_t)atoi(argv[1]));
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct pollfd *open = calloc((size_t)at_once, sizeof *open);
  long *got = calloc((size_t)at_once, sizeof *got);
  for (long i = 0; i < at_once; i++) {
    int more = started < count;
    open[i] = (struct pollfd){more ? dial() : -1, POLLIN, 0};
    started += more;
  }
  while (done < count) {
    char bytes[16];
    if (poll(open, (nfds_t)at_once, 30000) <= 0) die("poll");
    for (long i = 0; i < at_once; i++) {
      if (open[i].fd < 0 || open[i].revents == 0) continue;
      ssize_t size = read(open[i].fd, bytes, sizeof bytes);
      if (size < 0 && errno == EAGAIN) continue;
      if (size < 0) die("read");
      got[i] += size;
      if (size > 0) continue;
      if (got[i] != 1) die("not one byte");
      hang_up(open[i].fd);
      done++;
      got[i] = 0;
      open[i].fd = started < count ? dial() : -1;
      started += started < count;
    }
  }
  return 0;
}

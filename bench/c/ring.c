/* The ring of dev.brood.workers.channel.SharedRing as a C program would have it: two processes, shared memory, futexes.
 *
 *   ring trip COUNT BYTES     round trips over two rings: microseconds for each
 *   ring flow COUNT BYTES     one way: messages and megabytes a second
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CAPACITY = 16 << 20, PADDING = -1 };

struct ring {
  _Alignas(128) _Atomic uint64_t head;
  _Alignas(128) _Atomic uint64_t tail;
  _Alignas(128) _Atomic uint32_t reader_waits;
  _Alignas(128) _Atomic uint32_t writer_waits;
  _Alignas(4096) unsigned char data[CAPACITY];
};

static void wake(_Atomic uint32_t *waits) {
  if (atomic_load(waits) != 0 && atomic_exchange(waits, 0) != 0)
    syscall(SYS_futex, waits, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static uint64_t space(uint32_t length) { return 8 + ((length + 7ull) & ~7ull); }

static void put(struct ring *ring, const void *bytes, uint32_t length) {
  uint64_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
  uint64_t left = CAPACITY - head % CAPACITY, need = space(length);
  uint64_t wanted = need <= left ? need : left + need;
  while (CAPACITY - (head - atomic_load(&ring->tail)) < wanted) {
    atomic_store(&ring->writer_waits, 1);
    if (CAPACITY - (head - atomic_load(&ring->tail)) < wanted)
      syscall(SYS_futex, &ring->writer_waits, FUTEX_WAIT, 1, NULL, NULL, 0);
    atomic_store(&ring->writer_waits, 0);
  }
  if (need > left) {
    *(int64_t *)(ring->data + head % CAPACITY) = (uint32_t)PADDING;
    head += left;
  }
  unsigned char *at = ring->data + head % CAPACITY;
  *(uint64_t *)at = length;
  memcpy(at + 8, bytes, length);
  atomic_store(&ring->head, head + need);
  wake(&ring->reader_waits);
}

static uint32_t take(struct ring *ring, void *into) {
  uint64_t tail = atomic_load_explicit(&ring->tail, memory_order_relaxed);
  while (atomic_load(&ring->head) == tail) {
    atomic_store(&ring->reader_waits, 1);
    if (atomic_load(&ring->head) == tail)
      syscall(SYS_futex, &ring->reader_waits, FUTEX_WAIT, 1, NULL, NULL, 0);
    atomic_store(&ring->reader_waits, 0);
  }
  unsigned char *at = ring->data + tail % CAPACITY;
  if (*(int32_t *)at == PADDING) {
    tail += CAPACITY - tail % CAPACITY;
    at = ring->data;
  }
  uint32_t length = *(uint32_t *)at;
  memcpy(into, at + 8, length);
  atomic_store(&ring->tail, tail + space(length));
  wake(&ring->writer_waits);
  return length;
}

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct ring *made(void) {
  struct ring *ring =
      mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (ring == MAP_FAILED) {
    perror("mmap");
    exit(1);
  }
  return ring;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    fprintf(stderr, "usage: ring trip|flow COUNT BYTES\n");
    return 2;
  }
  int trip = strcmp(argv[1], "trip") == 0;
  long count = atol(argv[2]);
  uint32_t bytes = (uint32_t)atol(argv[3]);
  struct ring *there = made(), *back = made();
  unsigned char *record = calloc(1, bytes + 1);
  pid_t child = fork();
  if (child == 0) {
    for (long i = 0; i < count; i++) {
      uint32_t length = take(there, record);
      if (trip || i == count - 1)
        put(back, record, trip ? length : 1);
    }
    _exit(0);
  }
  double begin = seconds();
  for (long i = 0; i < count; i++) {
    put(there, record, bytes);
    if (trip)
      take(back, record);
  }
  if (!trip)
    take(back, record);
  double took = seconds() - begin;
  waitpid(child, NULL, 0);
  if (trip)
    printf("%.2f us\n", took / (double)count * 1e6);
  else
    printf("%.0f messages/s, %.0f MB/s\n", (double)count / took, (double)count * bytes / took / 1e6);
  return 0;
}

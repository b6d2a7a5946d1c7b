/* The ring of SharedRing as C programs would have it: two processes, shared memory, futexes. */
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
#include <unistd.h>

#include "bench.h"

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

static struct ring *made(void) {
  struct ring *ring =
      mmap(NULL, sizeof *ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (ring == MAP_FAILED) die("mmap");
  return ring;
}

/* Forks the child: with trip it sends each record back, else one after the last. */
static pid_t child(struct ring *there, struct ring *back, int trip, uint32_t size, long count) {
  pid_t pid = fork();
  if (pid != 0) return pid;
  unsigned char *record = calloc(1, size);
  for (long i = 0; i < count; i++) {
    take(there, record);
    if (trip || i == count - 1) put(back, record, size);
  }
  _exit(0);
}

static void unmade(struct ring *ring) { munmap(ring, sizeof *ring); }

/* ring-trip BYTES COUNT: there and back, one at a time. */
void round_ring_trip(int argc, char **argv) {
  (void)argc;
  uint32_t size = (uint32_t)atol(argv[0]);
  long count = atol(argv[1]);
  struct ring *there = made(), *back = made();
  unsigned char *record = calloc(1, size);
  int64_t *times = calloc((size_t)count, sizeof *times);
  pid_t pid = child(there, back, 1, size, count);
  for (long i = 0; i < count; i++) {
    int64_t begin = now_nanos();
    put(there, record, size);
    take(back, record);
    times[i] = now_nanos() - begin;
  }
  waitpid(pid, NULL, 0);
  printf("{\"p50_us\":%.2f,\"p99_us\":%.2f}\n", (double)percentile(times, (int)count, 0.5) / 1e3,
         (double)percentile(times, (int)count, 0.99) / 1e3);
  free(times);
  free(record);
  unmade(there);
  unmade(back);
}

/* ring-oneway BYTES COUNT */
void round_ring_oneway(int argc, char **argv) {
  (void)argc;
  uint32_t size = (uint32_t)atol(argv[0]);
  long count = atol(argv[1]);
  struct ring *there = made(), *back = made();
  unsigned char *record = calloc(1, size);
  pid_t pid = child(there, back, 0, size, count);
  int64_t begin = now_nanos();
  for (long i = 0; i < count; i++) put(there, record, size);
  take(back, record);
  double seconds = (double)(now_nanos() - begin) / 1e9;
  waitpid(pid, NULL, 0);
  printf("{\"per_second\":%.0f,\"mb_per_s\":%.1f}\n", (double)count / seconds,
         (double)size * (double)count / seconds / 1e6);
  free(record);
  unmade(there);
  unmade(back);
}

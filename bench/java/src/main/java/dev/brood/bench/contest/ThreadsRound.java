package dev.brood.bench.contest;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;

/** Spawn, capture and reap from {@code number} threads at once, {@code count} times in all. */
record ThreadsRound(
    Launcher launcher, ThreadFactory threads, int count, int number, List<String> argv)
    implements Round {

  @Override
  public Figures run() throws Exception {
    int share = count / number;
    List<FutureTask<long[]>> tasks = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < number; i++) {
      FutureTask<long[]> task = new FutureTask<>(() -> SpawnRound.sample(launcher, share, argv));
      tasks.add(task);
      threads.newThread(task).start();
    }
    for (FutureTask<long[]> task : tasks) {
      task.get();
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Figures().with("per_second", share * number / seconds);
  }
}

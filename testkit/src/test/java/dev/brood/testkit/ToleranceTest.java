package dev.brood.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ToleranceTest {
  private final Tolerance tolerance = Tolerance.standard();

  @Test
  void child_livingSidecar_isToleratedButNotAsZombie() {
    assertThat(tolerance.child(new ChildProcess(5, 'S', "brood-sidecar -c while\nread"))).isTrue();
    assertThat(tolerance.child(new ChildProcess(5, 'Z', "brood-sidecar"))).isFalse();
    assertThat(tolerance.child(new ChildProcess(5, 'S', "sleep 60"))).isFalse();
  }

  @Test
  void descriptor_classFile_isToleratedButNoPipe() {
    assertThat(tolerance.descriptor("/some/where/library-1.0.jar")).isTrue();
    assertThat(tolerance.descriptor("/dev/urandom")).isTrue();
    assertThat(tolerance.descriptor("pipe:[123]")).isFalse();
    assertThat(tolerance.descriptor("/dev/null")).isFalse();
    assertThat(tolerance.descriptor("anon_inode:[eventpoll]")).isFalse();
    assertThat(tolerance.descriptor("/some/where/library-1.0.jar (deleted)")).isFalse();
  }

  @Test
  void thread_lastingParts_areToleratedButNoOthers() {
    assertThat(tolerance.thread("brood-reactor")).isTrue();
    assertThat(tolerance.thread("brood-spawner-1")).isTrue();
    assertThat(tolerance.thread("ForkJoinPool-1-worker-1")).isTrue();
    assertThat(tolerance.thread("brood-reader")).isFalse();
    assertThat(tolerance.thread("")).isFalse();
  }

  @Test
  void extended_ownPatterns_areToleratedBesides() {
    Tolerance own = Tolerance.extended("mine-.*", "/my/.*");

    assertThat(own.thread("mine-1")).isTrue();
    assertThat(own.thread("brood-reactor")).isTrue();
    assertThat(own.descriptor("/my/file")).isTrue();
    assertThat(own.descriptor("/your/file")).isFalse();
  }
}

package dev.brood.process.internal.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.brood.testkit.Census;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(Census.Extension.class)
class InotifyTest {
  @TempDir Path directory;
  private int fd;

  @BeforeEach
  void open() {
    fd = Inotify.open();
    assertThat(fd).isNotNegative();
  }

  @AfterEach
  void close() {
    assertThat(Descriptors.close(fd)).isZero();
  }

  private List<Inotify.Event> read() {
    byte[] buffer = new byte[64 * 1024];
    return Inotify.events(buffer, Math.max(Descriptors.read(fd, buffer, 0, buffer.length), 0));
  }

  @Test
  void events_renamesIntoADirectory_comeInOrderWithTheirNames() throws IOException {
    int watch = Inotify.watch(fd, directory.toString(), Inotify.MOVED_TO | Inotify.ONLY_DIRECTORY);
    for (String name : List.of("a", "ä-longer-name", "x".repeat(255))) {
      Path written = Files.writeString(directory.resolve("new"), "text");
      Files.move(written, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
    List<Inotify.Event> events = read();
    assertThat(events)
        .extracting(Inotify.Event::name)
        .containsExactly("a", "ä-longer-name", "x".repeat(255));
    assertThat(events)
        .allSatisfy(event -> {
          assertThat(event.watch()).isEqualTo(watch);
          assertThat(event.has(Inotify.MOVED_TO)).isTrue();
        });
    assertThat(read()).isEmpty();
  }

  @Test
  void events_directoryIsRemoved_sayThatTheWatchIsGone() throws IOException {
    Path inner = Files.createDirectory(directory.resolve("inner"));
    assertThat(Inotify.watch(fd, inner.toString(), Inotify.MOVED_TO | Inotify.DELETE_SELF))
        .isPositive();
    Files.delete(inner);
    assertThat(read())
        .extracting(event -> event.has(Inotify.DELETE_SELF | Inotify.IGNORED))
        .containsExactly(true, true);
  }

  @Test
  void watch_wrongPath_isAnError() throws IOException {
    int mask = Inotify.MOVED_TO | Inotify.ONLY_DIRECTORY;
    assertThat(Errno.ENOENT.is(Inotify.watch(fd, directory.resolve("no").toString(), mask)))
        .isTrue();
    Path file = Files.createFile(directory.resolve("file"));
    assertThat(Errno.ENOTDIR.is(Inotify.watch(fd, file.toString(), mask))).isTrue();
    assertThat(Errno.EINVAL.is(Inotify.unwatch(fd, 99))).isTrue();
  }
}

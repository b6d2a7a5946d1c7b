package dev.brood.workers.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.attribute.FileTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is new at the end of a file, where looking and reading are two moments. */
class FileTailTest {
  private final Disk disk = new Disk();
  private final FileTail tail = new FileTail(disk);

  @Test
  void next_writtenBetweenLookAndRead_isToldOnce() throws Exception {
    disk.write("");
    disk.writtenBeforeTheRead = "100%\n";

    assertThat(tail.next()).contains("100%\n");
    assertThat(tail.next()).isEmpty();
  }

  @Test
  void next_cannotBeRead_isReadAtTheNextCall() throws Exception {
    disk.write("10%\n");
    disk.failure = new FileNotFoundException("(Too many open files)");

    assertThatThrownBy(tail::next).isSameAs(disk.failure);
    disk.failure = null;
    assertThat(tail.next()).contains("10%\n");
  }

  @Test
  void next_removedAndMadeAnew_isToldAgain() throws Exception {
    disk.write("10%\n");
    assertThat(tail.next()).contains("10%\n");
    disk.text = null;
    assertThat(tail.next()).isEmpty();
    disk.write("10%\n");

    assertThat(tail.next()).contains("10%\n");
  }

  @Test
  void next_onlyALineThatIsNotEndedGrows_isNothingNew() throws Exception {
    disk.write("10%\n");
    assertThat(tail.next()).contains("10%\n");
    disk.write("10%\n2");
    assertThat(tail.next()).isEmpty();
    disk.write("10%\n20%\n3");
    assertThat(tail.next()).contains("10%\n20%\n");
  }

  /** A file in memory whose time goes on with each writing. */
  private static final class Disk implements FileTail.Source {
    private @Nullable String text;
    private @Nullable String writtenBeforeTheRead;
    private @Nullable IOException failure;
    private long modified;

    void write(String other) {
      text = other;
      modified++;
    }

    @Override
    public Optional<FileTail.Version> version() throws IOException {
      String now = existing();
      return Optional.of(new FileTail.Version(FileTime.fromMillis(modified), now.length(), "key"));
    }

    @Override
    public String read() throws IOException {
      if (failure != null) {
        throw failure;
      }
      if (writtenBeforeTheRead != null) {
        write(writtenBeforeTheRead);
        writtenBeforeTheRead = null;
      }
      return existing();
    }

    private String existing() throws IOException {
      if (text == null) {
        throw new NoSuchFileException("progress");
      }
      return text;
    }
  }
}

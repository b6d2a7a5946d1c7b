package dev.brood.examples.tour;

import dev.brood.examples.SourceFolder;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/** Passes an open file from child to child, and shares memory with one. Needs python3. */
final class FilesAndMemory {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private static final String OPENS =
      """
      import brood, mmap, os

      with brood.connect() as channel:
          with open("secret.txt") as file:
              os.unlink("secret.txt")  # nobody else can open it now
              channel.send("file", handle=file)
          memory = os.memfd_create("numbers")
          os.truncate(memory, 4096)
          shared = mmap.mmap(memory, 4096)
          with open(memory, "r+b", buffering=0) as file:
              channel.send("memory", handle=file)
          channel.receive()
          channel.send(shared[0])
      """;

  private static final String READS =
      """
      import brood

      with brood.connect() as channel:
          with channel.receive().handle as file:
              channel.send(file.read().decode())
      """;

  private FilesAndMemory() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("opens.py"), OPENS);
    Files.writeString(Path.of("reads.py"), READS);
    Files.writeString(Path.of("secret.txt"), "for those who are given it");
    String sdk = SourceFolder.find("sdk/python").toString();
    try (ForkedChild opens = python("opens.py", sdk).spawn();
        ForkedChild reads = python("reads.py", sdk).spawn()) {
      // snippet: file
      try (Handle file = opens.receive(LIMIT).orElseThrow().handle().orElseThrow()) {
        reads.send("read this", file);
        System.out.println(file.kind() + ": " + reads.receive(LIMIT).orElseThrow().value());
      }
      // end
      // snippet: memory
      try (Handle handle = opens.receive(LIMIT).orElseThrow().handle().orElseThrow();
          FileChannel memory =
              FileChannel.open(
                  Path.of("/proc/self/fd/" + handle.descriptor()),
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE);
          Arena arena = Arena.ofConfined()) {
        MemorySegment shared = memory.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
        shared.set(ValueLayout.JAVA_BYTE, 0, (byte) 42); // the child sees it
        opens.send("look");
        System.out.println(handle.kind() + ": " + opens.receive(LIMIT).orElseThrow().value());
      }
      // end
    }
  }

  // snippet: codec
  private static Fork python(String script, String sdk) {
    return Fork.python(script).codec(Codec.BINARY).command(c -> c.env("PYTHONPATH", sdk));
  }
  // end
}

package dev.brood.examples.tour;

import dev.brood.examples.SourceFolder;
import dev.brood.workers.channel.Codec;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Gives a child an open file, and shares memory with it. Needs python3. */
final class FilesAndMemory {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  // snippet: child
  private static final String CHILD =
      """
      import brood, mmap

      with brood.connect() as channel:
          with channel.receive().handle as file:
              channel.send(file.read().decode())
          with channel.receive().handle as memory:
              shared = mmap.mmap(memory.fileno(), 0)
          channel.send(shared[0])
          shared[1] = shared[0] + 1
          channel.send("look")
      """;

  // end

  private FilesAndMemory() {}

  public static void main(String[] args) throws Exception {
    Files.writeString(Path.of("child.py"), CHILD);
    String sdk = SourceFolder.find("sdk/python").toString();
    // snippet: codec
    Fork python = Fork.python("child.py").codec(Codec.BINARY); // only this one carries files
    // end
    try (ForkedChild child = python.command(c -> c.env("PYTHONPATH", sdk)).spawn()) {
      file(child);
      memory(child);
    }
  }

  private static void file(ForkedChild child) throws Exception {
    Path path = Files.writeString(Path.of("secret.txt"), "for those who are given it");
    // snippet: file
    try (Handle file = Handle.file(path)) { // open for reading
      Files.delete(path); // nobody else can open it any more
      child.send("read this", file);
      System.out.println(child.receive(LIMIT).orElseThrow().value());
    }
    // end
  }

  private static void memory(ForkedChild child) throws InterruptedException {
    // snippet: memory
    try (Handle memory = Handle.memory(4096);
        Arena arena = Arena.ofConfined()) {
      MemorySegment shared = memory.map(arena);
      shared.set(ValueLayout.JAVA_BYTE, 0, (byte) 41);
      child.send("share this", memory);
      System.out.println(child.receive(LIMIT).orElseThrow().value()); // what the child sees
      System.out.println(child.receive(LIMIT).orElseThrow().value()); // 'look'
      System.out.println(shared.get(ValueLayout.JAVA_BYTE, 1)); // what it has written
    }
    // end
  }
}

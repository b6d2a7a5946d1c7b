package dev.brood.examples.building;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The outputs of earlier runs, found by the content of what was read and by what was run. Steps may
 * use it at the same time.
 *
 * @param folder where the files lie that are read and made
 * @param store one folder for each run: written under another name and renamed, so it is whole or
 *     not there
 */
record ContentCache(Path folder, Path store) {
  /** How many runs are kept. */
  static final int MOST_ENTRIES = 1000;

  /**
   * What tells a run from others: what is run, and the content of each file that is read.
   *
   * @throws IOException if one cannot be read
   */
  String key(Step step, Set<String> files) throws IOException {
    MessageDigest digest = sha256();
    try (OutputStream all = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      write(all, step.run());
      write(all, new TreeMap<>(step.environment()).toString());
      write(all, step.outputs().toString());
      for (String file : files.stream().sorted().toList()) {
        for (Path path : filesIn(folder.resolve(file))) {
          write(all, folder.relativize(path).toString());
          write(all, hash(path));
        }
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * Puts the outputs of a run where they belong.
   *
   * @return false if there was no such run
   */
  boolean restore(String key, Step step) throws IOException {
    Path entry = store.resolve(key);
    if (!Files.isDirectory(entry)) {
      return false;
    }
    Files.setLastModifiedTime(entry, FileTime.from(Instant.now())); // used last, dropped last
    for (int i = 0; i < step.outputs().size(); i++) {
      Path kept = entry.resolve(String.valueOf(i));
      Path output = folder.resolve(step.outputs().get(i));
      if (!Files.isRegularFile(output) || Files.mismatch(kept, output) >= 0) {
        copy(kept, output);
      }
    }
    return true;
  }

  /** Keeps the outputs of a run. */
  void keep(String key, Step step) throws IOException {
    Files.createDirectories(store);
    Path fresh = Files.createTempDirectory(store, "new-");
    for (int i = 0; i < step.outputs().size(); i++) {
      copy(folder.resolve(step.outputs().get(i)), fresh.resolve(String.valueOf(i)));
    }
    try {
      Files.move(fresh, store.resolve(key), StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      delete(fresh); // a step with the same inputs was faster, and has made the same
    }
  }

  /** Removes the outputs of earlier runs, so that nobody takes them for those of the next. */
  void clear(Step step) throws IOException {
    for (String output : step.outputs()) {
      Path path = folder.resolve(output);
      Files.deleteIfExists(path);
      Files.createDirectories(path.getParent());
    }
  }

  /** Drops what was not used for longest. */
  void prune() throws IOException {
    if (!Files.isDirectory(store)) {
      return;
    }
    List<Path> entries;
    try (Stream<Path> all = Files.list(store)) {
      entries = all.sorted(Comparator.comparing(ContentCache::lastUsed)).toList();
    }
    for (Path entry : entries.subList(0, Math.max(0, entries.size() - MOST_ENTRIES))) {
      delete(entry);
    }
  }

  private static List<Path> filesIn(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return List.of(path);
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(Files::isRegularFile).sorted().toList();
    }
  }

  private static String hash(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file);
        OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(out);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** With its length before it: so two texts in a row are not mistaken for two others. */
  private static void write(OutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.write((bytes.length + ":").getBytes(StandardCharsets.UTF_8));
    out.write(bytes);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to.getParent());
    Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
  }

  private static FileTime lastUsed(Path entry) {
    try {
      return Files.getLastModifiedTime(entry);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path entry) throws IOException {
    try (Stream<Path> files = Files.walk(entry)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has it", e);
    }
  }
}

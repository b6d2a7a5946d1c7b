package dev.brood.workers.fork;

import dev.brood.workers.channel.Codec;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/**
 * What an AOT cache is made for: programs that have all of this in common can share one.
 *
 * @param java the program that runs the JVM
 * @param options those that a JVM and its cache must have in common
 * @param training the main class of the training run, as arguments
 * @param jars all that classes are loaded from, in order
 * @param codec what the channel speaks
 */
record AotProgram(
    String java, List<String> options, List<String> training, List<Path> jars, Codec codec) {
  private static final String MODULE = "--module";

  /**
   * @param options all of the JVM's
   * @param target the main class and its arguments
   * @throws AotCacheException if there can be no cache
   * @throws IOException if the class path cannot be looked at
   */
  static AotProgram of(String java, List<String> options, List<String> target, Codec codec)
      throws IOException {
    List<String> shaping = AotOptions.shaping(options);
    return new AotProgram(
        java, shaping, training(target), AotJars.of(AotOptions.paths(shaping)), codec);
  }

  /** A name for exactly this: another JDK, option or version of a jar has another. */
  String key() throws IOException {
    List<String> facts = new ArrayList<>(List.of(java, Runtime.version().toString()));
    facts.add(stamp(Path.of(System.getProperty("java.home"), "lib", "modules")));
    facts.addAll(options);
    facts.addAll(training);
    facts.add(codec.name());
    for (Path jar : jars) {
      facts.add(jar + " " + stamp(jar));
    }
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      byte[] hash = digest.digest(String.join("\n", facts).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("each Java platform has it", e);
    }
  }

  /** What changes with the content of a file, also if its time was set back. */
  static String stamp(Path file) throws IOException {
    try {
      Map<String, Object> facts =
          Files.readAttributes(file, "unix:size,lastModifiedTime,ctime,ino");
      return "%s %s %s %s"
          .formatted(
              facts.get("size"),
              facts.get("lastModifiedTime"),
              facts.get("ctime"),
              facts.get("ino"));
    } catch (NoSuchFileException e) {
      return "missing";
    }
  }

  /** The JVM uses a cache only with the main module that it was made with. */
  private static List<String> training(List<String> target) {
    String main = AotTraining.class.getName();
    if (!target.getFirst().equals(MODULE)) {
      return List.of(main);
    }
    String module = target.get(1).substring(0, target.get(1).indexOf('/'));
    if (!module.equals(AotTraining.class.getModule().getName())) {
      throw new AotCacheException(
          "the main class is in module " + module + "; a task, or a class path, can have one");
    }
    return List.of(MODULE, module + "/" + main);
  }
}

package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.FileStatus;
import dev.brood.process.internal.spawn.SpawnFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the file of a program as execvp(3) does, with two differences: the PATH is the child's, and
 * an entry that is empty or relative is passed over, because it would run whatever lies in the
 * working directory.
 */
final class ProgramLookup {
  /** What is searched when the child has no PATH, as in confstr(3) with _CS_PATH. */
  static final String DEFAULT_PATH = "/bin:/usr/bin";

  private ProgramLookup() {}

  /**
   * The path to execute. A name with a slash is taken as it is; exec finds it from the child's
   * directory.
   */
  static String find(String program, @Nullable String searchPath) throws SpawnFailure {
    if (program.indexOf('/') >= 0) {
      return program;
    }
    String path = searchPath == null ? DEFAULT_PATH : searchPath;
    SpawnFailure refused = null;
    int from = 0;
    while (from <= path.length()) {
      int colon = path.indexOf(':', from);
      int to = colon < 0 ? path.length() : colon;
      if (to > from && path.charAt(from) == '/') {
        String candidate = path.substring(from, to) + "/" + program;
        SpawnFailure problem = problem(candidate);
        if (problem == null) {
          return candidate;
        }
        if (refused == null && problem.kind() != Kind.PROGRAM_NOT_FOUND) {
          refused = problem;
        }
      }
      from = to + 1;
    }
    if (refused != null) {
      throw refused;
    }
    throw new SpawnFailure(
        Kind.PROGRAM_NOT_FOUND,
        Errno.ENOENT.number(),
        program,
        searchPath == null
            ? "the child has no PATH; searched " + DEFAULT_PATH
            : "searched PATH=" + searchPath + nearMiss(program));
  }

  /** What forbids executing a file, as far as can be seen before trying; null if nothing. */
  static @Nullable SpawnFailure problem(String file) {
    byte[] path = terminated(file);
    int type = FileStatus.type(path);
    if (type < 0) {
      Kind kind =
          Errno.EACCES.is(type) || Errno.ELOOP.is(type)
              ? Kind.NOT_EXECUTABLE
              : Kind.PROGRAM_NOT_FOUND;
      return new SpawnFailure(kind, -type, file, null);
    }
    if (FileStatus.isDirectory(type)) {
      return new SpawnFailure(Kind.PROGRAM_IS_DIRECTORY, Errno.EACCES.number(), file, null);
    }
    int access = FileStatus.mayExecute(path);
    if (access < 0) {
      return new SpawnFailure(
          Kind.NOT_EXECUTABLE, -access, file, "no execute permission; try: chmod +x " + file);
    }
    return null;
  }

  /** UTF-8 with the NUL that C wants. */
  static byte[] terminated(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return java.util.Arrays.copyOf(bytes, bytes.length + 1);
  }

  private static String nearMiss(String program) {
    List<String> notes = new ArrayList<>();
    if (program.indexOf(' ') >= 0) {
      notes.add("the name has a blank in it: give arguments one by one, or use Shell.of");
    }
    if (FileStatus.type(terminated(program)) >= 0) {
      notes.add("a file of that name is in the working directory: write ./" + program);
    }
    return notes.isEmpty() ? "" : "; " + String.join("; ", notes);
  }
}

package dev.brood.process.internal.spawn;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.FileStatus;
import dev.brood.process.internal.spawn.SpawnFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * posix_spawn(3) returns an errno and not the step that failed. This looks, afterwards, for the
 * step that explains it.
 */
final class FailureDiagnosis {
  // MAX_ARG_STRLEN of the kernel: 32 pages (execve(2)).
  private static final int LONGEST_ARGUMENT = 131_072;
  private static final int INTERPRETER_LINE = 256;

  private FailureDiagnosis() {}

  static SpawnFailure explain(
      SpawnPlan plan, String file, byte[][] arguments, byte[][] environment, int errno) {
    if (plan.directory() != null) {
      SpawnFailure directory = directoryProblem(plan.directory());
      if (directory != null) {
        return directory;
      }
    }
    Errno known = Errno.of(errno);
    if (known == null) {
      return new SpawnFailure(Kind.OTHER, errno, file, null);
    }
    return switch (known) {
      case ENOENT, ENOTDIR, EACCES, EPERM, ELOOP, ENAMETOOLONG, EISDIR ->
          fileProblem(plan, file, errno);
      case ENOEXEC ->
          new SpawnFailure(
              Kind.NO_INTERPRETER_LINE,
              errno,
              file,
              "it is neither a program for this machine nor a script that begins with #!");
      case E2BIG ->
          new SpawnFailure(Kind.ARGUMENTS_TOO_LONG, errno, sizes(arguments, environment), null);
      case ETXTBSY ->
          new SpawnFailure(Kind.TEXT_BUSY, errno, file, "somebody still has it open for writing");
      case EAGAIN ->
          new SpawnFailure(
              Kind.RESOURCES_EXHAUSTED,
              errno,
              "process",
              "the limit of processes is reached (ulimit -u, or pids.max of the cgroup)");
      case ENOMEM, EMFILE, ENFILE ->
          new SpawnFailure(Kind.RESOURCES_EXHAUSTED, errno, "process", null);
      default -> new SpawnFailure(Kind.OTHER, errno, file, null);
    };
  }

  private static @Nullable SpawnFailure directoryProblem(String directory) {
    byte[] path = ProgramLookup.terminated(directory);
    int type = FileStatus.type(path);
    int result = type < 0 ? type : FileStatus.mayExecute(path);
    if (type >= 0 && !FileStatus.isDirectory(type)) {
      result = -Errno.ENOTDIR.number();
    }
    return result < 0
        ? new SpawnFailure(Kind.DIRECTORY_NOT_ENTERED, -result, directory, null)
        : null;
  }

  private static SpawnFailure fileProblem(SpawnPlan plan, String file, int errno) {
    String seen = seenFrom(plan, file);
    SpawnFailure problem = ProgramLookup.problem(seen);
    if (problem != null) {
      return problem;
    }
    if (errno == Errno.ENOENT.number()) {
      String interpreter = interpreterOf(seen);
      if (interpreter != null) {
        return new SpawnFailure(
            Kind.INTERPRETER_MISSING,
            errno,
            seen,
            "its first line asks for " + interpreter + ", which is not there");
      }
      return new SpawnFailure(
          Kind.INTERPRETER_MISSING,
          errno,
          seen,
          "the file is there, so its loader (ldd " + seen + ") is not");
    }
    return new SpawnFailure(Kind.NOT_EXECUTABLE, errno, seen, null);
  }

  /** Where the child looks for a file, as seen from here. */
  static String seenFrom(SpawnPlan plan, String file) {
    boolean relative = !file.startsWith("/");
    return relative && plan.directory() != null ? plan.directory() + "/" + file : file;
  }

  private static @Nullable String interpreterOf(String file) {
    // Not with java.nio.file: its paths cannot hold every name in every locale.
    int fd = Descriptors.open(file, Descriptors.O_RDONLY, 0);
    if (fd < 0) {
      return null;
    }
    byte[] bytes = new byte[INTERPRETER_LINE];
    int count = Descriptors.read(fd, bytes, 0, bytes.length);
    Descriptors.close(fd);
    String start = new String(bytes, 0, Math.max(0, count), StandardCharsets.UTF_8);
    if (!start.startsWith("#!")) {
      return null;
    }
    return start.substring(2, lineEnd(start)).replace("\r", "\\r").strip();
  }

  private static int lineEnd(String start) {
    int end = start.indexOf('\n');
    return end < 0 ? start.length() : end;
  }

  private static String sizes(byte[][] arguments, byte[][] environment) {
    int longest = 0;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].length > arguments[longest].length) {
        longest = i;
      }
    }
    String text =
        "arguments of %,d bytes, the longest argv[%d] with %,d, and an environment of %,d bytes"
            .formatted(total(arguments), longest, arguments[longest].length, total(environment));
    return arguments[longest].length > LONGEST_ARGUMENT
        ? text + "; one argument may have %,d".formatted(LONGEST_ARGUMENT - 1)
        : text;
  }

  private static long total(byte[][] strings) {
    long sum = 0;
    for (byte[] string : List.of(strings)) {
      sum += string.length;
    }
    return sum;
  }
}

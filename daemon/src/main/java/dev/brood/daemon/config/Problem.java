package dev.brood.daemon.config;

/**
 * One thing that is wrong, or will not have the effect its writer expects, in a brood file.
 *
 * @param file the file as the user named it
 * @param line 1-based
 * @param column 1-based, counted in code points
 * @param severity whether the file is refused for it
 * @param message what was found, what is expected and the nearest known key where there is one
 */
public record Problem(String file, int line, int column, Severity severity, String message) {

  /** Whether a problem stops the file from being used. */
  public enum Severity {
    /** The file is refused. */
    ERROR,
    /** The file is used; the named key has no effect yet. */
    WARNING
  }

  /** {@code FILE:LINE:COLUMN: error: MESSAGE}, the form editors and compilers share. */
  @Override
  public String toString() {
    String kind = severity == Severity.ERROR ? "error" : "warning";
    return file + ":" + line + ":" + column + ": " + kind + ": " + message;
  }
}

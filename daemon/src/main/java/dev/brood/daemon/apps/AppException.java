package dev.brood.daemon.apps;

/** An app cannot be started as its file says: the script or variant it names is not there. */
public final class AppException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AppException(String message) {
    super(message);
  }
}

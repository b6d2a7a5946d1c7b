package dev.brood.daemon.apps;

/** An app cannot be started as its file says: the script or variant it names is not there. */
public final class AppException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String app;

  AppException(String app, String message) {
    super(message);
    this.app = app;
  }

  /** The name of the app. */
  public String app() {
    return app;
  }
}

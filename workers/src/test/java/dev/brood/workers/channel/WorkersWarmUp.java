package dev.brood.workers.channel;

import dev.brood.process.Command;
import dev.brood.testkit.SpawnWarmUp;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;

/** Starts children for the census, and what the JDK keeps for sockets of virtual threads. */
public final class WorkersWarmUp extends SpawnWarmUp {
  /** Used by the census. */
  public WorkersWarmUp() {}

  @Override
  protected void spawn() throws InterruptedException {
    Command.of("true").capture();
    Thread.ofVirtual().start(WorkersWarmUp::waitAtSocket).join();
  }

  private static void waitAtSocket() {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      socket.setSoTimeout(1);
      socket.accept().close();
    } catch (SocketTimeoutException e) {
      // The wait was what it is for.
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

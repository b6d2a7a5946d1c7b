package dev.brood.workers.channel;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.process.internal.linux.ErrnoException;
import dev.brood.process.internal.linux.PeerCredentials;
import dev.brood.process.internal.linux.Sockets;

/**
 * Who is at the other end of a Unix socket, as the kernel says; it cannot be forged. It is who
 * connected, or who listened: a socket that was handed on afterwards still names its first owner.
 *
 * @param pid 0 if it is not in this pid namespace; the number may belong to another process by now
 * @param uid its effective user
 * @param gid its effective group
 */
public record Peer(int pid, int uid, int gid) {
  private static final class Self {
    static final Peer SELF = make();

    private static Peer make() {
      int[] ends = new int[2];
      int result = Sockets.pair(Sockets.SOCK_STREAM, ends);
      if (result < 0) {
        throw new HandleException("socketpair: " + Errno.describe(-result));
      }
      try {
        return of(ends[0]);
      } finally {
        Descriptors.close(ends[0]);
        Descriptors.close(ends[1]);
      }
    }
  }

  /** Whether it is of the user that this process runs as. */
  public boolean isSameUser() {
    return uid == Self.SELF.uid;
  }

  static Peer of(int socket) {
    try {
      PeerCredentials credentials = Sockets.peerCredentials(socket);
      return new Peer(credentials.pid(), credentials.uid(), credentials.gid());
    } catch (ErrnoException e) {
      throw new HandleException("cannot tell who the peer is: " + e.getMessage(), e);
    }
  }
}

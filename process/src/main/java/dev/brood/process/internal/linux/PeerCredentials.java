package dev.brood.process.internal.linux;

/**
 * Who is at the other end of a connected Unix socket, as the kernel noted it when the connection
 * was made: SO_PEERCRED of unix(7).
 *
 * @param pid 0 if the peer lives outside this pid namespace
 */
public record PeerCredentials(int pid, int uid, int gid) {}

package dev.brood.workers.channel;

/**
 * A connection that a {@link UnixServer} has admitted.
 *
 * @param channel the messages; closed by whoever accepted it, or with the server
 * @param peer who connected
 */
public record UnixConnection(Channel channel, Peer peer) {}

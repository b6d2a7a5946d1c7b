package dev.brood.workers.cluster;

import dev.brood.process.internal.linux.Descriptors;
import dev.brood.process.internal.linux.Errno;
import dev.brood.workers.channel.ChannelClosedException;
import dev.brood.workers.channel.Handle;
import dev.brood.workers.channel.HandleException;
import java.lang.System.Logger.Level;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A socket that every worker gets a copy of; the kernel distributes. Our copy stays open, so that
 * what waits in it survives the death of any worker.
 */
final class Shared extends ListeningPoint {
  private final int descriptor;
  private final Handle.Kind kind;
  private final Set<Member> members = new LinkedHashSet<>();

  Shared(Query first, ListenAddress bound, int descriptor) {
    super(first, bound);
    this.descriptor = descriptor;
    this.kind = Binding.isDatagram(descriptor) ? Handle.Kind.DATAGRAM_NATIVE : Handle.Kind.NATIVE;
  }

  @Override
  void join(Member member, Map<String, @Nullable Object> reply) {
    // A copy for the way: ours may be closed while the message still waits to be sent.
    int copy = Descriptors.duplicate(descriptor, 3);
    if (copy < 0) {
      reply.put("errno", copy);
      member.tell(reply);
      return;
    }
    reply.put("errno", 0);
    try {
      member.link.give(reply, Handle.of(copy, kind));
      members.add(member);
    } catch (ChannelClosedException e) {
      System.getLogger("dev.brood.workers")
          .log(Level.DEBUG, "{0} is gone: {1}", member, e.getMessage());
    } catch (HandleException e) {
      reply.put("errno", Query.negative(Errno.EMFILE));
      member.tell(reply);
    }
  }

  @Override
  void leave(Member member) {
    members.remove(member);
  }

  @Override
  boolean isEmpty() {
    return members.isEmpty();
  }

  @Override
  void close() {
    super.close();
    Descriptors.close(descriptor);
  }
}

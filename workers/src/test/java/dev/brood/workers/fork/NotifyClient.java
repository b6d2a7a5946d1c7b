package dev.brood.workers.fork;

import dev.brood.process.Command;
import dev.brood.process.Result;

/** A Python program that sends notifications, with nothing but the standard library. */
final class NotifyClient {
  private static final String PRELUDE =
      """
      import array, os, select, socket, sys
      address = os.environ['NOTIFY_SOCKET']
      if address[0] == '@':
          address = '\\0' + address[1:]
      out = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
      def notify(text, *descriptors):
          control = []
          if descriptors:
              rights = array.array('i', descriptors)
              control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)]
          data = text if isinstance(text, bytes) else text.encode()
          out.sendmsg([data], control, 0, address)
      def closed(descriptor):
          poll = select.poll()
          poll.register(descriptor, select.POLLIN)
          return 'closed' if poll.poll(20000) else 'open'
      def barrier():
          ours, theirs = os.pipe()
          notify('BARRIER=1', theirs)
          os.close(theirs)
          return closed(ours)
      """;

  private NotifyClient() {}

  /** A command that runs these lines of Python; not yet told where to send to. */
  static Command command(String script, String... arguments) {
    return Command.of("python3", "-c", script(script)).args(arguments);
  }

  /** The whole program of these lines. */
  static String script(String script) {
    return PRELUDE + script;
  }

  /** Runs these lines of Python and waits for what was sent to be handled. */
  static Result run(NotifySocket socket, String script) throws InterruptedException {
    return socket.pass(command(script + "\nassert barrier() == 'closed'\n")).capture();
  }
}

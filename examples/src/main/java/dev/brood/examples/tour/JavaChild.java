package dev.brood.examples.tour;

import dev.brood.process.Command;
import dev.brood.workers.channel.Channel;
import dev.brood.workers.fork.AotCache;
import dev.brood.workers.fork.Fork;
import dev.brood.workers.fork.ForkedChild;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A Java program as a child: of a Java program, and of a real Node program. Needs node. */
final class JavaChild {
  // snippet: node
  private static final String NODE_PARENT =
      """
      const { fork, spawn } = require('node:child_process');
      const [java, classPath, main] = process.argv.slice(2);
      const options = ['--enable-native-access=ALL-UNNAMED', '-cp', classPath];

      function ask(how, child) {
        return new Promise((resolve) => {
          child.once('message', (reply) => console.log(`${how}: ${reply.body}`));
          child.send({ brood: 'request', id: 1, body: `by ${how}` });
          child.once('message', () => child.disconnect());
          child.once('exit', (code) => resolve(console.log(`${how}: ended with ${code}`)));
        });
      }

      (async () => {
        const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
        await ask('spawn', spawn(java, [...options, main], { stdio }));
        await ask('fork', fork(main, [], { execPath: java, execArgv: options }));
      })();
      """;

  // end

  private JavaChild() {}

  // snippet: child
  static final class Upper {
    public static void main(String[] args) {
      Channel parent = Channel.parent().orElseThrow();
      parent.onRequest(message -> String.valueOf(message.value()).toUpperCase());
      parent.onDisconnect().join(); // virtual threads alone do not keep a JVM alive
    }
  }

  // end

  // snippet: cache
  static Fork quick(Fork worker) {
    return worker.aotCache(AotCache.ofUser()); // in ~/.cache/brood/aot
  }

  // end

  public static void main(String[] args) throws Exception {
    // snippet: java
    Fork upper = Fork.java(Upper.class).runtimeArguments("-Xmx64m");
    try (ForkedChild child = upper.spawn()) {
      System.out.println(child.request("hello", Duration.ofSeconds(30)).value()); // HELLO
    }
    // end
    Files.writeString(Path.of("parent.js"), NODE_PARENT);
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classPath = System.getProperty("java.class.path");
    Command.of("node", "parent.js", java, classPath, Upper.class.getName()).run();
  }
}

package dev.brood.workers.broker;

import dev.brood.workers.channel.WorkersException;

/** A broker does not accept something; the problem is the one that a child would be told. */
public class BrokerException extends WorkersException {
  private static final long serialVersionUID = 1;

  /** What is wrong, by the names of {@code sdk/PROTOCOL.md}. */
  public enum Problem {
    BAD_TOPIC("BadTopic"),
    BAD_PATTERN("BadPattern"),
    BAD_MESSAGE("BadMessage"),
    UNKNOWN_NAME("UnknownName"),
    LEFT("Left"),
    FULL("Full"),
    TIMEOUT("Timeout");

    private final String wireName;

    Problem(String wireName) {
      this.wireName = wireName;
    }

    /** As a child is told. */
    public String wireName() {
      return wireName;
    }
  }

  private final Problem problem;

  BrokerException(Problem problem, String message) {
    super(message);
    this.problem = problem;
  }

  /** What is wrong. */
  public Problem problem() {
    return problem;
  }
}

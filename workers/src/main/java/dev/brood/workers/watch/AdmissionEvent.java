package dev.brood.workers.watch;

import java.util.List;

/** Something that a {@link MachineAdmission} has decided or found. Immutable. */
public sealed interface AdmissionEvent extends WatchEvent {
  /**
   * A child may start.
   *
   * @param running how many hold a ticket now, this one included
   */
  record Granted(String kind, int running) implements AdmissionEvent {}

  /**
   * A child may not start. Told when the reasons are others than at the refusal before, as callers
   * may ask often.
   */
  record Denied(String kind, List<Refusal> reasons) implements AdmissionEvent {
    /** Copies the list. */
    public Denied {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * This machine does not tell something; told once, before all else.
   *
   * @param signal what is missing
   * @param instead what decides without it
   */
  record SignalMissing(String signal, String instead) implements AdmissionEvent {}
}

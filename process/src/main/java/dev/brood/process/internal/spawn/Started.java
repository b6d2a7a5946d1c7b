package dev.brood.process.internal.spawn;

import dev.brood.process.internal.io.ReadEnd;
import dev.brood.process.internal.io.WriteEnd;
import java.util.Map;

/**
 * A child that has been started, and our ends of its pipes and sockets by their number in the
 * child. A socket has an entry in both maps.
 */
public record Started(
    OsProcess process, Map<Integer, ReadEnd> reads, Map<Integer, WriteEnd> writes) {}

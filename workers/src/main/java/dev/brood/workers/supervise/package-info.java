/** Supervision after OTP: children that are started, probed, restarted and stopped in order. */
package dev.brood.workers.supervise;

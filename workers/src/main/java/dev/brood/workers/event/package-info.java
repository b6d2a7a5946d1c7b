/** How all packages of this module tell their events, and end their threads; not for others. */
package dev.brood.workers.event;

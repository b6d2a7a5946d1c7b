/** How all packages of this module tell their events; not for others. */
package dev.brood.workers.event;

/** Children with a message channel, in any language, and the other ways by which a child speaks. */
package dev.brood.workers.fork;

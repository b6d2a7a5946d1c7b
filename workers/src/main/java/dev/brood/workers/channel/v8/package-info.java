/**
 * Values of JavaScript for which Java has no class of its own. They travel in {@link
 * dev.brood.workers.channel.Codec#ADVANCED}, whose table says which value becomes which.
 */
package dev.brood.workers.channel.v8;
